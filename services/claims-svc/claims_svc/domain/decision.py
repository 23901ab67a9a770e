"""One version of a claim's decision: the verdict with its evidence, its proof and the event that publishes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from claims_svc.domain import proof
from claims_svc.domain.case import Case
from claims_svc.domain.claim import Claim
from claims_svc.domain.occurrence import DeductibleUses, family_of
from claims_svc.domain.verdict import Verdict, decide
from contracts.claims import DecisionMade


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The versions of what a decision rests on; None where there was nothing."""

    report_version: int
    policy_version: int | None
    request_version: int | None
    assessment_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One version of a claim's decision with its proof, byte for byte what was hashed."""

    event: DecisionMade
    evidence: Evidence
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingDecision:
    """The proof of a claim's newest decision, from which the decision itself can be recomputed."""

    proof: bytes
    proof_sha256: str


def decide_within_event(case: Case, *, uses: DeductibleUses, claim: Claim) -> tuple[Case, Verdict]:
    """Decide `case` with what other claims of the same event used of the deductible, and return the case with it.

    Only a verdict shows which event a claim belongs to, hence the second decision.
    """
    verdict = decide(case.basis)
    family = family_of(verdict)
    if family is None:
        return case, verdict
    used = uses.used_by_others_cents(
        claim.claim_id,
        policy_number=claim.report.policy_number,
        family=family,
        loss=claim.report.loss,
        hours=case.product.occurrence_hours,
    )
    if used == 0:
        return case, verdict
    case = replace(case, deductible_used_before_cents=used)
    return case, decide(case.basis)


def decision_on(
    claim: Claim, case: Case, verdict: Verdict, *, standing: StandingDecision | None, now: datetime
) -> Decision:
    """Return the next version of the claim's decision; its proof names the hash of the `standing` one."""
    previous_sha256 = standing.proof_sha256 if standing else None
    claim_version = claim.claim_version + 1
    proved = proof.build(
        case,
        verdict,
        claim_version=claim_version,
        decided_at=now,
        previous_sha256=previous_sha256,
    )
    terms = case.basis.insurance.terms
    event = DecisionMade(
        claim_id=claim.claim_id,
        claim_version=claim_version,
        claim_reference=claim.claim_reference,
        report_id=claim.report.report_id,
        report_ids=(claim.report.report_id,),
        customer_id=case.policy.customer_id if case.policy else None,
        postcode_area=terms.postcode_area if terms else None,
        loss=claim.report.loss,
        outcome=verdict.outcome,
        deciding_ground=verdict.deciding_ground,
        grounds=verdict.grounds,
        findings=verdict.findings,
        items=verdict.items,
        possible_duplicate_of=case.possible_duplicate_of,
        turned_statements=case.earlier.turned if case.earlier else (),
        covers=verdict.covers,
        rain=verdict.rain,
        money=verdict.money,
        product_version=case.product.version,
        decided_at=now,
        proof_sha256=proved.sha256,
        previous_proof_sha256=previous_sha256,
    )
    return Decision(event=event, evidence=evidence_in(case), proof=proved.canonical)


def evidence_in(case: Case) -> Evidence:
    return Evidence(
        report_version=case.report.report_version,
        policy_version=case.policy.version if case.policy else None,
        request_version=case.rain.request_version if case.rain else None,
        assessment_version=case.rain.assessment_version if case.rain else None,
    )
