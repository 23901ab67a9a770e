"""What operators and auditors look at; nothing here changes anything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from uuid import UUID

import asyncpg

from chassis.database import Connection


async def claim_of_report(connection: Connection, *, report_id: UUID) -> asyncpg.Record | None:
    """Return the claim that a report opened."""
    return await connection.fetchrow(
        """
        SELECT claim_id, claim_reference, report_id, claim.report_version, claim.policy_number,
               policy.version AS policy_version, claim.state, opened_at, policy_wait_over, rainfall_wait_over,
               claim.request_version, assessment_version, claim_version
          FROM claim
          JOIN policy USING (policy_number)
          LEFT JOIN rainfall USING (claim_id)
         WHERE report_id = $1
        """,
        report_id,
    )


async def decisions_of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[asyncpg.Record]:
    """Return every version of a claim's decision, without the proofs."""
    return await connection.fetch(
        """
        SELECT claim_version, outcome, deciding_ground, payable_cents, awaits_assessment, product_version,
               report_version, policy_version, request_version, assessment_version, decided_at, proof_sha256
          FROM decision WHERE claim_id = $1 ORDER BY claim_version
        """,
        claim_id,
    )


async def reviews_of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[asyncpg.Record]:
    """Return what handlers were asked to look at."""
    return await connection.fetch(
        """
        SELECT claim_version, report_version, policy_version, request_version, assessment_version, reason, raised_at
          FROM human_review WHERE claim_id = $1 ORDER BY review_id
        """,
        claim_id,
    )


async def all_claims(connection: Connection, *, state: str | None) -> AsyncIterator[asyncpg.Record]:
    """Yield claims as they were opened, a few at a time; call it in a transaction."""
    async for row in connection.cursor(
        """
        SELECT claim.claim_id, claim_reference, report_id, state, opened_at, claim.claim_version,
               outcome, deciding_ground, payable_cents, decided_at
          FROM claim
          LEFT JOIN decision ON (decision.claim_id, decision.claim_version) = (claim.claim_id, claim.claim_version)
         WHERE $1::text IS NULL OR state = $1
         ORDER BY claim.claim_id
        """,
        state,
    ):
        yield row


async def all_proofs(connection: Connection) -> AsyncIterator[tuple[str, int, bytes]]:
    """Yield reference, version and canonical bytes of every proof, a few at a time; call it in a transaction."""
    async for row in connection.cursor(
        """
        SELECT claim_reference, decision.claim_version, proof
          FROM decision JOIN claim USING (claim_id)
         ORDER BY claim_id, decision.claim_version
        """
    ):
        yield row["claim_reference"], row["claim_version"], row["proof"]


async def recorded_hashes(
    connection: Connection, *, claim_references: Collection[str]
) -> Mapping[tuple[str, int], str]:
    """Return the hash of every decision of these claims, by reference and version."""
    rows = await connection.fetch(
        """
        SELECT claim_reference, decision.claim_version, proof_sha256
          FROM decision JOIN claim USING (claim_id)
         WHERE claim_reference = ANY ($1::text[])
        """,
        list(claim_references),
    )
    return {(reference, version): sha256 for reference, version, sha256 in rows}
