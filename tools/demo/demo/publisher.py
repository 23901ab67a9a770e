"""Publishes loss reports as any upstream system would: with `contracts` and a Kafka client, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from aiokafka import AIOKafkaProducer

from contracts.envelope import Message, encode
from contracts.loss_reports import LOSS_REPORTED, LossReported
from demo.stories import REFUSALS, STORIES
from demo.story import Phase, Refusal

SOURCE = "/app"


async def publish(kafka: Mapping[str, str], phase: Phase) -> None:
    """Send every record of `phase`; each starts a trace of its own.

    `kafka` holds where the brokers are and how one logs in, under aiokafka's names.
    """
    producer = AIOKafkaProducer(**kafka, enable_idempotence=True, compression_type="lz4")
    await producer.start()
    try:
        for message in messages_of(phase):
            await producer.send(message.topic, message.value, key=message.key, headers=list(message.headers))
        await producer.flush()
    finally:
        await producer.stop()


def messages_of(phase: Phase) -> Iterator[Message]:
    """Yield every record of `phase`, as often as it is delivered: reports, and at first what cannot be processed."""
    for story in STORIES:
        for report in story.reports(phase):
            yield from [_report(report)] * story.deliveries
    if phase is Phase.FIRST:
        yield from map(_refused, REFUSALS)


def _report(report: LossReported) -> Message:
    return encode(
        LOSS_REPORTED,
        report,
        # The version belongs to it: a correction of the report is another event.
        event_id=str(uuid5(NAMESPACE_URL, f"{report.report_id}/{report.report_version}")),
        source=SOURCE,
        time=datetime.now(UTC),
    )


def _refused(refusal: Refusal) -> Message:
    """Return a record with the envelope of a report and a content that is none."""
    (sound,) = LOSS_REPORTED.examples
    event_id = str(uuid5(NAMESPACE_URL, refusal.title))
    envelope = encode(LOSS_REPORTED, sound, event_id=event_id, source=SOURCE, time=datetime.now(UTC))
    return replace(envelope, key=refusal.key, value=refusal.value)
