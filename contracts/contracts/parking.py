"""Messages a service had to set aside."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.topic import Event, Part

Base64Text = Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]


class ParkedHeader(Part):
    """One header of the original record, as it was."""

    name: str
    value_base64: Base64Text | None


class MessageParked(Event):
    """A consumer could not take a record; the record itself is in here, byte by byte, and can be replayed.

    Published once per parked record. It may hold anything its producer put into it, personal data too.
    """

    parked_id: UUID
    consumer: str = Field(description="The consumer group that parked it")
    topic: str
    partition: int
    offset: int
    reason_code: str
    reason: str
    attempts: Annotated[int, Field(ge=1)]
    parked_at: AwareDatetime
    key_base64: Base64Text | None
    value_base64: Base64Text | None
    headers: tuple[ParkedHeader, ...]
