"""What became of the messages to a customer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts import example_values
from contracts.dead_letters import dead_letter_topic
from contracts.topic import Event, PersonalData, Topic
from contracts.vocabulary import Channel, Version


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
    SUPERSEDED = "superseded"
    """It had not been sent when the claim was decided anew; the message about the newer version replaces it."""


class MessageSettled(Event):
    """A message about a decision was sent, or will not be. Published once per claim version and channel."""

    message_id: UUID
    claim_id: UUID
    claim_version: Version
    channel: Channel
    settlement: Settlement
    attempts: Annotated[int, Field(ge=0)]


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
    consumers=("operators",),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(_MESSAGE_SETTLED_EXAMPLE,),
)
DEAD_LETTERS = dead_letter_topic("notify-svc")
