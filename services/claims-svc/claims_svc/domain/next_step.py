"""The life of a claim, one step at a time: wait, ask for rain, decide, or decide again."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace

from claims_svc.domain.basis import EarlierStatement
from claims_svc.domain.case import Case, product_of
from claims_svc.domain.claim import Claim, ClaimState
from claims_svc.domain.deadlines import are_answers_overdue, end_of_new_wait
from claims_svc.domain.decision import Decision, StandingDecision, decide_within_event, decision_on
from claims_svc.domain.insurance import InsuranceState, insurance_at
from claims_svc.domain.needs import Need, is_asked_by, next_need, question_digest, rainfall_question
from claims_svc.domain.occurrence import ClaimUse, EventUses, uses_of
from claims_svc.domain.questions import Question, questions_to_reporter
from claims_svc.domain.redetermination import Change, HumanReview, compare, review_of
from claims_svc.domain.verdict import Verdict
from contracts.claims import RainfallRequested
from contracts.coverage import Outcome
from contracts.policy import PolicyChanged
from contracts.topic import Event


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The claim after one step, and what must be stored and published with it.

    `event_uses` replace what the claim has of its events; None: that stays as it is. `asked` are questions that were
    never asked of the reporter before.
    """

    claim: Claim
    published: tuple[Event, ...] = ()
    decision: Decision | None = None
    event_uses: tuple[ClaimUse, ...] | None = None
    review: HumanReview | None = None
    asked: tuple[Question, ...] = ()


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
    # Without a known policy no answer is waited for, nor can it be told until when one will be.
    knows_policy = case.insurance.state is not InsuranceState.UNKNOWN
    questions = _asked_of_reporter(claim, case, standing=standing) if knows_policy else ()
    new = tuple(question for question in questions if question.code not in claim.asked)
    if new:
        claim = replace(claim, asked=(*claim.asked, *(question.code for question in new)), asked_at=now)
    elif questions and are_answers_overdue(claim, now=now):
        claim, questions = replace(claim, answer_wait_over=True), ()
    step = _next_step(claim, case, awaits_answer=bool(questions), uses=uses, standing=standing, now=now)
    after = step.claim
    if new and after.state is ClaimState.WAITING_FOR_ANSWER:
        # Whoever is asked something has all the time for it that they are told; there are only so many questions.
        after = replace(after, waits_until=end_of_new_wait(after, state=after.state, product=case.product, now=now))
    return replace(step, claim=after, asked=new)


def still_asked(
    claim: Claim, *, policy: PolicyChanged | None, standing: StandingDecision | None
) -> tuple[Question, ...]:
    """Return what is asked of those who reported the loss, as all is known now; with or without a policy."""
    return _asked_of_reporter(*_with_current_rain(claim, policy=policy, standing=standing), standing=standing)


def _asked_of_reporter(claim: Claim, case: Case, *, standing: StandingDecision | None) -> tuple[Question, ...]:
    if standing or claim.answer_wait_over or claim.withdrawn_at:
        return ()
    return questions_to_reporter(case.basis, not_known=claim.not_known)


def case_of(claim: Claim, *, policy: PolicyChanged | None, standing: StandingDecision | None) -> Case:
    """Return all that is known about a claim now, but for what other claims have of its events."""
    return _with_current_rain(claim, policy=policy, standing=standing)[1]


def _next_step(
    claim: Claim,
    case: Case,
    *,
    awaits_answer: bool,
    uses: EventUses,
    standing: StandingDecision | None,
    now: datetime,
) -> Step:
    match next_need(case):
        case Need.POLICY:
            return _wait(claim, case, state=ClaimState.WAITING_FOR_POLICY, now=now)
        case Need.RAINFALL:
            return _wait_for_rainfall(claim, case, now=now)
        case Need.NOTHING if awaits_answer:
            return _wait(claim, case, state=ClaimState.WAITING_FOR_ANSWER, now=now)
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
        decided_before_cents=claim.decided_before_cents(standing.to_be_paid_cents if standing else 0),
        rulings=claim.rulings,
        withdrawn_at=claim.withdrawn_at,
        joined_to=claim.joined_to,
        brought_cents=claim.brought_cents,
    )
    if claim.request_version == 0:
        return claim, case
    question = _question(claim, case)
    if question is None or not is_asked_by(question, claim.question_digest):
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
    ends_at = end_of_new_wait(claim, state=state, product=case.product, now=now)
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
        waits_until=end_of_new_wait(claim, state=state, product=case.product, now=now),
    )
    return Step(claim=asked, published=(request,))


def _decide(claim: Claim, case: Case, *, uses: EventUses, standing: StandingDecision | None, now: datetime) -> Step:
    """Decide. Where a decision stands already, the machine decides again only in the customer's favour."""
    case, verdict = decide_within_event(case, uses=uses, claim=claim)
    if standing is None or _is_by_hand(case, standing=standing):
        return _decided(claim, case, verdict, standing=standing, now=now)
    # As it was decided: under rules that have changed since, what it rests on might give something else today.
    previous = standing.document.verdict
    match compare(previous, verdict):
        case Change.IN_FAVOUR:
            return _decided(claim, case, verdict, standing=standing, now=now)
        case Change.SAME:
            return _stands(claim, previous)
        case Change.AGAINST:
            review = review_of(claim, case, verdict, standing=standing.document.basis, now=now)
            return replace(_stands(claim, previous), review=review)


def _is_by_hand(case: Case, *, standing: StandingDecision) -> bool:
    """Return whether people have decided since: then it counts whichever way it goes."""
    before = standing.document.basis
    return (case.rulings, case.withdrawn_at) != (before.rulings, before.withdrawn_at)


def _decided(claim: Claim, case: Case, verdict: Verdict, *, standing: StandingDecision | None, now: datetime) -> Step:
    decision = decision_on(claim, case, verdict, standing=standing, now=now)
    uses = uses_of(
        verdict,
        claim_id=claim.claim_id,
        policy_number=claim.report.policy_number,
        loss=claim.report.loss,
        proof_sha256=decision.event.proof_sha256,
        event_uses=case.event_uses,
    )
    return Step(
        claim=replace(claim, state=_final_state(verdict), claim_version=decision.event.claim_version, brought_cents=0),
        published=(decision.event,),
        decision=decision,
        event_uses=uses if uses or standing else None,
    )


def _stands(claim: Claim, standing: Verdict) -> Step:
    return Step(claim=replace(claim, state=_final_state(standing)))


def _final_state(verdict: Verdict) -> ClaimState:
    return _STATE_OF.get(verdict.outcome, ClaimState.DECIDED)


_STATE_OF = {Outcome.REFERRED: ClaimState.REFERRED, Outcome.WITHDRAWN: ClaimState.WITHDRAWN}
