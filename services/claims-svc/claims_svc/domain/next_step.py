"""The life of a claim, one step at a time: wait, ask for rain, decide, or decide again."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace

from claims_svc.domain.basis import EarlierStatement
from claims_svc.domain.case import Case, product_of
from claims_svc.domain.claim import Claim, ClaimState
from claims_svc.domain.deadlines import end_of_new_wait
from claims_svc.domain.decision import Decision, StandingDecision, decide_within_event, decision_on
from claims_svc.domain.insurance import insurance_at
from claims_svc.domain.needs import Need, next_need, question_digest, rainfall_question
from claims_svc.domain.occurrence import ClaimUse, EventUses, uses_of
from claims_svc.domain.redetermination import Change, HumanReview, compare, review_of
from claims_svc.domain.verdict import Verdict, decide
from contracts.claims import RainfallRequested
from contracts.coverage import Outcome
from contracts.policy import PolicyChanged
from contracts.topic import Event


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The claim after one step, and what must be stored and published with it.

    `event_uses` replace what the claim has of its events; None: that stays as it is.
    """

    claim: Claim
    published: tuple[Event, ...] = ()
    decision: Decision | None = None
    event_uses: tuple[ClaimUse, ...] | None = None
    review: HumanReview | None = None


def advance(
    claim: Claim,
    *,
    policy: PolicyChanged | None,
    uses: EventUses,
    standing: StandingDecision | None,
    now: datetime,
) -> Step:
    """Move `claim` as far as its evidence allows, under this version of its policy.

    `uses` hold what claims have of every event that this one can belong to.
    """
    claim = replace(claim, policy_version=0 if policy is None else policy.version)
    claim, case = _with_current_rain(claim, policy=policy, standing=standing)
    match next_need(case):
        case Need.POLICY:
            return _wait(claim, case, state=ClaimState.WAITING_FOR_POLICY, now=now)
        case Need.RAINFALL:
            return _wait_for_rainfall(claim, case, now=now)
        case Need.NOTHING:
            return _decide(claim, case, uses=uses, standing=standing, now=now)


def _with_current_rain(
    claim: Claim, *, policy: PolicyChanged | None, standing: StandingDecision | None
) -> tuple[Claim, Case]:
    """Return the claim and its case without an answer (or a wait) that belongs to a question no longer asked."""
    insurance = insurance_at(policy, loss=claim.report.loss)
    case = Case(
        claim_id=claim.claim_id,
        report=claim.report,
        facts=claim.facts,
        earlier=_earlier(claim, standing=standing),
        reported_at=claim.reported_at,
        assessed=claim.assessed,
        possible_duplicate_of=claim.possible_duplicate_of,
        reporters_differ=claim.reporters_differ,
        policy=policy,
        insurance=insurance,
        question=None,
        rain=None,
        rain_wait_over=claim.rainfall_wait_over,
        policy_wait_over=claim.policy_wait_over,
        product=product_of(insurance),
        decided_before_cents=0 if standing is None else standing.payable_cents,
    )
    if claim.request_version == 0:
        return claim, case
    question = _question(claim, case)
    if question is None or question_digest(question) != claim.question_digest:
        return replace(claim, rainfall_wait_over=False), replace(case, rain_wait_over=False)
    answers_it = claim.rainfall is not None and claim.rainfall.request_version == claim.request_version
    return claim, replace(case, question=question, rain=claim.rainfall if answers_it else None)


def _earlier(claim: Claim, *, standing: StandingDecision | None) -> EarlierStatement | None:
    """Return what customers said otherwise before, beside what the standing decision covers."""
    earlier = claim.earlier
    if earlier is None or standing is None:
        return earlier
    return replace(earlier, covered_before_cents=standing.covered_cents)


def _question(claim: Claim, case: Case) -> RainfallRequested | None:
    """Return the question the claim would ask today under the number it last asked; None when there is no home."""
    if case.insurance.terms is None:
        return None
    return rainfall_question(case, claim_id=claim.claim_id, request_version=claim.request_version)


def _wait(claim: Claim, case: Case, *, state: ClaimState, now: datetime) -> Step:
    # A wait that has begun keeps its deadline: evidence that decides nothing must not prolong it.
    if claim.state is state:
        return Step(claim=claim)
    ends_at = end_of_new_wait(state=state, product=case.product, now=now)
    return Step(claim=replace(claim, state=state, waits_until=ends_at))


def _wait_for_rainfall(claim: Claim, case: Case, *, now: datetime) -> Step:
    state = ClaimState.WAITING_FOR_RAINFALL
    if case.question is not None:
        return _wait(claim, case, state=state, now=now)
    request = rainfall_question(case, claim_id=claim.claim_id, request_version=claim.request_version + 1)
    asked = replace(
        claim,
        state=state,
        request_version=request.request_version,
        question_digest=question_digest(request),
        waits_until=end_of_new_wait(state=state, product=case.product, now=now),
    )
    return Step(claim=asked, published=(request,))


def _decide(claim: Claim, case: Case, *, uses: EventUses, standing: StandingDecision | None, now: datetime) -> Step:
    """Decide. Where a decision stands already, the machine decides again only in the customer's favour."""
    case, verdict = decide_within_event(case, uses=uses, claim=claim)
    if standing is None:
        return _decided(claim, case, verdict, standing=None, now=now)
    previous = decide(standing.document.basis)
    match compare(previous, verdict):
        case Change.IN_FAVOUR:
            return _decided(claim, case, verdict, standing=standing, now=now)
        case Change.SAME:
            return _stands(claim, previous)
        case Change.AGAINST:
            return replace(_stands(claim, previous), review=review_of(claim, case, verdict, now=now))


def _decided(claim: Claim, case: Case, verdict: Verdict, *, standing: StandingDecision | None, now: datetime) -> Step:
    decision = decision_on(claim, case, verdict, standing=standing, now=now)
    uses = uses_of(
        verdict,
        claim_id=claim.claim_id,
        policy_number=claim.report.policy_number,
        loss=claim.report.loss,
        proof_sha256=decision.event.proof_sha256,
    )
    return Step(
        claim=replace(claim, state=_final_state(verdict), claim_version=decision.event.claim_version),
        published=(decision.event,),
        decision=decision,
        event_uses=uses if uses or standing else None,
    )


def _stands(claim: Claim, standing: Verdict) -> Step:
    return Step(claim=replace(claim, state=_final_state(standing)))


def _final_state(verdict: Verdict) -> ClaimState:
    return ClaimState.REFERRED if verdict.outcome is Outcome.REFERRED else ClaimState.DECIDED
