"""One version of a claim's decision: the verdict with its evidence, its proof and the event that publishes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from claims_svc.domain import proof
from claims_svc.domain.basis import Basis, EventUse
from claims_svc.domain.case import Case
from claims_svc.domain.claim import Claim
from claims_svc.domain.occurrence import EventUses, families_of
from claims_svc.domain.proof import Document, Proof
from claims_svc.domain.verdict import Verdict, covered_cents, decide
from contracts.claims import DecisionMade
from contracts.coverage import Outcome
from contracts.vocabulary import PerilFamily
from contracts.weather import RainfallAssessed


class Evidence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The versions of what a decision rests on; None where there was nothing."""

    report_version: int
    policy_version: int | None
    request_version: int | None
    assessment_version: int | None


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One version of a claim's decision with its proof."""

    event: DecisionMade
    evidence: Evidence
    proof: Proof

    def rests_on(self, answer: RainfallAssessed) -> bool:
        """Return whether its proof holds this answer about rain."""
        evidence = self.evidence
        versions = (evidence.request_version, evidence.assessment_version)
        return versions == (answer.request_version, answer.assessment_version)

    @property
    def standing(self) -> StandingDecision:
        return StandingDecision(
            document=self.proof.document,
            proof_sha256=self.proof.sha256,
            payable_cents=self.event.money.payable_cents or 0,
        )


class StandingDecision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the proof of a claim's newest decision holds: the decision as it was made, and what it rests on.

    `payable_cents` is what it decided to pay; 0 when nothing yet.
    """

    document: Document
    proof_sha256: str
    payable_cents: int

    @property
    def covered_cents(self) -> int:
        """The damage it covers, awaiting an assessment or not."""
        return covered_cents(self.document.verdict)

    @property
    def to_be_paid_cents(self) -> int:
        """What has been decided to be paid until now, all in all: what a later version takes off is not clawed back."""
        return max(self.payable_cents, self.document.basis.decided_before_cents)

    @property
    def rainfall(self) -> RainfallAssessed | None:
        """The answer about rain that it rests on."""
        return self.document.basis.rain

    @property
    def is_settled(self) -> bool:
        """Whether it pays, covers or denies, under a known policy."""
        known = self.document.basis.policy_version is not None
        return known and (self.document.verdict.outcome is not Outcome.REFERRED or self.payable_cents > 0)


def decide_within_event(
    case: Case, *, uses: EventUses, claim: Claim, deciding: Callable[[Basis], Verdict] = decide
) -> tuple[Case, Verdict]:
    """Decide `case` with what other claims have of the same events, and return the case with it.

    Only a verdict shows which events a claim belongs to, hence the second decision.
    """
    verdict = deciding(case.basis)
    families = families_of(verdict)
    of_events = _of_others(families, case=case, uses=uses, claim=claim)
    if any(use.either_cents for use in of_events):
        # Damage of others that could be of either family ties both events together.
        of_events = _of_others(tuple(PerilFamily), case=case, uses=uses, claim=claim)
    if not of_events:
        return case, verdict
    case = replace(case, event_uses=of_events)
    return case, deciding(case.basis)


def _of_others(families: Sequence[PerilFamily], *, case: Case, uses: EventUses, claim: Claim) -> tuple[EventUse, ...]:
    found = (
        uses.of_others(
            claim.claim_id,
            policy_number=claim.report.policy_number,
            family=family,
            loss=claim.report.loss,
            hours=case.product.occurrence_hours,
        )
        for family in families
    )
    return tuple(use for use in found if use is not None)


def decision_on(
    claim: Claim, case: Case, verdict: Verdict, *, standing: StandingDecision | None, now: datetime
) -> Decision:
    """Return the next version of the claim's decision; its proof names the hash of the `standing` one."""
    previous_sha256 = standing.proof_sha256 if standing else None
    claim_version = claim.claim_version + 1
    proved = proof.build(
        case,
        verdict,
        reports=(claim.sent or claim.report, *claim.joined),
        supplements=claim.supplements,
        claim_version=claim_version,
        decided_at=now,
        previous_sha256=previous_sha256,
    )
    terms = case.insurance.terms
    event = DecisionMade(
        claim_id=claim.claim_id,
        claim_version=claim_version,
        claim_reference=claim.claim_reference,
        report_id=claim.report.report_id,
        report_ids=tuple(report.report_id for report in claim.reports),
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
    return Decision(event=event, evidence=evidence_in(case), proof=proved)


def evidence_in(case: Case) -> Evidence:
    return Evidence(
        report_version=case.report.report_version,
        policy_version=case.policy.version if case.policy else None,
        request_version=case.rain.request_version if case.rain else None,
        assessment_version=case.rain.assessment_version if case.rain else None,
    )
