"""notify-svc's topics: what became of messages, requested ones too, and how a reporter without a policy is reached."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.dead_letters import dead_letter_topic
from contracts.message_requests import Occasion
from contracts.topic import Event, PersonalData, Topic
from contracts.vocabulary import (
    Channel,
    EmailAddress,
    Language,
    PersonName,
    PhoneNumber,
    PostalAddress,
    Version,
)


class Settlement(StrEnum):
    """How a message ended."""

    SENT = "sent"
    """The server accepted it."""
    REFUSED = "refused"
    """The server refused it for good, or kept failing until its deadline."""
    IN_DOUBT = "in_doubt"
    """It may have been sent: the answer was lost, and the channel's rule is not to send twice."""
    NO_ADDRESS = "no_address"
    """The customer has no address for this channel, or the claim no known customer."""
    TO_BE_POSTED = "to_be_posted"
    """A letter is ready to be printed; an operator marks it as posted, which settles it again."""
    POSTED = "posted"
    SUPERSEDED = "superseded"
    """It had not been sent when the claim was decided anew; the message about the newer version replaces it."""


class MessageSettled(Event):
    """A message about a decision was sent, or will not be.

    Published once per claim version and channel; of a letter twice: when it is to be posted, and when it is. An SMS
    that was `in_doubt` is settled again when its provider reports what became of it: `sent`, or `refused` where it did
    not arrive.
    """

    message_id: UUID
    claim_id: UUID
    claim_version: Version
    channel: Channel
    settlement: Settlement
    attempts: Annotated[int, Meta(ge=0)]


_MESSAGE_SETTLED_EXAMPLE = MessageSettled(
    message_id=UUID("0198c5f3-0a0b-7c0d-8e0f-101112131415"),
    claim_id=example_values.CLAIM_ID,
    claim_version=1,
    channel=Channel.EMAIL,
    settlement=Settlement.SENT,
    attempts=1,
)
MESSAGE_SETTLED = Topic(
    name="notify.message-settled.v1",
    event=MessageSettled,
    key="claim_id",
    owner="notify-svc",
    producers=("notify-svc",),
    consumers=("claims-svc", "operators"),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(_MESSAGE_SETTLED_EXAMPLE,),
)


class RequestSettlement(StrEnum):
    """How a requested message ended."""

    SENT = "sent"
    """The server accepted it."""
    REFUSED = "refused"
    """The server refused it for good, or it cannot be written."""
    IN_DOUBT = "in_doubt"
    """It may have been sent: the answer was lost, and an SMS is not sent twice, or there was no time left."""
    NO_ADDRESS = "no_address"
    """The customer has no mobile number for a code, or no e-mail address for anything else."""
    TO_BE_POSTED = "to_be_posted"
    """A letter takes the place of an e-mail that reached nobody; an operator marks it as posted."""
    POSTED = "posted"
    EXPIRED = "expired"
    """It was not sent in time, and never will be."""
    SUPERSEDED = "superseded"
    """It had not been sent when another request replaced it."""


class RequestSettled(Event):
    """A requested message was sent, or will not be.

    Published once per request, and again when the provider of an SMS that was `in_doubt` reports what became of it:
    `sent`, or `refused` where it did not arrive; of a letter in the place of an e-mail when it is to be posted and when
    it ends: `posted`, `no_address`, `expired` or `superseded`. A request that cannot be read or opened is a dead letter
    of notify-svc instead.
    """

    request_id: UUID
    customer_id: UUID
    occasion: Occasion
    channel: Channel
    settlement: RequestSettlement
    attempts: Annotated[int, Meta(ge=0)]


_REQUEST_SETTLED_EXAMPLE = RequestSettled(
    request_id=UUID("0198c5f4-0a0b-7c0d-8e0f-202122232425"),
    customer_id=example_values.CUSTOMER_ID,
    occasion=Occasion.LOGIN_CODE_REQUESTED,
    channel=Channel.SMS,
    settlement=RequestSettlement.SENT,
    attempts=1,
)
REQUEST_SETTLED = Topic(
    name="notify.request-settled.v1",
    event=RequestSettled,
    key="request_id",
    owner="notify-svc",
    producers=("notify-svc",),
    consumers=("operators",),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(_REQUEST_SETTLED_EXAMPLE,),
)


class ReporterContactProvided(Event):
    """How the reporter of a loss is reached, should the policy the report names not be found. Personal data.

    Published by the upstream system beside its `claims.loss-reported.v1`, when the reporter gives an address. It is
    only used for claims without a known policy. Readers accept only a higher `report_version`.
    """

    report_id: UUID
    report_version: Version = 1
    name: PersonName
    email: EmailAddress | None = None
    mobile_phone: PhoneNumber | None = None
    postal_address: PostalAddress | None = None
    language: Language = Language.DUTCH


_REPORTER_CONTACT_PROVIDED_EXAMPLE = ReporterContactProvided(
    report_id=example_values.REPORT_ID,
    name="J. Voorbeeld",
    email="j.voorbeeld@example.org",
)
REPORTER_CONTACT_PROVIDED = Topic(
    name="notify.reporter-contact-provided.v1",
    event=ReporterContactProvided,
    key="report_id",
    owner="notify-svc",
    producers=("upstream",),
    consumers=("notify-svc",),
    personal_data=PersonalData.CONTACT,
    examples=(_REPORTER_CONTACT_PROVIDED_EXAMPLE,),
)
DEAD_LETTERS = dead_letter_topic("notify-svc")
