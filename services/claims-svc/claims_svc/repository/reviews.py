"""Reviews that customers asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from chassis.database import Connection
from claims_svc.domain.review import Review, ReviewEnd

_COLUMNS: Final = """
    review_id, claim_id, claim_version, rulings_before, reason, opened_as, opened_at, due_at, ended_as, ended_at,
    ended_by, answer
"""


async def insert(connection: Connection, *, review: Review) -> bool:
    """Store a review; return False where one of its claim is open already."""
    status = await connection.execute(
        """
        INSERT INTO review (review_id, claim_id, claim_version, rulings_before, reason, opened_as, opened_at, due_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (claim_id) WHERE ended_as IS NULL DO NOTHING
        """,
        review.review_id,
        review.claim_id,
        review.claim_version,
        review.rulings_before,
        review.reason,
        review.opened_as,
        review.opened_at,
        review.due_at,
    )
    return status == "INSERT 0 1"


async def end(
    connection: Connection, *, review_id: UUID, ended_as: ReviewEnd, now: datetime, by: str | None, answer: str | None
) -> None:
    """End a review that is open."""
    await connection.execute(
        "UPDATE review SET ended_as = $2, ended_at = $3, ended_by = $4, answer = $5 WHERE review_id = $1",
        review_id,
        ended_as,
        now,
        by,
        answer,
    )


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[Review]:
    """Return the reviews of a claim, the first first."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM review WHERE claim_id = $1 ORDER BY opened_at",  # noqa: S608 - a constant
        claim_id,
    )
    return [_review(row) for row in rows]


async def still_open(connection: Connection, *, review_ids: Collection[UUID]) -> Sequence[Review]:
    """Return those of these reviews that are open."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM review WHERE review_id = ANY ($1::uuid[]) AND ended_as IS NULL ORDER BY claim_id
        """,  # noqa: S608 - a constant
        list(review_ids),
    )
    return [_review(row) for row in rows]


def _review(row: asyncpg.Record) -> Review:
    ended_as = row["ended_as"]
    return Review(**{**row, "ended_as": None if ended_as is None else ReviewEnd(ended_as)})
