"""The claims of one customer, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Connection
from claims_svc.repository.claim_views import ClaimSummary


async def claims_of_customer(
    connection: Connection, *, relation_number: str, before: UUID | None, rows: int
) -> Sequence[ClaimSummary]:
    """Return the claims on policies of this relation number, the newest first, from below the claim `before` on."""
    found = await connection.fetch(
        """
        SELECT claim.claim_id, claim_reference AS reference, policy_number, claim.state, opened_at,
               outcome, payable_cents
          FROM policy
          JOIN LATERAL (
               SELECT * FROM claim
                WHERE claim.policy_number = policy.policy_number AND ($2::uuid IS NULL OR claim_id < $2)
                ORDER BY claim_id DESC LIMIT $3) AS claim USING (policy_number)
          LEFT JOIN decision ON (decision.claim_id, decision.claim_version) = (claim.claim_id, claim.claim_version)
         WHERE split_part(policy_number, '-', 1) = $1
         ORDER BY claim.claim_id DESC
         LIMIT $3
        """,
        relation_number,
        before,
        rows,
    )
    return [ClaimSummary(**row) for row in found]
