"""The rules of notifying: what is sent for a decision, what an attempt's result means, when to try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, assert_never

from contracts.claims import DecisionMade, Outcome
from contracts.notify import Settlement
from contracts.vocabulary import Channel

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

CHANNELS = tuple(Channel)
"""Every decision goes out by every channel; a customer without an address for one gets the others."""

SENT_AGAIN_WHEN_IN_DOUBT = frozenset({Channel.EMAIL})
"""The rule for an attempt whose answer was lost. A second e-mail carries the same Message-ID, so that a mail server can
drop the double. A second SMS cannot be recognised: it is not sent by itself, but settled as in doubt and listed."""


class State(StrEnum):
    """Where a message is on its way."""

    AWAITING_CONTACT = "awaiting_contact"
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    NO_ADDRESS = "no_address"
    SUPERSEDED = "superseded"


SETTLEMENTS: Mapping[State, Settlement] = {
    State.SENT: Settlement.SENT,
    State.REFUSED: Settlement.REFUSED,
    State.IN_DOUBT: Settlement.IN_DOUBT,
    State.NO_ADDRESS: Settlement.NO_ADDRESS,
    State.SUPERSEDED: Settlement.SUPERSEDED,
}
"""The states in which a message has ended, as the outside learns of them."""


class Case(StrEnum):
    """The five things a customer can be told."""

    PAID = "paid"
    NOTHING_PAYABLE = "nothing_payable"
    AWAITS_ASSESSMENT = "awaits_assessment"
    DENIED = "denied"
    REFERRED = "referred"


def case_of(decision: DecisionMade) -> Case:
    """Return which of the five `decision` is: covered splits up by what can be paid now."""
    payable_cents = decision.money.payable_cents
    match decision.outcome:
        case Outcome.DENIED:
            return Case.DENIED
        case Outcome.REFERRED:
            return Case.REFERRED
        case Outcome.COVERED if payable_cents is None or decision.money.awaits_assessment:
            return Case.AWAITS_ASSESSMENT
        case Outcome.COVERED if payable_cents == 0:
            return Case.NOTHING_PAYABLE
        case Outcome.COVERED:
            return Case.PAID
        case _:
            assert_never(decision.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a message is about, and to whom. No customer: no policy was found, so nobody can be written to."""

    claim_id: UUID
    claim_version: int
    customer_id: UUID | None
    trace: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One message that must come into being."""

    subject: Subject
    channel: Channel
    state: State


def plan_messages(
    subjects: Sequence[Subject], *, newest_versions: Mapping[UUID, int], reachable: Collection[UUID]
) -> Sequence[Planned]:
    """Return one message per decision and channel.

    `newest_versions` says what each claim's customer was, or will be, told last; an older version is superseded from
    the start, within one batch too. `reachable` are the customers whose contact data are known.
    """
    newest = dict(newest_versions)
    for subject in subjects:
        newest[subject.claim_id] = max(newest.get(subject.claim_id, 0), subject.claim_version)
    return [
        Planned(subject=subject, channel=channel, state=_first_state(subject, newest=newest, reachable=reachable))
        for subject in subjects
        for channel in CHANNELS
    ]


def _first_state(subject: Subject, *, newest: Mapping[UUID, int], reachable: Collection[UUID]) -> State:
    if subject.claim_version < newest[subject.claim_id]:
        return State.SUPERSEDED
    if subject.customer_id is None:
        return State.NO_ADDRESS
    return State.DUE if subject.customer_id in reachable else State.AWAITING_CONTACT


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the message over."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will never take this message. `reason` is a code, never a text: that may name the customer."""

    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """The server took nothing over and may do so later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """There is no server that would listen, for this message or any other; nothing was handed over."""

    reason: str


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The message may have been handed over: the connection, or this process, ended before the answer was known."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoAddress:
    """The customer has no address for this channel; nothing was tried."""


Result: TypeAlias = Accepted | Refused | Deferred | Unreachable | AnswerLost | NoAddress
"""What became of one attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long to keep trying: the wait doubles from `first_seconds` up to `longest_seconds`."""

    first_seconds: float
    longest_seconds: float
    give_up_after: timedelta

    def wait(self, *, attempts: int, chance: float) -> timedelta:
        """Return the wait after `attempts` failures; `chance` (0 to 1) spreads it from half to one and a half."""
        doubled = self.first_seconds * 2.0 ** min(attempts - 1, 30)
        return timedelta(seconds=min(doubled, self.longest_seconds) * (0.5 + chance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt. `attempts` counts it and those before it, `doubts` those before it whose answer was lost."""

    channel: Channel
    attempts: int
    doubts: int
    wanted_since: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """The message ends in `state`."""

    state: State
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """The message is tried again at `due_at`."""

    due_at: datetime
    reason: str


def verdict(result: Result, *, attempt: Attempt, policy: RetryPolicy, now: datetime, chance: float) -> Ended | Again:
    """Return what follows from `result`. Failing for good ends in doubt when any answer was lost."""
    match result:
        case Accepted():
            return Ended(State.SENT)
        case NoAddress():
            return Ended(State.NO_ADDRESS)
        case Refused(reason):
            return Ended(_failed(attempt, result), reason)
        case AnswerLost(reason) if attempt.channel not in SENT_AGAIN_WHEN_IN_DOUBT:
            return Ended(State.IN_DOUBT, reason)
        case Deferred(reason) | Unreachable(reason) | AnswerLost(reason):
            give_up_at = attempt.wanted_since + policy.give_up_after
            if now >= give_up_at:
                return Ended(_failed(attempt, result), reason)
            due_at = now + policy.wait(attempts=attempt.attempts, chance=chance)
            return Again(min(due_at, give_up_at), reason)
        case _:
            assert_never(result)


def _failed(attempt: Attempt, result: Result) -> State:
    return State.IN_DOUBT if attempt.doubts or isinstance(result, AnswerLost) else State.REFUSED
