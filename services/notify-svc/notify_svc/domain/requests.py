"""Messages that another service asked for: by which channel they go, and what follows from an attempt at one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from msgspec import Struct

from contracts.claim_messages import PAYMENT_OCCASIONS, ClaimOccasion
from contracts.message_requests import CODE_OCCASIONS, POLICY_OCCASIONS, Occasion
from contracts.notify import RequestSettlement
from contracts.vocabulary import Channel
from notify_svc.domain.attempts import (
    RESENT_AFTER_LOST_ANSWER,
    Accepted,
    AnswerLost,
    Deferred,
    LeaseLost,
    NoAddress,
    Refused,
    Result,
    Retry,
    RetryPolicy,
    Unreachable,
)
from notify_svc.domain.pace import Precedence

RETRIES = RetryPolicy(first_seconds=1, longest_seconds=30, give_up_after=timedelta.max)
"""Somebody waits at a screen, and the expiry of each request says when to give up."""
RETRIES_ABOUT_CLAIMS = RetryPolicy(first_seconds=5, longest_seconds=3_600, give_up_after=timedelta.max)
"""Nobody waits at a screen, and of many a reporter no address will ever come."""
KEPT_FOR = timedelta(days=30)
"""How long operators see how a request ended; longer than the topic and the inbox, so that none is sent anew."""

SMS_OCCASIONS: AbstractSet[Occasion] = CODE_OCCASIONS | {Occasion.MOBILE_PHONE_LEFT}
"""What is told by SMS; anything else is by e-mail."""


_CLAIM_OCCASIONS = {occasion.value: occasion for occasion in ClaimOccasion}


def occasion_of(value: str) -> Occasion | ClaimOccasion:
    """Return the occasion with this value: no value is one of both kinds."""
    return _CLAIM_OCCASIONS.get(value) or Occasion(value)


class Lane(StrEnum):
    """Which messages go out beside one another: each lane of a channel has places of its own."""

    URGENT = "urgent"
    ORDINARY = "ordinary"
    ABOUT_CLAIM = "about_claim"
    """A storm brings thousands of these at once: nothing about an account waits behind them."""

    @property
    def precedence(self) -> Precedence:
        """Who goes first where a provider does not take all at once."""
        return _PRECEDENCES[self]


_PRECEDENCES: Mapping[Lane, Precedence] = {
    Lane.URGENT: Precedence.URGENT,
    Lane.ORDINARY: Precedence.SOON,
    Lane.ABOUT_CLAIM: Precedence.CAN_WAIT,
}


class RequestState(StrEnum):
    """Where a requested message is on its way."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    NO_ADDRESS = "no_address"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    TO_BE_POSTED = "to_be_posted"
    """A letter takes its place."""
    POSTED = "posted"


REQUEST_SETTLEMENTS: Mapping[RequestState, RequestSettlement] = {
    RequestState.SENT: RequestSettlement.SENT,
    RequestState.REFUSED: RequestSettlement.REFUSED,
    RequestState.IN_DOUBT: RequestSettlement.IN_DOUBT,
    RequestState.NO_ADDRESS: RequestSettlement.NO_ADDRESS,
    RequestState.EXPIRED: RequestSettlement.EXPIRED,
    RequestState.SUPERSEDED: RequestSettlement.SUPERSEDED,
    RequestState.TO_BE_POSTED: RequestSettlement.TO_BE_POSTED,
    RequestState.POSTED: RequestSettlement.POSTED,
}
"""The states that are published: the final ones, and that a letter is to be posted."""
LETTER_AFTER = frozenset({RequestState.NO_ADDRESS, RequestState.REFUSED})
"""How an e-mail ends that surely reached nobody. One that expired is not to be sent any more by any way."""
_REMINDERS = {ClaimOccasion.ANSWERS_AWAITED, ClaimOccasion.RAIN_AWAITED, ClaimOccasion.STILL_WAITING}
UNDONE_BY_LINK: AbstractSet[Occasion] = frozenset(
    {
        Occasion.EMAIL_CHANGED,
        Occasion.MOBILE_PHONE_CHANGED,
        Occasion.AUTHENTICATOR_ADDED,
        Occasion.AUTHENTICATOR_REMOVED,
    }
)
"""What is mailed with a link that undoes it. On paper it says to call: a thief may have done it."""
LETTER_OCCASIONS: AbstractSet[Occasion | ClaimOccasion] = (
    POLICY_OCCASIONS
    | UNDONE_BY_LINK
    | {
        Occasion.ACTIVATED,
        Occasion.NEW_DEVICE_USED,
        Occasion.PASSWORD_CHANGED,
        Occasion.SECOND_STEP_FAILED,
        Occasion.CHANGES_UNDONE,
        Occasion.CHANGES_UNDONE_AND_SUSPENDED,
        Occasion.ACCOUNT_REINSTATED,
        *(set(ClaimOccasion) - {ClaimOccasion.TAKEN_UP} - _REMINDERS - PAYMENT_OCCASIONS),
    }
)
"""What is told by letter where an e-mail reaches nobody.

Never what is told for the sake of a code or a one-use link, which is over before a letter comes; so is a login that
is blocked for a while, a download, and a reminder. Nor what goes to an address before and one after a change. That a
handler has begun and that money is on its way asks nothing of anybody, and the letter about the decision names the
amount.
"""


ENDED_BY_DECISION: AbstractSet[ClaimOccasion] = frozenset({ClaimOccasion.QUESTIONS_ASKED})
"""What a later decision about the claim takes the place of: an answer would come too late for it."""
_OF_A_REVIEW = (ClaimOccasion.REVIEW_STILL_OPEN, ClaimOccasion.REVIEW_UPHELD, ClaimOccasion.REVIEW_OVERTURNED)
_OF_A_REPAIR = (ClaimOccasion.REPAIR_ACCEPTED, ClaimOccasion.REPAIR_NEEDS_CONSENT, ClaimOccasion.REPAIR_COMPLETED)
ENDED_BY: Sequence[tuple[ClaimOccasion, ClaimOccasion]] = (
    *((occasion, occasion) for occasion in ClaimOccasion),
    *((ClaimOccasion.REVIEW_OPENED, later) for later in _OF_A_REVIEW),
    *((ClaimOccasion.REVIEW_STILL_OPEN, later) for later in _OF_A_REVIEW[1:]),
    *((ClaimOccasion.REPAIR_OFFERED, later) for later in _OF_A_REPAIR),
    *((earlier, ClaimOccasion.REPAIR_COMPLETED) for earlier in _OF_A_REPAIR[:2]),
)
"""What takes the place of what, told later about the same claim: the same anew, and what it was to lead to."""


class AboutClaim(Struct, frozen=True, kw_only=True):
    """What a message about a claim names; see `ClaimMessageRequested`."""

    claim_id: UUID
    claim_reference: str
    questions: tuple[str, ...] = ()
    due_on: date | None = None
    amount_cents: int | None = None


class Request(Struct, frozen=True, kw_only=True, eq=False):
    """What is to be told to whom. `sealed` is a code, link or address, encrypted, and is never stored otherwise.

    Only one about a `claim` may have no customer: it goes to the first reporter of `report_ids` who gave an address.
    """

    request_id: UUID
    customer_id: UUID | None
    relation_number: str | None = None
    occasion: Occasion | ClaimOccasion
    occurred_at: datetime
    lane: Lane
    expires_at: datetime
    replaces: UUID | None = None
    policy_number: str | None = None
    effective_on: date | None = None
    claim: AboutClaim | None = None
    report_ids: tuple[UUID, ...] | None = None
    sealed: str | None = None
    trace: str | None

    @property
    def channel(self) -> Channel:
        """The one way it goes: by SMS a code, because e-mail is no second factor, and what is told to a number."""
        return Channel.SMS if self.occasion in SMS_OCCASIONS else Channel.EMAIL


class RequestAttempt(Struct, frozen=True, kw_only=True):
    """An attempt at a request. `attempts` counts it and those before it, `answers_lost` those before it."""

    attempts: int
    answers_lost: int


@dataclass(frozen=True, slots=True)
class SettleRequest:
    """The request ends in `state`."""

    state: RequestState
    reason: str | None = None


def next_step_of(
    result: Result, *, request: Request, attempt: RequestAttempt, takes: timedelta, now: datetime, jitter: float
) -> SettleRequest | Retry:
    """Return what follows from `result`. A request of which any answer was lost may have been sent.

    `takes` is how long handing over may take: there is no other attempt without as much time left until the expiry.
    """
    is_in_doubt = attempt.answers_lost > 0 or isinstance(result, AnswerLost)
    match result:
        case Accepted():
            return SettleRequest(RequestState.SENT)
        case NoAddress(reason):
            return SettleRequest(RequestState.IN_DOUBT if is_in_doubt else RequestState.NO_ADDRESS, reason)
        case Refused(reason):
            return SettleRequest(RequestState.IN_DOUBT if is_in_doubt else RequestState.REFUSED, reason)
        case AnswerLost(reason) if request.channel not in RESENT_AFTER_LOST_ANSWER:
            return SettleRequest(RequestState.IN_DOUBT, reason)
        case Deferred(reason) | Unreachable(reason) | AnswerLost(reason) | LeaseLost(reason):
            retries = RETRIES if request.claim is None else RETRIES_ABOUT_CLAIMS
            is_at_once = isinstance(result, LeaseLost)
            due_at = now if is_at_once else now + retries.wait(attempts=attempt.attempts, jitter=jitter)
            if due_at + takes <= request.expires_at:
                return Retry(None if is_at_once else due_at, reason)
            return SettleRequest(RequestState.IN_DOUBT if is_in_doubt else RequestState.EXPIRED, reason)
        case _:
            assert_never(result)
