"""Promises that a claim is taken up in time, and whether they held."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise: broken where `broken_at` says so, whenever the claim was taken up after that (`kept_at`)."""

    claim_id: UUID
    made_at: datetime
    due_at: datetime
    warned_at: datetime | None
    kept_at: datetime | None
    broken_at: datetime | None


async def insert(
    connection: Connection, *, claim_ids: Collection[UUID], batch_id: UUID, now: datetime, due_at: datetime
) -> int:
    """Store a promise for each of these claims, unless one is open or somebody works at it already; return how many."""
    rows = await connection.fetch(
        """
        INSERT INTO promise (claim_id, made_at, due_at, batch_id)
        SELECT claim_id, $3, $4, $2 FROM unnest($1::uuid[]) AS waiting (claim_id)
         WHERE NOT EXISTS (SELECT FROM desk_case WHERE desk_case.claim_id = waiting.claim_id AND taken_by IS NOT NULL)
         ORDER BY claim_id
            ON CONFLICT DO NOTHING
        RETURNING claim_id
        """,
        list(claim_ids),
        batch_id,
        now,
        due_at,
    )
    return len(rows)


class Ended(NamedTuple):
    """How many promises held, and how many are found broken only now."""

    held: int
    broken: int


async def keep(connection: Connection, *, claim_ids: Collection[UUID], now: datetime) -> Ended:
    """Store that nobody waits for these claims to be taken up any more; return what became of the promises by that.

    One that was due already is broken, whether its timer has fired or not.
    """
    rows = await connection.fetch(
        """
        WITH open AS (
             SELECT claim_id, broken_at AS broken_before FROM promise
              WHERE claim_id = ANY ($1) AND kept_at IS NULL ORDER BY claim_id FOR UPDATE)
        UPDATE promise SET kept_at = $2, broken_at = coalesce(broken_at, CASE WHEN due_at <= $2 THEN $2 END) FROM open
         WHERE promise.claim_id = open.claim_id AND kept_at IS NULL
        RETURNING broken_at IS NULL AS held, broken_at IS NOT NULL AND broken_before IS NULL AS broken
        """,
        list(claim_ids),
        now,
    )
    return Ended(held=sum(row["held"] for row in rows), broken=sum(row["broken"] for row in rows))


async def waiting(connection: Connection, *, batch_ids: Collection[UUID]) -> Sequence[UUID]:
    """Return the claims of promises that were made together and are still open."""
    rows = await connection.fetch(
        "SELECT claim_id FROM promise WHERE batch_id = ANY ($1) AND kept_at IS NULL ORDER BY claim_id", list(batch_ids)
    )
    return [claim_id for (claim_id,) in rows]


async def warn(connection: Connection, *, claim_ids: Collection[UUID], now: datetime) -> dict[UUID, datetime]:
    """Store that these promises are about to break, once; return when each that is still open is due."""
    rows = await connection.fetch(
        """
        UPDATE promise SET warned_at = $2
         WHERE claim_id = ANY ($1) AND kept_at IS NULL AND warned_at IS NULL RETURNING claim_id, due_at
        """,
        list(claim_ids),
        now,
    )
    return {claim_id: due_at for claim_id, due_at in rows}  # noqa: C416 - rows are no tuples


async def end_broken(connection: Connection, *, batch_ids: Collection[UUID], now: datetime) -> int:
    """Store that the promises of these batches that are still open are broken; return how many."""
    rows = await connection.fetch(
        """
        UPDATE promise SET broken_at = $2
         WHERE batch_id = ANY ($1) AND kept_at IS NULL AND broken_at IS NULL AND due_at <= $2 RETURNING claim_id
        """,
        list(batch_ids),
        now,
    )
    return len(rows)


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[Promise]:
    """Return the promises about a claim, the first first."""
    rows = await connection.fetch(
        """
        SELECT claim_id, made_at, due_at, warned_at, kept_at, broken_at
          FROM promise WHERE claim_id = $1 ORDER BY made_at
        """,
        claim_id,
    )
    return [Promise(**row) for row in rows]
