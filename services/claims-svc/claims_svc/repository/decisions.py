"""Decisions, the deductibles they used, and the reviews they wait for. Decisions are added to, never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from chassis.database import Connection
from claims_svc.claim import Decision, DeductibleUse, HumanReview, StandingDecision


async def standing_decisions(connection: Connection, *, claim_ids: Collection[UUID]) -> Mapping[UUID, StandingDecision]:
    """Return the newest decision of each claim that has one."""
    rows = await connection.fetch(
        """
        SELECT claim_id, proof, proof_sha256
          FROM claim JOIN decision USING (claim_id, claim_version)
         WHERE claim_id = ANY ($1::uuid[])
        """,
        list(claim_ids),
    )
    return {claim_id: StandingDecision(proof=proof, proof_sha256=sha256) for claim_id, proof, sha256 in rows}


async def insert_decisions(connection: Connection, *, decisions: Sequence[Decision]) -> None:
    """Store decisions; a claim's version can be decided once only."""
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
        [decision.proof for decision in decisions],
        [decision.event.proof_sha256 for decision in decisions],
        [decision.event.previous_proof_sha256 for decision in decisions],
    )


async def deductible_uses(connection: Connection, *, policy_numbers: Collection[str]) -> Sequence[DeductibleUse]:
    """Return what the covered claims of these policies used of their deductibles."""
    rows = await connection.fetch(
        """
        SELECT claim_id, policy_number, family, loss_from_at, used_cents
          FROM deductible_use WHERE policy_number = ANY ($1::text[]) ORDER BY claim_id
        """,
        list(policy_numbers),
    )
    return [DeductibleUse(**row) for row in rows]


async def store_deductible_uses(connection: Connection, *, uses: Sequence[DeductibleUse]) -> None:
    """Keep what each claim's newest decision uses, in place of what the one before it used."""
    await connection.execute(
        """
        INSERT INTO deductible_use (claim_id, policy_number, family, loss_from_at, used_cents)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
            ON CONFLICT (claim_id) DO UPDATE
           SET policy_number = excluded.policy_number, family = excluded.family,
               loss_from_at = excluded.loss_from_at, used_cents = excluded.used_cents
        """,
        [use.claim_id for use in uses],
        [use.policy_number for use in uses],
        [use.family for use in uses],
        [use.loss_from_at for use in uses],
        [use.used_cents for use in uses],
    )


async def insert_reviews(connection: Connection, *, reviews: Sequence[HumanReview]) -> None:
    """Ask a handler to look; the same evidence against the same decision asks once."""
    await connection.execute(
        """
        INSERT INTO human_review (claim_id, claim_version, report_version, policy_version, request_version,
                                  assessment_version, reason, raised_at)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::integer[],
                             $6::integer[], $7::text[], $8::timestamptz[])
            ON CONFLICT DO NOTHING
        """,
        [review.claim_id for review in reviews],
        [review.claim_version for review in reviews],
        [review.evidence.report_version for review in reviews],
        [review.evidence.policy_version for review in reviews],
        [review.evidence.request_version for review in reviews],
        [review.evidence.assessment_version for review in reviews],
        [review.reason for review in reviews],
        [review.raised_at for review in reviews],
    )
