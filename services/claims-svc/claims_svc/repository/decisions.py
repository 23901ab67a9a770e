"""Decisions: inserted, never updated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import asyncpg

from chassis.database import Connection
from claims_svc.domain.decision import Decision, Evidence, StandingDecision
from claims_svc.repository import stored_proofs
from contracts.claims import DecisionMade

_INSERTED_COLUMNS = (
    "claim_id",
    "claim_version",
    "report_version",
    "policy_version",
    "request_version",
    "assessment_version",
    "outcome",
    "deciding_ground",
    "payable_cents",
    "awaits_assessment",
    "product_version",
    "decided_at",
    "proof",
    "proof_sha256",
    "previous_proof_sha256",
)


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
        claim_id: StandingDecision(proof=stored_proofs.unpack(proof), proof_sha256=sha256, payable_cents=payable_cents)
        for claim_id, proof, sha256, payable_cents in rows
    }


async def insert(connection: Connection, *, decisions: Sequence[Decision]) -> None:
    """Store decisions. A second decision on one version of a claim violates the primary key."""
    # COPY takes half of what an INSERT of arrays takes, on both sides.
    await connection.copy_records_to_table(
        "decision",
        columns=_INSERTED_COLUMNS,
        records=[_row(decision.event, decision.evidence, proof=decision.proof) for decision in decisions],
    )


def _row(event: DecisionMade, evidence: Evidence, *, proof: bytes) -> tuple[object, ...]:
    return (
        event.claim_id,
        event.claim_version,
        evidence.report_version,
        evidence.policy_version,
        evidence.request_version,
        evidence.assessment_version,
        event.outcome,
        event.deciding_ground,
        event.money.payable_cents,
        event.money.awaits_assessment,
        event.product_version,
        event.decided_at,
        stored_proofs.pack(proof),
        event.proof_sha256,
        event.previous_proof_sha256,
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
