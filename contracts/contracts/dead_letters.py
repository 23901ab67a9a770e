"""Dead letters: records a service could not process. Every service has a topic for its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts.topic import ONE_MEGABYTE, AwareDatetime, Event, Part, PersonalData, Topic

Base64Text = Annotated[str, Meta(extra_json_schema={"contentEncoding": "base64"})]


class DeadLetterHeader(Part):
    """One header of the original record, as it was."""

    name: str
    value_base64: Base64Text | None


class MessageDeadLettered(Event):
    """A consumer could not process a record.

    Published once per dead letter. The record is in here byte by byte, so that it can be replayed; it may hold
    anything its producer put into it, personal data too.
    """

    dead_letter_id: UUID
    consumer: Annotated[str, Meta(description="The consumer group that dead-lettered it")]
    topic: str
    partition: int
    offset: int
    reason_code: str
    reason: str
    attempts: Annotated[int, Meta(ge=1)]
    dead_lettered_at: AwareDatetime
    key_base64: Base64Text | None
    value_base64: Base64Text | None
    headers: tuple[DeadLetterHeader, ...]


_EXAMPLE = MessageDeadLettered(
    dead_letter_id=UUID("0198c5f3-1a1b-7c1d-8e1f-202122232425"),
    consumer="claims-svc.claims.loss-reported.v1",
    topic="claims.loss-reported.v1",
    partition=3,
    offset=1_042,
    reason_code="not-json",
    reason="the value cannot be read as JSON at line 1 column 2; send UTF-8 JSON",
    attempts=1,
    dead_lettered_at=datetime(2021, 7, 15, 6, 20, tzinfo=UTC),
    key_base64=None,
    value_base64="e2JhZA==",
    headers=(DeadLetterHeader(name="ce_id", value_base64="NDI="),),
)


def dead_letter_topic(service: str) -> Topic[MessageDeadLettered]:
    """Return the dead-letter topic of `service`; a record there holds any other topic's largest record in base64."""
    return Topic(
        name=f"{service.removesuffix('-svc')}.message-dead-lettered.v1",
        event=MessageDeadLettered,
        key="dead_letter_id",
        owner=service,
        producers=(service,),
        consumers=("operators",),
        personal_data=PersonalData.CONTACT,
        partitions=1,
        retention=timedelta(days=90),
        max_message_bytes=3 * ONE_MEGABYTE,
        examples=(_EXAMPLE,),
    )
