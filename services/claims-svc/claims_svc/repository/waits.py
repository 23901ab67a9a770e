"""Claims whose waits end together, so that a wait costs no timer of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.claim import ClaimState


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueWait:
    """A claim that still waits in `state` although that was to end by now."""

    claim_id: UUID
    state: ClaimState
    trace: str | None


async def insert(connection: Connection, *, wait_id: UUID, claim_ids: Sequence[UUID]) -> None:
    await connection.execute("INSERT INTO wait (wait_id, claim_ids) VALUES ($1, $2)", wait_id, claim_ids)


async def claims_of(connection: Connection, *, wait_ids: Collection[UUID]) -> set[UUID]:
    """Return the claims of these waits that still wait for rain, be it in a later wait."""
    rows = await connection.fetch(
        """
        SELECT claim_id
          FROM wait, unnest(claim_ids) AS began (claim_id) JOIN claim USING (claim_id)
         WHERE wait_id = ANY ($1::uuid[]) AND state = 'waiting_for_rainfall'
        """,
        list(wait_ids),
    )
    return {row["claim_id"] for row in rows}


async def pop_overdue(connection: Connection, *, wait_ids: Collection[UUID], now: datetime) -> Sequence[OverdueWait]:
    """Delete these waits and return the claims of them that wait still; one that began to wait anew is left out."""
    rows = await connection.fetch(
        """
        WITH ended AS (DELETE FROM wait WHERE wait_id = ANY ($1::uuid[]) RETURNING claim_ids)
        SELECT claim_id, state, trace
          FROM ended, unnest(claim_ids) AS began (claim_id) CROSS JOIN LATERAL (
               SELECT state, trace FROM claim
                WHERE claim.claim_id = began.claim_id AND waits_until <= $2
                  AND state IN ('waiting_for_policy', 'waiting_for_rainfall', 'waiting_for_answer')
               OFFSET 0) AS claim
        """,
        list(wait_ids),
        now,
    )
    return [OverdueWait(claim_id=row["claim_id"], state=ClaimState(row["state"]), trace=row["trace"]) for row in rows]
