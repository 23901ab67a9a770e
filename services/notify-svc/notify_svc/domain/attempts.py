"""What the result of an attempt means: the message is settled, or tried again, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from msgspec import Struct

from contracts.vocabulary import Channel
from notify_svc.domain.messages import State
from notify_svc.domain.written import Written

RESENT_AFTER_LOST_ANSWER = frozenset({Channel.EMAIL})
"""Channels that send again when an answer was lost. A second e-mail carries the same Message-ID, so that a mail server
can drop the duplicate. A second SMS cannot be recognised: the first is settled as in doubt, and listed."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server has accepted the message.

    `provider_ids` are what receipts will call its parts, if there are any; `written` is what it says, to be kept.
    """

    provider_ids: tuple[str, ...] = ()
    written: Written | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will never accept this message. `reason` is a code, never a text: that may name the customer."""

    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """The server has not accepted the message and may do so later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No server listens, for this message or any other; nothing was handed over."""

    reason: str


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The message may have been handed over: the connection, or this process, ended before the answer was known."""

    reason: str
    written: Written | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """The lease ended, or was about to, before the message was handed over: another process may send it by now."""

    reason: str = "lease-lost"


@dataclass(frozen=True, slots=True)
class NoAddress:
    """The customer has no address for this channel, or none any more; nothing was tried."""

    reason: str


Result: TypeAlias = Accepted | Refused | Deferred | Unreachable | AnswerLost | LeaseLost | NoAddress
"""How one attempt ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long to keep trying: the wait doubles from `first_seconds` up to `longest_seconds`."""

    first_seconds: float
    longest_seconds: float
    give_up_after: timedelta

    def wait(self, *, attempts: int, jitter: float) -> timedelta:
        """Return the wait after `attempts` failures; `jitter` (0 to 1) spreads it from half to one and a half."""
        doubled = self.first_seconds * 2.0 ** min(attempts - 1, 30)
        return timedelta(seconds=min(doubled, self.longest_seconds) * (0.5 + jitter))


class Attempt(Struct, frozen=True, kw_only=True):
    """An attempt at a message that was first due at `first_due_at`.

    `attempts` counts it and those before it, `answers_lost` those before it whose answer was lost.
    """

    channel: Channel
    attempts: int
    answers_lost: int
    first_due_at: datetime


class Settle(Struct, frozen=True):
    """The message ends in `state`."""

    state: State
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The message is tried again at `due_at`; None: at once, and before all that became due after it."""

    due_at: datetime | None
    reason: str


def next_step(result: Result, *, attempt: Attempt, policy: RetryPolicy, now: datetime, jitter: float) -> Settle | Retry:
    """Return what follows from `result`. A message that fails for good is in doubt when any answer was lost."""
    match result:
        case Accepted():
            return Settle(State.SENT)
        case NoAddress(reason):
            return Settle(State.IN_DOUBT if attempt.answers_lost else State.NO_ADDRESS, reason)
        case Refused(reason):
            return Settle(_failed_state(attempt, result), reason)
        case AnswerLost(reason) if attempt.channel not in RESENT_AFTER_LOST_ANSWER:
            return Settle(State.IN_DOUBT, reason)
        case Deferred(reason) | Unreachable(reason) | AnswerLost(reason) | LeaseLost(reason):
            give_up_at = attempt.first_due_at + policy.give_up_after
            if now >= give_up_at:
                return Settle(_failed_state(attempt, result), reason)
            due_at = min(now + policy.wait(attempts=attempt.attempts, jitter=jitter), give_up_at)
            # A lost lease is no failure: too many were waiting for their turn.
            return Retry(None if isinstance(result, LeaseLost) else due_at, reason)
        case _:
            assert_never(result)


def _failed_state(attempt: Attempt, result: Result) -> State:
    return State.IN_DOUBT if attempt.answers_lost or isinstance(result, AnswerLost) else State.REFUSED
