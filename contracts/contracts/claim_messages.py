"""What claims-svc asks notify-svc to tell about a claim besides its decisions, and what became of that.

A decision and an order to pay tell themselves: notify-svc writes about each. This is for what else happens between and
after decisions. notify-svc has the words; no address and no name of anybody travels here.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.message_requests import LONGEST_VALIDITY
from contracts.notify import RequestSettlement
from contracts.topic import Event, PersonalData, Topic
from contracts.vocabulary import Channel, Instant, within_limits

MOST_QUESTIONS = 100


class ClaimOccasion(StrEnum):
    """What happened to a claim. No value is one of `Occasion`."""

    QUESTIONS_ASKED = "questions_asked"
    """Something is asked that could still change what is decided; `due_on` is the last day for an answer."""
    ANSWERS_AWAITED = "answers_awaited"
    """The same questions again: half of the time for an answer is over."""
    RAIN_AWAITED = "rain_awaited"
    """What was measured has not come yet: half of the wait for it is over, and all of it on `due_on`."""
    STILL_WAITING = "still_waiting"
    """Nobody has taken the claim up yet, and what was promised ends on `due_on`."""
    TAKEN_UP = "taken_up"
    """A handler has begun with it."""
    REVIEW_OPENED = "review_opened"
    """A person looks at the decision again, until `due_on` at the latest."""
    REVIEW_STILL_OPEN = "review_still_open"
    """It has no outcome yet, and what was promised ends on `due_on`."""
    REVIEW_UPHELD = "review_upheld"
    """The decision stays as it is."""
    REVIEW_OVERTURNED = "review_overturned"
    """It does not: the new decision is told in a message of its own."""
    PAYMENT_ORDERED = "payment_ordered"
    """An amount is transferred. Nobody asks for it: `claims.payment-ordered.v1` tells itself."""
    PAYMENT_SETTLED = "payment_settled"
    """That amount was transferred. Nobody asks for it: `claims.payment-settled.v1` tells itself."""
    REPAIR_OFFERED = "repair_offered"
    """The customer can have it repaired instead of being paid."""
    REPAIR_ACCEPTED = "repair_accepted"
    """A repair firm has taken the job."""
    REPAIR_NEEDS_CONSENT = "repair_needs_consent"
    """The same, and the firm may not call before the customer agrees."""
    REPAIR_COMPLETED = "repair_completed"


QUESTION_OCCASIONS: AbstractSet[ClaimOccasion] = frozenset(
    {ClaimOccasion.QUESTIONS_ASKED, ClaimOccasion.ANSWERS_AWAITED}
)
"""What is told with questions."""
DUE_OCCASIONS: AbstractSet[ClaimOccasion] = QUESTION_OCCASIONS | {
    ClaimOccasion.RAIN_AWAITED,
    ClaimOccasion.STILL_WAITING,
    ClaimOccasion.REVIEW_OPENED,
    ClaimOccasion.REVIEW_STILL_OPEN,
}
"""What is told with a day."""

PAYMENT_OCCASIONS: AbstractSet[ClaimOccasion] = frozenset(
    {ClaimOccasion.PAYMENT_ORDERED, ClaimOccasion.PAYMENT_SETTLED}
)
"""What is told with an amount, and is asked for by nobody."""

QuestionCode = Annotated[str, Meta(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*\Z", max_length=100)]


class ClaimMessageRequested(Event):
    """Something happened to a claim that whoever reported the loss must be told.

    Published by claims-svc, once per `request_id`. It goes to the customer; where no policy was found, to the first of
    the reporters who gave an address. What is not sent by `expires_at` is not sent at all.
    """

    request_id: UUID
    claim_id: UUID
    claim_reference: Annotated[str, Meta(description="The reference that people use")]
    report_ids: Annotated[tuple[UUID, ...], Meta(description="All reports of the loss, the one that opened it first")]
    customer_id: Annotated[UUID | None, Meta(description="Who is insured; None when no policy was found")]
    occasion: ClaimOccasion
    occurred_at: Instant
    expires_at: Annotated[Instant, Meta(description="After occurred_at, by 7 days at most")]
    questions: Annotated[
        tuple[QuestionCode, ...], Meta(max_length=MOST_QUESTIONS, description="Codes, the most telling first")
    ] = ()
    due_on: Annotated[date | None, Meta(description="The Dutch day by which something is to happen")] = None

    def __post_init__(self) -> None:
        within_limits(self.occurred_at, self.expires_at)
        if not timedelta(0) < self.expires_at - self.occurred_at <= LONGEST_VALIDITY:
            raise ValueError("expires_at must lie after occurred_at, by 7 days at most")
        if bool(self.questions) != (self.occasion in QUESTION_OCCASIONS):
            raise ValueError("questions are named where something is asked, and nowhere else")
        if (self.due_on is not None) != (self.occasion in DUE_OCCASIONS):
            raise ValueError("due_on is the day of a deadline, and there where the occasion has one")
        if self.occasion in PAYMENT_OCCASIONS:
            raise ValueError("an order to pay and its end tell themselves, and are not asked for here")


_HAPPENED_AT = datetime(2021, 7, 16, 8, 0, tzinfo=UTC)
_ASKED_EXAMPLE = ClaimMessageRequested(
    request_id=UUID("0198c5f4-2a2b-7c2d-8e3f-202122232425"),
    claim_id=example_values.CLAIM_ID,
    claim_reference="W7XK2M9QD4T",
    report_ids=(example_values.REPORT_ID,),
    customer_id=example_values.CUSTOMER_ID,
    occasion=ClaimOccasion.QUESTIONS_ASKED,
    occurred_at=_HAPPENED_AT,
    expires_at=_HAPPENED_AT + LONGEST_VALIDITY,
    questions=("facts.toilet_overflowed", "damage"),
    due_on=date(2021, 7, 30),
)
CLAIM_MESSAGE_REQUESTED = Topic(
    name="notify.claim-message-requested.v1",
    event=ClaimMessageRequested,
    key="claim_id",
    owner="notify-svc",
    producers=("claims-svc",),
    consumers=("notify-svc",),
    personal_data=PersonalData.PSEUDONYMOUS,
    retention=LONGEST_VALIDITY,
    examples=(_ASKED_EXAMPLE,),
)


class ClaimMessageSettled(Event):
    """A message about a claim was sent, or will not be. Published once per request, and once per order to pay.

    Again of a letter in the place of an e-mail: when it is to be posted and when it ends: `posted`, `no_address`,
    `expired` where the day has passed that it names, or `superseded` by something newer about the claim.
    """

    request_id: Annotated[
        UUID, Meta(description="Of a message about an order to pay its payment_id, about its end one of its own")
    ]
    claim_id: UUID
    occasion: ClaimOccasion
    channel: Channel
    settlement: RequestSettlement
    attempts: Annotated[int, Meta(ge=0)]


CLAIM_MESSAGE_SETTLED = Topic(
    name="notify.claim-message-settled.v1",
    event=ClaimMessageSettled,
    key="claim_id",
    owner="notify-svc",
    producers=("notify-svc",),
    consumers=("claims-svc", "operators"),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(
        ClaimMessageSettled(
            request_id=_ASKED_EXAMPLE.request_id,
            claim_id=example_values.CLAIM_ID,
            occasion=ClaimOccasion.QUESTIONS_ASKED,
            channel=Channel.EMAIL,
            settlement=RequestSettlement.SENT,
            attempts=1,
        ),
    ),
)
