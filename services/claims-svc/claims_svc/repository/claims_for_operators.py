"""Claims as operators read them: rows of identifiers, states and amounts, nothing about people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg

from chassis.database import Connection


async def of_report(connection: Connection, *, report_id: UUID) -> asyncpg.Record | None:
    """Return the claim that a report opened or joined, with the versions of its evidence."""
    return await connection.fetchrow(
        """
        SELECT claim_id, claim_reference, report_id, report_version, policy_number, policy_version, state, opened_at,
               policy_wait_over, rainfall_wait_over, claim.request_version, newest.assessment_version, claim_version,
               possible_duplicate_of
          FROM claim LEFT JOIN LATERAL (
               SELECT request_version, assessment_version FROM rainfall WHERE rainfall.claim_id = claim.claim_id
               UNION ALL
               SELECT request_version, assessment_version FROM decision
                WHERE decision.claim_id = claim.claim_id AND decision.claim_version = claim.claim_version
                  AND assessment_version IS NOT NULL
                ORDER BY request_version DESC, assessment_version DESC LIMIT 1) AS newest ON true
         WHERE claim_id = coalesce((SELECT claim_id FROM joined_report WHERE report_id = $1),
                                   (SELECT claim_id FROM opening_report WHERE report_id = $1))
        """,
        report_id,
    )


async def iterate(connection: Connection, *, state: str | None) -> AsyncIterator[asyncpg.Record]:
    """Yield claims in the order they were opened, with the standing decision of each; None: in any state.

    Reads a few rows at a time, which needs a transaction.
    """
    async for row in connection.cursor(
        """
        SELECT claim.claim_id, claim_reference, report_id, state, opened_at, claim.claim_version,
               outcome, deciding_ground, payable_cents, decided_at, possible_duplicate_of
          FROM claim
          LEFT JOIN decision ON (decision.claim_id, decision.claim_version) = (claim.claim_id, claim.claim_version)
         WHERE $1::text IS NULL OR state = $1
         ORDER BY claim.claim_id
        """,
        state,
    ):
        yield row
