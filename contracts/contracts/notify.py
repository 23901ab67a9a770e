"""What became of the messages to a customer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.topic import Event
from contracts.vocabulary import Channel, Version


class Settlement(StrEnum):
    """How a message ended."""

    SENT = "sent"
    """The server took it over."""
    REFUSED = "refused"
    """The server refused it for good, or kept failing until its deadline."""
    IN_DOUBT = "in_doubt"
    """It may have been sent: the answer was lost, and the channel's rule is not to send twice."""
    NO_ADDRESS = "no_address"
    """The customer has no address for this channel, or the claim no known customer."""
    SUPERSEDED = "superseded"
    """It had not been sent when the claim was decided anew; the message about the newer version tells all."""


class MessageSettled(Event):
    """A message about a decision was sent, or will not be. Published once per claim version and channel."""

    message_id: UUID
    claim_id: UUID
    claim_version: Version
    channel: Channel
    settlement: Settlement
    attempts: Annotated[int, Field(ge=0)]
