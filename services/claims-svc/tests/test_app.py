from __future__ import annotations

from claims_svc.app import build
from claims_svc.asking import ANSWER_REMINDER
from claims_svc.domain.claim import ClaimState
from claims_svc.domain.deadlines import DEADLINE_OF, RAIN_AWAITED, RAIN_AWAITED_ANEW, WAITS_OVER
from claims_svc.domain.redetermination import OTHERS_CHANGED
from claims_svc.domain.repair import JobState
from claims_svc.flows.asking_by_hand import QUESTION_DUE, QUESTION_REMINDER
from claims_svc.flows.reviewing import REVIEW_AT_RISK, REVIEW_LATE
from claims_svc.flows.waiting import PROMISE_AT_RISK_OF_CLAIM
from claims_svc.job_ends import REPAIR_CONSENT_MISSING, REPAIR_CONSENT_REMINDER, REPAIR_LATE, REPAIR_NOT_ACCEPTED
from claims_svc.policy_slices import POLICY_SLICE
from claims_svc.promises import PROMISE_AT_RISK, PROMISE_DUE
from claims_svc.proof_roots import PROOF_ROOT
from claims_svc.settings import Settings
from claims_svc.unsettled import PAYMENTS_UNSETTLED
from contracts.topics import TOPICS

SETTINGS = Settings(kafka_bootstrap_servers="unused.invalid:9092", database_url="postgresql://unused.invalid/claims")


def test_the_service_consumes_every_topic_that_names_it_as_a_consumer() -> None:
    consumed = {consumer.topic.name for consumer in build(SETTINGS).consumers}

    assert consumed == {topic.name for topic in TOPICS if "claims-svc" in topic.consumers}


WAITS_OF_CLAIMS = {state: (DEADLINE_OF[state],) for state in ClaimState if state.name.startswith("WAITING")}
WAITS_OF_JOBS = {
    JobState.REQUESTED: (REPAIR_NOT_ACCEPTED,),
    JobState.ACCEPTED: (REPAIR_CONSENT_MISSING, REPAIR_LATE),
}


def test_whatever_a_claim_or_a_job_of_repair_waits_for_ends_by_a_timer() -> None:
    kinds = {timer.kind for timer in build(SETTINGS).timers}
    assert {state for state in JobState if state not in WAITS_OF_JOBS} == {JobState.COMPLETED, JobState.ENDED}
    assert {kind for ends in (*WAITS_OF_CLAIMS.values(), *WAITS_OF_JOBS.values()) for kind in ends} <= kinds


def test_every_wait_of_a_claim_has_a_timer_that_ends_it() -> None:
    assert {timer.kind for timer in build(SETTINGS).timers} == {
        *DEADLINE_OF.values(),
        WAITS_OVER,
        RAIN_AWAITED,
        RAIN_AWAITED_ANEW,
        OTHERS_CHANGED,
        POLICY_SLICE,
        PROOF_ROOT,
        REPAIR_NOT_ACCEPTED,
        REPAIR_CONSENT_REMINDER,
        REPAIR_CONSENT_MISSING,
        REPAIR_LATE,
        PAYMENTS_UNSETTLED,
        ANSWER_REMINDER,
        QUESTION_REMINDER,
        QUESTION_DUE,
        PROMISE_AT_RISK,
        PROMISE_AT_RISK_OF_CLAIM,
        PROMISE_DUE,
        REVIEW_AT_RISK,
        REVIEW_LATE,
    }
