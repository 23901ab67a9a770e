"""Decisions: inserted, never updated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import asyncpg

from chassis.database import Connection
from claims_svc.domain import proof
from claims_svc.domain.answering import Decided
from claims_svc.domain.decision import Decision, StandingDecision
from claims_svc.domain.verdict import Verdict
from claims_svc.repository import stored_proofs
from claims_svc.repository.distinct_rows import distinct, unless_all_null


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


async def verdict_of(connection: Connection, *, claim_id: UUID, claim_version: int) -> Verdict:
    """Return what was decided by this version of a claim's decision, which must be there."""
    row = await connection.fetchrow(
        "SELECT proof, proof_sha256 FROM decision WHERE claim_id = $1 AND claim_version = $2", claim_id, claim_version
    )
    assert row is not None  # noqa: S101 - decisions are never deleted
    return proof.read_own(stored_proofs.unpack(row["proof"]), sha256=row["proof_sha256"]).verdict


async def decided(connection: Connection, *, claim_id: UUID) -> Sequence[Decided]:
    """Return when a claim was decided, the first first, and which of that left nothing to people."""
    rows = await connection.fetch(
        """
        SELECT decided_at, outcome <> 'referred' AND NOT awaits_assessment AS is_settled
          FROM decision WHERE claim_id = $1 ORDER BY claim_version
        """,
        claim_id,
    )
    return [Decided(at=row["decided_at"], is_settled=row["is_settled"]) for row in rows]


async def insert(connection: Connection, *, decisions: Sequence[Decision]) -> None:
    """Store decisions. A second decision on one version of a claim violates the primary key."""
    shared, places = distinct(
        (
            decision.event.claim_version,
            decision.evidence.report_version,
            decision.evidence.policy_version,
            decision.evidence.request_version,
            decision.evidence.assessment_version,
            decision.event.outcome,
            decision.event.deciding_ground,
            decision.event.money.awaits_assessment,
            decision.event.product_version,
            decision.event.decided_at,
        )
        for decision in decisions
    )
    await connection.execute(
        """
        INSERT INTO decision (claim_id, payable_cents, proof, proof_sha256, previous_proof_sha256, claim_version,
                              report_version, policy_version, request_version, assessment_version, outcome,
                              deciding_ground, awaits_assessment, product_version, decided_at)
        SELECT claim_id, payable_cents, proof, proof_sha256, previous_proof_sha256, claim_version,
               report_version, policy_version, request_version, assessment_version, outcome,
               deciding_ground, awaits_assessment, product_version, decided_at
          FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::text[], $5::text[], $6::integer[])
               AS new (claim_id, payable_cents, proof, proof_sha256, previous_proof_sha256, place)
          JOIN unnest($7::integer[], $8::integer[], $9::integer[], $10::integer[], $11::integer[], $12::text[],
                      $13::text[], $14::boolean[], $15::text[], $16::timestamptz[]) WITH ORDINALITY
               AS shared (claim_version, report_version, policy_version, request_version, assessment_version, outcome,
                          deciding_ground, awaits_assessment, product_version, decided_at, place) USING (place)
        """,
        [decision.event.claim_id for decision in decisions],
        [decision.event.money.payable_cents for decision in decisions],
        [stored_proofs.pack(decision.proof.canonical) for decision in decisions],
        [decision.event.proof_sha256 for decision in decisions],
        unless_all_null([decision.event.previous_proof_sha256 for decision in decisions]),
        places,
        *shared,
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
