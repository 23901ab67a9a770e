"""The next step of one claim: ask, wait, decide, or decide again. Pure: others store and say what it returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from claims_svc.claim import Claim, ClaimState, Decision, DeductibleUse, Evidence, HumanReview, StandingDecision
from claims_svc.domain import proof, redetermination
from claims_svc.domain.case import Case, Need, next_need, product_for, rainfall_question
from claims_svc.domain.coverage import Verdict, decide
from claims_svc.domain.occurrence import Family, Occurrence, family_of, occurrence_of, taken_cents
from contracts.claims import DecisionMade, Outcome
from contracts.policy import PolicyChanged
from contracts.topic import Event

POLICY_DEADLINE = "policy-deadline"
RAINFALL_DEADLINE = "rainfall-deadline"
DEADLINE_OF = MappingProxyType(
    {ClaimState.WAITING_FOR_POLICY: POLICY_DEADLINE, ClaimState.WAITING_FOR_RAINFALL: RAINFALL_DEADLINE}
)
"""The timer that ends each wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step makes of a claim. `deadlines` maps a kind of timer to its moment, or to None: no longer needed."""

    claim: Claim
    announced: tuple[Event, ...] = ()
    deadlines: Mapping[str, datetime | None] = field(default_factory=dict)
    decision: Decision | None = None
    use: DeductibleUse | None = None
    review: HumanReview | None = None


def advance(
    claim: Claim,
    *,
    policy: PolicyChanged | None,
    uses: Iterable[DeductibleUse],
    standing: StandingDecision | None,
    now: datetime,
) -> Step:
    """Take `claim` as far as its evidence goes. `uses` are the deductibles used in its policy, by whatever claim."""
    claim, case = _with_current_rain(claim, policy=policy)
    match next_need(case):
        case Need.POLICY:
            return _wait(claim, ClaimState.WAITING_FOR_POLICY, due_at=now + case.product.policy_wait)
        case Need.RAINFALL:
            return _wait_for_rainfall(claim, case, now=now)
        case Need.NOTHING:
            return _settle(claim, case, uses=uses, standing=standing, now=now)


def _with_current_rain(claim: Claim, *, policy: PolicyChanged | None) -> tuple[Claim, Case]:
    """Return the claim and its case without an answer (or a wait) that belongs to a question no longer asked."""
    case = Case(
        report=claim.report,
        policy=policy,
        rain=claim.rainfall if claim.rainfall and claim.rainfall.request_version == claim.request_version else None,
        rain_wait_over=claim.rainfall_wait_over,
        policy_wait_over=claim.policy_wait_over,
        product=product_for(policy, loss=claim.report.loss),
    )
    if claim.request_version == 0 or _question(claim, case) == claim.rainfall_request:
        return claim, case
    return replace(claim, rainfall_wait_over=False), replace(case, rain=None, rain_wait_over=False)


def _question(claim: Claim, case: Case) -> str | None:
    """Return the question the claim would ask today under the number it last asked; None when there is no home."""
    if case.basis.insurance.terms is None:
        return None
    question = rainfall_question(case, claim_id=claim.claim_id, request_version=claim.request_version)
    return question.model_dump_json()


def _wait(claim: Claim, state: ClaimState, *, due_at: datetime) -> Step:
    """Wait in `state`; a wait that has begun already keeps its deadline."""
    if claim.state is state:
        return Step(claim=claim)
    deadlines = _ended_wait(claim) | {DEADLINE_OF[state]: due_at}
    return Step(claim=replace(claim, state=state), deadlines=deadlines)


def _wait_for_rainfall(claim: Claim, case: Case, *, now: datetime) -> Step:
    due_at = now + case.product.rainfall_wait
    if claim.request_version and _question(claim, case) == claim.rainfall_request:
        return _wait(claim, ClaimState.WAITING_FOR_RAINFALL, due_at=due_at)
    request = rainfall_question(case, claim_id=claim.claim_id, request_version=claim.request_version + 1)
    asked = replace(
        claim,
        state=ClaimState.WAITING_FOR_RAINFALL,
        request_version=request.request_version,
        rainfall_request=request.model_dump_json(),
    )
    return Step(claim=asked, announced=(request,), deadlines=_ended_wait(claim) | {RAINFALL_DEADLINE: due_at})


def _ended_wait(claim: Claim) -> dict[str, datetime | None]:
    kind = DEADLINE_OF.get(claim.state)
    return {} if kind is None else {kind: None}


def _settle(
    claim: Claim, case: Case, *, uses: Iterable[DeductibleUse], standing: StandingDecision | None, now: datetime
) -> Step:
    """Decide, or compare with the decision that stands: the machine decides again only in the customer's favour."""
    case, verdict, family = _verdict(claim, case, uses=uses)
    if standing is None:
        return _decided(claim, case, verdict, family=family, standing=None, now=now)
    previous = proof.recompute(standing.proof)
    match redetermination.compare(previous, verdict):
        case redetermination.Change.IN_FAVOUR:
            return _decided(claim, case, verdict, family=family, standing=standing, now=now)
        case redetermination.Change.SAME:
            return Step(claim=_ended(claim, previous.outcome), deadlines=_ended_wait(claim))
        case redetermination.Change.AGAINST:
            review = HumanReview(
                claim_id=claim.claim_id,
                claim_version=claim.claim_version,
                evidence=_evidence(case),
                reason=f"new evidence gives {verdict.outcome} ({verdict.deciding_ground}), "
                f"payable {verdict.money.payable_cents} cents",
                raised_at=now,
            )
            return Step(claim=_ended(claim, previous.outcome), deadlines=_ended_wait(claim), review=review)


def _ended(claim: Claim, outcome: Outcome) -> Claim:
    return replace(claim, state=ClaimState.REFERRED if outcome is Outcome.REFERRED else ClaimState.DECIDED)


def _verdict(claim: Claim, case: Case, *, uses: Iterable[DeductibleUse]) -> tuple[Case, Verdict, Family | None]:
    """Decide, and again where other claims of the event used some of the deductible: only a verdict has a family."""
    verdict = decide(case)
    family = family_of(verdict)
    if family is None:
        return case, verdict, None
    others = [use for use in uses if use.family == family and use.claim_id != claim.claim_id]
    hours = case.product.occurrence_hours
    occurrence = occurrence_of(_occurrences(others, hours=hours), loss=claim.report.loss, hours=hours)
    if occurrence is None or occurrence.used_cents == 0:
        return case, verdict, family
    case = replace(case, deductible_used_before_cents=occurrence.used_cents)
    return case, decide(case), family


def _occurrences(uses: Iterable[DeductibleUse], *, hours: int) -> list[Occurrence]:
    """Return the events that these losses of one policy and family make, each anchored at its earliest loss."""
    occurrences: list[Occurrence] = []
    for use in sorted(uses, key=lambda use: (use.loss_from_at, use.claim_id)):
        newest = occurrences[-1] if occurrences else None
        if newest and (use.loss_from_at - newest.anchor_at).total_seconds() < hours * 3_600:
            occurrences[-1] = replace(newest, used_cents=newest.used_cents + use.used_cents)
        else:
            occurrences.append(Occurrence(anchor_at=use.loss_from_at, used_cents=use.used_cents))
    return occurrences


def _decided(
    claim: Claim,
    case: Case,
    verdict: Verdict,
    *,
    family: Family | None,
    standing: StandingDecision | None,
    now: datetime,
) -> Step:
    previous_sha256 = standing.proof_sha256 if standing else None
    proved = proof.build(case, verdict, decided_at=now, previous_sha256=previous_sha256)
    decided = replace(_ended(claim, verdict.outcome), claim_version=claim.claim_version + 1)
    event = _event(decided, case, verdict, now=now, sha256=proved.sha256, previous_sha256=previous_sha256)
    return Step(
        claim=decided,
        announced=(event,),
        deadlines=_ended_wait(claim),
        decision=Decision(event=event, evidence=_evidence(case), proof=proved.canonical),
        use=None if family is None else _use(claim, verdict, family=family),
    )


def _evidence(case: Case) -> Evidence:
    return Evidence(
        report_version=case.report.report_version,
        policy_version=case.policy.version if case.policy else None,
        request_version=case.rain.request_version if case.rain else None,
        assessment_version=case.rain.assessment_version if case.rain else None,
    )


def _use(claim: Claim, verdict: Verdict, *, family: Family) -> DeductibleUse:
    return DeductibleUse(
        claim_id=claim.claim_id,
        policy_number=claim.report.policy_number,
        family=family,
        loss_from_at=claim.report.loss.from_at,
        used_cents=taken_cents(verdict),
    )


def _event(
    claim: Claim, case: Case, verdict: Verdict, *, now: datetime, sha256: str, previous_sha256: str | None
) -> DecisionMade:
    terms = case.basis.insurance.terms
    return DecisionMade(
        claim_id=claim.claim_id,
        claim_version=claim.claim_version,
        claim_reference=claim.claim_reference,
        report_id=claim.report.report_id,
        customer_id=case.policy.customer_id if case.policy else None,
        postcode_area=terms.postcode_area if terms else None,
        loss=claim.report.loss,
        outcome=verdict.outcome,
        deciding_ground=verdict.deciding_ground,
        grounds=verdict.grounds,
        findings=verdict.findings,
        covers=verdict.covers,
        rain=verdict.rain,
        money=verdict.money,
        product_version=case.product.version,
        decided_at=now,
        proof_sha256=sha256,
        previous_proof_sha256=previous_sha256,
    )
