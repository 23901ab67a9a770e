"""Decisions: inserted, never updated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import asyncpg

from chassis.database import Connection
from claims_svc.domain import proof
from claims_svc.domain.decision import Decision, StandingDecision
from claims_svc.repository import stored_proofs


async def standing(connection: Connection, *, claim_ids: Collection[UUID]) -> Mapping[UUID, StandingDecision]:
    """Return the newest decision of each claim that has one."""
    rows = await connection.fetch(
        """
        SELECT claim_id, proof, proof_sha256, coalesce(payable_cents, 0)
          FROM unnest($1::uuid[]) AS wanted (claim_id) CROSS JOIN LATERAL (
               SELECT proof, proof_sha256, payable_cents FROM decision
                WHERE decision.claim_id = wanted.claim_id ORDER BY claim_version DESC LIMIT 1) AS newest
        """,
        list(claim_ids),
    )
    return {
        claim_id: StandingDecision(
            document=proof.read_own(stored_proofs.unpack(stored), sha256=sha256),
            proof_sha256=sha256,
            payable_cents=payable_cents,
        )
        for claim_id, stored, sha256, payable_cents in rows
    }


async def insert(connection: Connection, *, decisions: Sequence[Decision]) -> None:
    """Store decisions. A second decision on one version of a claim violates the primary key."""
    await connection.execute(
        """
        INSERT INTO decision (claim_id, claim_version, report_version, policy_version, request_version,
                              assessment_version, outcome, deciding_ground, payable_cents, awaits_assessment,
                              product_version, decided_at, proof, proof_sha256, previous_proof_sha256)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::integer[],
                             $6::integer[], $7::text[], $8::text[], $9::bigint[], $10::boolean[],
                             $11::text[], $12::timestamptz[], $13::bytea[], $14::text[], $15::text[])
        """,
        [decision.event.claim_id for decision in decisions],
        [decision.event.claim_version for decision in decisions],
        [decision.evidence.report_version for decision in decisions],
        [decision.evidence.policy_version for decision in decisions],
        [decision.evidence.request_version for decision in decisions],
        [decision.evidence.assessment_version for decision in decisions],
        [decision.event.outcome for decision in decisions],
        [decision.event.deciding_ground for decision in decisions],
        [decision.event.money.payable_cents for decision in decisions],
        [decision.event.money.awaits_assessment for decision in decisions],
        [decision.event.product_version for decision in decisions],
        [decision.event.decided_at for decision in decisions],
        [stored_proofs.pack(decision.proof.canonical) for decision in decisions],
        [decision.event.proof_sha256 for decision in decisions],
        [decision.event.previous_proof_sha256 for decision in decisions],
    )


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[asyncpg.Record]:
    """Return every version of a claim's decision, without the proofs."""
    return await connection.fetch(
        """
        SELECT claim_version, outcome, deciding_ground, payable_cents, awaits_assessment, product_version,
               report_version, policy_version, request_version, assessment_version, decided_at, proof_sha256
          FROM decision WHERE claim_id = $1 ORDER BY claim_version
        """,
        claim_id,
    )
