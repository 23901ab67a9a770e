from __future__ import annotations

from datetime import timedelta

import pytest
from decisions import CUSTOMER, DECIDED_AT
from uuid_utils.compat import uuid7

from contracts.message_requests import Occasion
from contracts.vocabulary import Channel
from notify_svc.domain.attempts import (
    Accepted,
    AnswerLost,
    Deferred,
    LeaseLost,
    NoAddress,
    Refused,
    Result,
    Retry,
    Unreachable,
)
from notify_svc.domain.requests import (
    REQUEST_SETTLEMENTS,
    Lane,
    Request,
    RequestAttempt,
    RequestState,
    SettleRequest,
    next_step_of,
)

CODE, LINK = Occasion.LOGIN_CODE_REQUESTED, Occasion.PASSWORD_RESET_REQUESTED
FAILURES = [Deferred("x"), Unreachable("x")]


def step_after(
    result: Result,
    *,
    occasion: Occasion,
    attempts: int = 1,
    answers_lost: int = 0,
    takes_seconds: float = 0,
    expires_in_seconds: float = 300,
) -> SettleRequest | Retry:
    request = Request(
        request_id=uuid7(),
        customer_id=CUSTOMER,
        relation_number="123456",
        occasion=occasion,
        occurred_at=DECIDED_AT,
        lane=Lane.URGENT,
        expires_at=DECIDED_AT + timedelta(seconds=expires_in_seconds),
        sealed=None,
        trace=None,
    )
    attempt = RequestAttempt(attempts=attempts, answers_lost=answers_lost)
    takes = timedelta(seconds=takes_seconds)
    return next_step_of(result, request=request, attempt=attempt, takes=takes, now=DECIDED_AT, jitter=0.5)


@pytest.mark.parametrize("occasion", Occasion)
def test_a_code_and_what_is_told_to_a_number_go_by_sms_and_everything_else_by_mail(occasion: Occasion) -> None:
    request = Request(
        request_id=uuid7(),
        customer_id=CUSTOMER,
        relation_number="123456",
        occasion=occasion,
        occurred_at=DECIDED_AT,
        lane=Lane.URGENT,
        expires_at=DECIDED_AT,
        sealed=None,
        trace=None,
    )

    by_sms = {CODE, Occasion.PHONE_CODE_REQUESTED, Occasion.MOBILE_PHONE_LEFT}
    assert request.channel is (Channel.SMS if occasion in by_sms else Channel.EMAIL)


@pytest.mark.parametrize(
    ("result", "occasion", "answers_lost", "state"),
    [
        (Accepted(), CODE, 0, RequestState.SENT),
        (Accepted(), LINK, 1, RequestState.SENT),
        (NoAddress("x"), CODE, 0, RequestState.NO_ADDRESS),
        (NoAddress("x"), LINK, 1, RequestState.IN_DOUBT),
        (Refused("x"), CODE, 0, RequestState.REFUSED),
        (Refused("x"), LINK, 1, RequestState.IN_DOUBT),
        (AnswerLost("x"), CODE, 0, RequestState.IN_DOUBT),
    ],
)
def test_how_a_request_ends(result: Result, occasion: Occasion, answers_lost: int, state: RequestState) -> None:
    step = step_after(result, occasion=occasion, answers_lost=answers_lost)

    assert isinstance(step, SettleRequest)
    assert step.state is state


@pytest.mark.parametrize("result", [Deferred("x"), Unreachable("x"), AnswerLost("x")])
@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (5, 16), (6, 30), (60, 30)])
def test_what_failed_is_tried_again_after_seconds(result: Result, attempts: int, seconds: float) -> None:
    step = step_after(result, occasion=LINK, attempts=attempts)

    assert step == Retry(DECIDED_AT + timedelta(seconds=seconds), "x")


@pytest.mark.parametrize("attempts", [1, 6])
def test_a_request_whose_turn_came_too_late_is_tried_at_once_and_keeps_its_place(attempts: int) -> None:
    step = step_after(LeaseLost("x"), occasion=LINK, attempts=attempts)

    assert step == Retry(None, "x")


@pytest.mark.parametrize(
    ("result", "expires_in_seconds", "is_over"),
    [
        *((failure, seconds, is_over) for failure in FAILURES for seconds, is_over in ((31, False), (30.999, True))),
        *((failure, seconds, True) for failure in FAILURES for seconds in (1.001, 0)),
        (LeaseLost("x"), 30, False),
        (LeaseLost("x"), 29.999, True),
    ],
)
def test_what_has_no_time_for_another_attempt_ends_now(
    result: Result,
    expires_in_seconds: float,
    is_over: bool,  # noqa: FBT001 - a case
) -> None:
    step = step_after(result, occasion=CODE, takes_seconds=30, expires_in_seconds=expires_in_seconds)

    assert (step == SettleRequest(RequestState.EXPIRED, "x")) is is_over


def test_what_may_have_arrived_is_in_doubt_and_not_expired() -> None:
    expected = SettleRequest(RequestState.IN_DOUBT, "x")

    assert step_after(Deferred("x"), occasion=LINK, answers_lost=1, expires_in_seconds=0) == expected
    assert step_after(AnswerLost("x"), occasion=LINK, expires_in_seconds=0) == expected


def test_every_state_but_those_on_the_way_is_published() -> None:
    assert set(REQUEST_SETTLEMENTS) == set(RequestState) - {RequestState.DUE, RequestState.SENDING}
