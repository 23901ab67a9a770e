"""Claims as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSummary:
    """Where a claim stands. `outcome` and `payable_cents` are those of its newest decision; None: there is none yet."""

    claim_id: UUID
    reference: str
    policy_number: str
    state: Any
    opened_at: datetime
    outcome: Any
    payable_cents: int | None


async def find(connection: Connection, *, reference: str, relation_number: str) -> ClaimSummary | None:
    """Return a claim on a policy of this relation number; None where there is none."""
    row = await connection.fetchrow(
        """
        SELECT claim.claim_id, claim_reference AS reference, policy_number, state, opened_at, outcome, payable_cents
          FROM claim
          LEFT JOIN decision ON (decision.claim_id, decision.claim_version) = (claim.claim_id, claim.claim_version)
         WHERE claim_reference = $1 AND split_part(policy_number, '-', 1) = $2
        """,
        reference,
        relation_number,
    )
    return None if row is None else ClaimSummary(**row)


async def id_of(connection: Connection, *, reference: str) -> UUID | None:
    """Return the id of the claim with this reference."""
    claim_id: UUID | None = await connection.fetchval(
        "SELECT claim_id FROM claim WHERE claim_reference = $1", reference
    )
    return claim_id
