from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from decisions import DECIDED_AT

from contracts.vocabulary import Channel
from notify_svc.domain import (
    Accepted,
    Again,
    AnswerLost,
    Attempt,
    Deferred,
    Ended,
    NoAddress,
    Refused,
    Result,
    RetryPolicy,
    State,
    Subject,
    Unreachable,
    plan_messages,
    verdict,
)

POLICY = RetryPolicy(first_seconds=30, longest_seconds=3_600, give_up_after=timedelta(hours=72))
CLAIM, CUSTOMER = UUID(int=1), UUID(int=2)


def subject(*, version: int = 1, customer_id: UUID | None = CUSTOMER) -> Subject:
    return Subject(claim_id=CLAIM, claim_version=version, customer_id=customer_id, trace=None)


def attempt(channel: Channel, *, attempts: int = 1, doubts: int = 0) -> Attempt:
    return Attempt(channel=channel, attempts=attempts, doubts=doubts, wanted_since=DECIDED_AT)


def states(subjects: list[Subject], *, newest: int | None = None, known: bool = True) -> list[State]:
    planned = plan_messages(
        subjects,
        newest_versions={} if newest is None else {CLAIM: newest},
        reachable={CUSTOMER} if known else set(),
    )
    return [message.state for message in planned if message.channel is Channel.SMS]


def test_a_decision_wants_one_message_per_channel() -> None:
    planned = plan_messages([subject()], newest_versions={}, reachable={CUSTOMER})

    assert [message.channel for message in planned] == [Channel.EMAIL, Channel.SMS]


def test_where_a_message_begins() -> None:
    assert states([subject()]) == [State.DUE]
    assert states([subject()], known=False) == [State.AWAITING_CONTACT]
    assert states([subject(customer_id=None)]) == [State.NO_ADDRESS]
    assert states([subject(version=1)], newest=2) == [State.SUPERSEDED]
    assert states([subject(version=1), subject(version=2)]) == [State.SUPERSEDED, State.DUE]
    assert states([subject(version=2), subject(version=1)]) == [State.DUE, State.SUPERSEDED]


@pytest.mark.parametrize(
    ("result", "channel", "doubts", "state"),
    [
        (Accepted(), Channel.EMAIL, 1, State.SENT),
        (NoAddress(), Channel.SMS, 0, State.NO_ADDRESS),
        (Refused("smtp-550"), Channel.EMAIL, 0, State.REFUSED),
        (Refused("smtp-550"), Channel.EMAIL, 1, State.IN_DOUBT),
        (AnswerLost("session-ended"), Channel.SMS, 0, State.IN_DOUBT),
    ],
)
def test_how_a_message_ends(result: Result, channel: Channel, doubts: int, state: State) -> None:
    decided = verdict(result, attempt=attempt(channel, doubts=doubts), policy=POLICY, now=DECIDED_AT, chance=0.5)

    assert isinstance(decided, Ended)
    assert decided.state is state


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

    again = verdict(result, attempt=attempt(channel), policy=POLICY, now=now, chance=0.5)
    end = verdict(result, attempt=attempt(channel), policy=POLICY, now=late, chance=0.5)

    assert isinstance(again, Again)
    assert again.due_at == late
    assert end == Ended(state, result.reason)


@pytest.mark.parametrize(
    ("attempts", "chance", "seconds"), [(1, 0.5, 30), (2, 0.5, 60), (1, 0.0, 15), (1, 1.0, 45), (500, 0.5, 3_600)]
)
def test_the_wait_doubles_up_to_a_limit_and_is_spread(attempts: int, chance: float, seconds: float) -> None:
    assert POLICY.wait(attempts=attempts, chance=chance) == timedelta(seconds=seconds)
