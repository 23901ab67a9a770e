"""What people have added to claims since they were reported: supplements, rulings, and what was asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.claim import Claim
from claims_svc.domain.questions import Question
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.supplement import Supplement
from contracts.codec import to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question that was asked; `asked_by` is the account of a handler, None where the rules ask."""

    code: str
    asked_at: datetime
    asked_by: str | None
    due_on: date | None


async def insert_supplements(connection: Connection, *, supplements: Sequence[tuple[UUID, Supplement]]) -> None:
    """Store what was told about claims, in this order."""
    await connection.execute(
        """
        INSERT INTO supplement (supplement_id, claim_id, contents, told_at)
        SELECT supplement_id, claim_id, contents, told_at
          FROM unnest($1::uuid[], $2::uuid[], $3::json[], $4::timestamptz[]) WITH ORDINALITY
               AS new (supplement_id, claim_id, contents, told_at, place)
         ORDER BY new.place
        """,
        [supplement.supplement_id for _, supplement in supplements],
        [claim_id for claim_id, _ in supplements],
        [to_json(supplement).decode() for _, supplement in supplements],
        [supplement.told_at for _, supplement in supplements],
    )


async def insert_rulings(connection: Connection, *, rulings: Sequence[tuple[UUID, Ruling]]) -> None:
    """Store what was decided by hand, in this order."""
    await connection.execute(
        """
        INSERT INTO ruling (ruling_id, claim_id, contents, decided_at)
        SELECT ruling_id, claim_id, contents, decided_at
          FROM unnest($1::uuid[], $2::uuid[], $3::json[], $4::timestamptz[]) WITH ORDINALITY
               AS new (ruling_id, claim_id, contents, decided_at, place)
         ORDER BY new.place
        """,
        [ruling.ruling_id for _, ruling in rulings],
        [claim_id for claim_id, _ in rulings],
        [to_json(ruling).decode() for _, ruling in rulings],
        [ruling.decided_at for _, ruling in rulings],
    )


async def insert_questions(
    connection: Connection, *, asked: Sequence[tuple[Claim, Sequence[Question]]], now: datetime
) -> None:
    """Store that these questions were asked."""
    rows = [(claim.claim_id, question.code) for claim, questions in asked for question in questions]
    await connection.execute(
        """
        INSERT INTO question (claim_id, code, asked_at)
        SELECT claim_id, code, $3
          FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS new (claim_id, code, place) ORDER BY new.place
        """,
        [claim_id for claim_id, _ in rows],
        [code for _, code in rows],
        now,
    )


async def ask_by_hand(
    connection: Connection, *, claim_id: UUID, codes: Sequence[str], asked_by: str, due_on: date, now: datetime
) -> None:
    """Store which handler asks these questions of a claim now, and until when an answer is expected.

    When they were asked before stays on record.
    """
    await connection.execute(
        """
        INSERT INTO question (claim_id, code, asked_by, due_on, asked_at)
        SELECT $1, code, $3, $4, $5 FROM unnest($2::text[]) WITH ORDINALITY AS new (code, place) ORDER BY new.place
            ON CONFLICT (claim_id, code, asked_at) DO UPDATE
           SET asked_by = excluded.asked_by, due_on = excluded.due_on
        """,
        claim_id,
        codes,
        asked_by,
        due_on,
        now,
    )


async def asked_of(connection: Connection, *, claim_id: UUID) -> Sequence[AskedQuestion]:
    """Return what was asked about a claim, the first first."""
    rows = await connection.fetch(
        "SELECT code, asked_at, asked_by, due_on FROM question WHERE claim_id = $1 ORDER BY place", claim_id
    )
    return [AskedQuestion(**row) for row in rows]
