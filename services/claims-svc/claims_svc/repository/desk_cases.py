"""The claims that wait for a person, with who has taken them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg

from chassis.database import Connection
from claims_svc.domain.desk import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCase:
    """A claim that waits for a person. `outcome` and `ground` are those of its newest decision, if there is one.

    `taken_by` is the account of who has taken it, `taken_as` their role and `taken_in` their team, if they have one;
    None: it is free.
    """

    claim_id: UUID
    reference: str
    policy_number: str
    state: Any
    claim_version: int
    causes: tuple[Cause, ...]
    outcome: Any
    ground: str | None
    since: datetime
    due_at: datetime
    taken_by: str | None
    taken_as: str | None
    taken_in: str | None
    taken_at: datetime | None


async def add(
    connection: Connection, *, claim_ids: Collection[UUID], cause: Cause, now: datetime, due_at: datetime
) -> None:
    """Let these claims wait for a person for this cause as well; a claim that is due earlier stays so."""
    await connection.execute(
        """
        INSERT INTO desk_case (claim_id, causes, since, due_at)
        SELECT claim_id, ARRAY[$2::text], $3, $4 FROM unnest($1::uuid[]) AS waiting (claim_id) ORDER BY claim_id
            ON CONFLICT (claim_id) DO UPDATE
           SET causes = desk_case.causes || EXCLUDED.causes, due_at = least(desk_case.due_at, EXCLUDED.due_at)
         WHERE desk_case.causes && EXCLUDED.causes IS FALSE
        """,
        sorted(set(claim_ids)),
        cause,
        now,
        due_at,
    )


async def remove(connection: Connection, *, claim_ids: Collection[UUID], causes: Collection[Cause]) -> None:
    """Let these claims no longer wait for these causes; one without any other waits for nobody any more."""
    await connection.execute(
        """
        WITH answered AS (
             SELECT claim_id, ARRAY(SELECT unnest(causes) EXCEPT SELECT unnest($2::text[])) AS causes
               FROM desk_case WHERE claim_id = ANY ($1) AND causes && $2 ORDER BY claim_id FOR UPDATE),
        done AS (
             DELETE FROM desk_case USING answered
              WHERE desk_case.claim_id = answered.claim_id AND cardinality(answered.causes) = 0)
        UPDATE desk_case SET causes = answered.causes
          FROM answered WHERE desk_case.claim_id = answered.claim_id AND cardinality(answered.causes) > 0
        """,
        sorted(set(claim_ids)),
        sorted(causes),
    )


async def add_answered(
    connection: Connection,
    *,
    claim_ids: Collection[UUID],
    unseen: Collection[UUID] = (),
    now: datetime,
    due_at: datetime,
) -> None:
    """Let those of these claims wait for being looked at whose news nobody would see otherwise.

    That is where a handler works at the claim or has asked something, and where those of `unseen` claims are decided:
    what their customers told has decided nothing.
    """
    rows = await connection.fetch(
        """
        SELECT claim_id FROM unnest($1::uuid[]) AS told (claim_id)
         WHERE EXISTS (SELECT FROM desk_case WHERE desk_case.claim_id = told.claim_id)
            OR EXISTS (SELECT FROM question WHERE question.claim_id = told.claim_id AND asked_by IS NOT NULL)
            OR claim_id = ANY ($2) AND EXISTS (SELECT FROM decision WHERE decision.claim_id = told.claim_id)
        """,
        sorted(set(claim_ids)),
        list(unseen),
    )
    if rows:
        await add(
            connection, claim_ids=[claim_id for (claim_id,) in rows], cause=Cause.ANSWERED, now=now, due_at=due_at
        )


async def take(
    connection: Connection, *, claim_id: UUID, subject: str, role: str, team: str | None, now: datetime
) -> str | None:
    """Give a claim that is free to `subject` of `team`; return who has it then, None where it waits for nobody."""
    await connection.execute(
        """
        UPDATE desk_case SET taken_by = $2, taken_as = $3, taken_in = $4, taken_at = $5
         WHERE claim_id = $1 AND taken_by IS NULL
        """,
        claim_id,
        subject,
        role,
        team,
        now,
    )
    return await taken_by(connection, claim_id=claim_id)


async def taken_by(connection: Connection, *, claim_id: UUID) -> str | None:
    """Return the account of the handler who has taken a claim."""
    account: str | None = await connection.fetchval("SELECT taken_by FROM desk_case WHERE claim_id = $1", claim_id)
    return account


async def is_taken_by_another(connection: Connection, *, claim_ids: Collection[UUID], subject: str) -> bool:
    """Return whether anybody but `subject` has taken one of these claims: nobody else works at it then."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM desk_case WHERE claim_id = ANY ($1) AND taken_by <> $2)", list(claim_ids), subject
    )
    return found


async def release(connection: Connection, *, claim_id: UUID) -> None:
    """Let a claim be free again."""
    await connection.execute(
        "UPDATE desk_case SET taken_by = NULL, taken_as = NULL, taken_in = NULL, taken_at = NULL WHERE claim_id = $1",
        claim_id,
    )


async def of_claim(connection: Connection, *, claim_id: UUID) -> DeskCase | None:
    """Return why a claim waits for a person and who has it; None where it waits for nobody."""
    row = await connection.fetchrow(f"{_QUEUE} WHERE desk_case.claim_id = $1", claim_id)
    return None if row is None else _desk_case(row)


async def queue(  # noqa: PLR0913 - the filters
    connection: Connection,
    *,
    taken_by: str | None,
    taken_in: str | None,
    free_only: bool,
    cause: Cause | None,
    state: str | None,
    ground: str | None,
    due_before: datetime | None,
    sort: Literal["due_at", "since"],
    after: tuple[datetime, UUID] | None,
    rows: int,
) -> Sequence[DeskCase]:
    """Return the claims that wait for a person, the earliest first by `sort`: up to `rows` after a position.

    `taken_by`: only those that this account has; `taken_in`: only those that somebody of this team has; `free_only`:
    only those that nobody has; None: any.
    """
    found = await connection.fetch(
        f"""
        {_QUEUE}
         WHERE ($1::text IS NULL OR taken_by = $1) AND (NOT $2 OR taken_by IS NULL)
           AND ($10::text IS NULL OR taken_in = $10 AND taken_by IS NOT NULL)
           AND ($3::text IS NULL OR $3 = ANY (causes)) AND ($4::text IS NULL OR state = $4)
           AND ($5::text IS NULL OR deciding_ground = $5) AND ($6::timestamptz IS NULL OR due_at < $6)
           AND ($7::timestamptz IS NULL OR ({sort}, desk_case.claim_id) > ($7, $8::uuid))
         ORDER BY {sort}, desk_case.claim_id
         LIMIT $9
        """,
        taken_by,
        free_only,
        cause,
        state,
        ground,
        due_before,
        *(after or (None, None)),
        rows,
        taken_in,
    )
    return [_desk_case(row) for row in found]


def _desk_case(row: asyncpg.Record) -> DeskCase:
    return DeskCase(**{**row, "causes": tuple(map(Cause, row["causes"]))})


_QUEUE: Final = """
    SELECT desk_case.claim_id, claim_reference AS reference, policy_number, state, claim.claim_version, causes, outcome,
           deciding_ground AS ground, since, due_at, taken_by, taken_as,
           CASE WHEN taken_by IS NOT NULL THEN taken_in END AS taken_in, taken_at
      FROM desk_case
      JOIN claim ON claim.claim_id = desk_case.claim_id
      LEFT JOIN decision ON (decision.claim_id, decision.claim_version) = (claim.claim_id, claim.claim_version)"""
