"""Publishes loss reports as any upstream system would: with `contracts` and a Kafka client, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from aiokafka import AIOKafkaProducer

from contracts.envelope import Message, encode
from contracts.loss_reports import LOSS_REPORTED
from demo.story import Story

SOURCE = "/app"
MALFORMED = b'{"report_id": "not a uuid", "policy_number": 12'


async def publish(kafka: Mapping[str, str], stories: Sequence[Story]) -> None:
    """Send the report of every story, and one that is malformed; each starts a trace of its own.

    `kafka` holds where the brokers are and how one logs in, under aiokafka's names.
    """
    producer = AIOKafkaProducer(**kafka, enable_idempotence=True, compression_type="lz4")
    await producer.start()
    try:
        messages = [message for story in stories for message in [_message(story)] * story.deliveries]
        messages.append(replace(messages[0], key=b"malformed", value=MALFORMED))
        for message in messages:
            await producer.send(message.topic, message.value, key=message.key, headers=list(message.headers))
        await producer.flush()
    finally:
        await producer.stop()


def _message(story: Story) -> Message:
    report = story.report()
    return encode(
        LOSS_REPORTED,
        report,
        # The version belongs to it: a correction of the report is another event.
        event_id=str(uuid5(NAMESPACE_URL, f"{report.report_id}/{report.report_version}")),
        source=SOURCE,
        time=datetime.now(UTC),
    )
