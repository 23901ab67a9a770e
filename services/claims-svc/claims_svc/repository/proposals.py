"""What one handler wants decided and a second one must approve."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from chassis.database import Connection
from claims_svc.domain.joining import Move
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.told_by_hand import ToldByHand
from contracts.codec import from_json, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Rulings, what a handler told, or a `move` with its reason, that wait for a second person.

    `claim_version` is what their maker saw, `more_cents` what would be paid besides, in euro cents. `proposed_by` and
    `judged_by` are accounts.
    """

    proposal_id: UUID
    claim_id: UUID
    claim_version: int
    rulings: tuple[Ruling, ...]
    more_cents: int
    needs_senior: bool
    proposed_by: str
    proposed_at: datetime
    state: str = "open"
    judged_by: str | None = None
    judged_at: datetime | None = None
    reason: str | None = None
    told: ToldByHand | None = None
    move: Move | None = None


async def insert(connection: Connection, *, proposal: Proposal) -> None:
    """Store an open proposal. A second open one of a claim violates a unique index."""
    await connection.execute(
        """
        INSERT INTO proposal (proposal_id, claim_id, claim_version, rulings, more_cents, needs_senior,
                              proposed_by, proposed_at, told, move)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        proposal.proposal_id,
        proposal.claim_id,
        proposal.claim_version,
        to_json(proposal.rulings).decode(),
        proposal.more_cents,
        proposal.needs_senior,
        proposal.proposed_by,
        proposal.proposed_at,
        None if proposal.told is None else to_json(proposal.told).decode(),
        None if proposal.move is None else to_json(proposal.move).decode(),
    )


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[Proposal]:
    """Return the proposals about a claim, the first first."""
    rows = await connection.fetch(
        """
        SELECT proposal_id, claim_id, claim_version, rulings, more_cents, needs_senior, proposed_by, proposed_at, state,
               judged_by, judged_at, reason, told, move
          FROM proposal WHERE claim_id = $1 ORDER BY proposed_at, proposal_id
        """,
        claim_id,
    )
    return [_proposal(row) for row in rows]


async def judge(
    connection: Connection,
    *,
    proposal_id: UUID,
    state: Literal["approved", "declined"],
    judged_by: str,
    reason: str,
    now: datetime,
) -> None:
    """Close an open proposal as a second person judged it."""
    await connection.execute(
        """
        UPDATE proposal SET state = $2, judged_by = $3, reason = $4, judged_at = $5
         WHERE proposal_id = $1 AND state = 'open'
        """,
        proposal_id,
        state,
        judged_by,
        reason,
        now,
    )


async def expire(
    connection: Connection, *, claim_ids: Collection[UUID], all_of: Collection[UUID], now: datetime
) -> dict[UUID, UUID]:
    """Close the proposals about claims that were decided in the meantime; return each such claim with its own.

    What was told of a claim that nothing was decided about still completes its report; of `all_of` claims it is closed
    as well.
    """
    rows = await connection.fetch(
        """
        UPDATE proposal SET state = 'stale', judged_at = $2
         WHERE claim_id = ANY ($1) AND state = 'open' AND (told IS NULL OR claim_id = ANY ($3))
        RETURNING claim_id, proposal_id
        """,
        list(claim_ids),
        now,
        list(all_of),
    )
    return {claim_id: proposal_id for claim_id, proposal_id in rows}  # noqa: C416 - rows are no tuples


def _proposal(row: asyncpg.Record) -> Proposal:
    told = None if row["told"] is None else from_json(ToldByHand, row["told"])
    move = None if row["move"] is None else from_json(Move, row["move"])
    rulings = from_json(tuple[Ruling, ...], row["rulings"])
    return Proposal(**{**row, "rulings": rulings, "told": told, "move": move})
