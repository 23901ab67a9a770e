"""Questions of customers, and the answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from contracts.vocabulary import Language
from policy_svc.domain.questions import Question


async def insert(connection: Connection, *, question: Question) -> None:
    """Store a question that was asked."""
    await connection.execute(
        """
        INSERT INTO question (question_id, relation_number, asked_at, language, question)
        VALUES ($1, $2, $3, $4, $5)
        """,
        question.question_id,
        question.relation_number,
        question.asked_at,
        question.language,
        question.question,
    )


async def count_lately(connection: Connection, *, relation_number: str, since: datetime) -> tuple[int, int]:
    """Return how many questions a customer has asked after `since`, and how many wait for an answer."""
    row = await connection.fetchrow(
        """
        SELECT count(*) FILTER (WHERE asked_at > $2) AS lately, count(*) FILTER (WHERE answered_at IS NULL) AS waiting
          FROM question
         WHERE relation_number = $1
        """,
        relation_number,
        since,
    )
    assert row is not None  # noqa: S101 - an aggregate has one row
    return row["lately"], row["waiting"]


async def of_customer(
    connection: Connection, *, relation_number: str, before: tuple[datetime, UUID] | None, rows: int
) -> Sequence[Question]:
    """Return what a customer has asked, the latest first: up to `rows` of those before a position."""
    found = await connection.fetch(
        """
        SELECT *
          FROM question
         WHERE relation_number = $1
           AND ($2::timestamptz IS NULL OR (asked_at, question_id) < ($2, $3::uuid))
         ORDER BY asked_at DESC, question_id DESC
         LIMIT $4
        """,
        relation_number,
        *(before or (None, None)),
        rows,
    )
    return [_question(row) for row in found]


async def waiting(connection: Connection, *, after: tuple[datetime, UUID] | None, rows: int) -> Sequence[Question]:
    """Return what waits for an answer, the longest first: up to `rows` of those after a position."""
    found = await connection.fetch(
        """
        SELECT *
          FROM question
         WHERE answered_at IS NULL
           AND ($1::timestamptz IS NULL OR (asked_at, question_id) > ($1, $2::uuid))
         ORDER BY asked_at, question_id
         LIMIT $3
        """,
        *(after or (None, None)),
        rows,
    )
    return [_question(row) for row in found]


async def find(connection: Connection, *, question_id: UUID) -> Question | None:
    """Return one question; None when there is none."""
    row = await connection.fetchrow("SELECT * FROM question WHERE question_id = $1", question_id)
    return None if row is None else _question(row)


async def answer(
    connection: Connection, *, question_id: UUID, text: str, answered_by: str, now: datetime
) -> Question | None:
    """Store the answer; return the question with it, and None when it is answered already or not there."""
    row = await connection.fetchrow(
        """
        UPDATE question SET answer = $2, answered_by = $3, answered_at = $4
         WHERE question_id = $1 AND answered_at IS NULL
        RETURNING *
        """,
        question_id,
        text,
        answered_by,
        now,
    )
    return None if row is None else _question(row)


def _question(row: asyncpg.Record) -> Question:
    return Question(**{**row, "language": Language(row["language"])})
