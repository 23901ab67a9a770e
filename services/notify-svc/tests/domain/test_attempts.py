from __future__ import annotations

from datetime import timedelta

import pytest
from decisions import DECIDED_AT

from contracts.vocabulary import Channel
from notify_svc.domain.attempts import (
    Accepted,
    AnswerLost,
    Attempt,
    Deferred,
    LeaseLost,
    NoAddress,
    Refused,
    Result,
    Retry,
    RetryPolicy,
    Settle,
    Unreachable,
    next_step,
)
from notify_svc.domain.messages import State

POLICY = RetryPolicy(first_seconds=30, longest_seconds=3_600, give_up_after=timedelta(hours=72))


def attempt(channel: Channel, *, attempts: int = 1, answers_lost: int = 0) -> Attempt:
    return Attempt(channel=channel, attempts=attempts, answers_lost=answers_lost, first_due_at=DECIDED_AT)


@pytest.mark.parametrize(
    ("result", "channel", "answers_lost", "step"),
    [
        (Accepted(), Channel.EMAIL, 1, Settle(State.SENT)),
        (NoAddress("no-address"), Channel.SMS, 0, Settle(State.NO_ADDRESS, "no-address")),
        (NoAddress("contact-erased"), Channel.EMAIL, 1, Settle(State.IN_DOUBT, "contact-erased")),
        (Refused("smtp-550"), Channel.EMAIL, 0, Settle(State.REFUSED, "smtp-550")),
        (Refused("smtp-550"), Channel.EMAIL, 1, Settle(State.IN_DOUBT, "smtp-550")),
        (AnswerLost("session-ended"), Channel.SMS, 0, Settle(State.IN_DOUBT, "session-ended")),
    ],
)
def test_how_a_message_ends(result: Result, channel: Channel, answers_lost: int, step: Settle) -> None:
    assert step == next_step(
        result, attempt=attempt(channel, answers_lost=answers_lost), policy=POLICY, now=DECIDED_AT, jitter=0.5
    )


@pytest.mark.parametrize(
    ("result", "channel", "state"),
    [
        (Deferred("smtp-451"), Channel.EMAIL, State.REFUSED),
        (Unreachable("ConnectionRefusedError"), Channel.SMS, State.REFUSED),
        (AnswerLost("SMTPServerDisconnected"), Channel.EMAIL, State.IN_DOUBT),
    ],
)
def test_what_is_tried_again_ends_at_its_deadline(
    result: Deferred | Unreachable | AnswerLost, channel: Channel, state: State
) -> None:
    now = DECIDED_AT + timedelta(hours=71, minutes=59, seconds=50)
    late = DECIDED_AT + timedelta(hours=72)

    retry = next_step(result, attempt=attempt(channel), policy=POLICY, now=now, jitter=0.5)
    end = next_step(result, attempt=attempt(channel), policy=POLICY, now=late, jitter=0.5)

    assert retry == Retry(late, result.reason)
    assert end == Settle(state, result.reason)


@pytest.mark.parametrize(
    ("attempts", "jitter", "seconds"), [(1, 0.5, 30), (2, 0.5, 60), (1, 0.0, 15), (1, 1.0, 45), (500, 0.5, 3_600)]
)
def test_the_wait_doubles_up_to_a_limit_and_is_spread(attempts: int, jitter: float, seconds: float) -> None:
    assert POLICY.wait(attempts=attempts, jitter=jitter) == timedelta(seconds=seconds)


def test_a_message_whose_turn_came_too_late_is_tried_at_once_and_keeps_its_place() -> None:
    step = next_step(
        LeaseLost("x"), attempt=attempt(Channel.EMAIL, attempts=9), policy=POLICY, now=DECIDED_AT, jitter=0.5
    )

    assert step == Retry(None, "x")
