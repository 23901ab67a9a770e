"""Reads the topics' committed records, as anybody with a Kafka client can."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from drill.checker.found import Record

READ = (
    "claims.loss-reported.v1",
    "claims.report-received.v1",
    "claims.report-rejected.v1",
    "claims.rainfall-requested.v1",
    "weather.rainfall-assessed.v1",
    "claims.decision-made.v1",
    "claims.payment-ordered.v1",
    "notify.message-settled.v1",
    "notify.claim-message-settled.v1",
    "policy.policy-changed.v1",
    "policy.contact-changed.v1",
    "claims-svc.message-dead-lettered.v1",
    "weather-svc.message-dead-lettered.v1",
    "notify-svc.message-dead-lettered.v1",
    "policy-svc.message-dead-lettered.v1",
)
_SECONDS = 90


async def read(bootstrap_servers: str) -> tuple[Mapping[str, Sequence[Record]], Mapping[tuple[str, int], int]]:
    """Return the records of every topic in `READ`, and the end of every partition of theirs."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, isolation_level="read_committed", max_partition_fetch_bytes=16 * 2**20
    )
    async with asyncio.timeout(_SECONDS):
        await consumer.start()
        try:
            return await _read(consumer)
        finally:
            await consumer.stop()


async def ends(bootstrap_servers: str) -> Mapping[tuple[str, int], int]:
    """Return the end of every partition, read committed or not."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers)
    async with asyncio.timeout(_SECONDS):
        await consumer.start()
        try:
            partitions = await _partitions(consumer)
            found: Mapping[TopicPartition, int] = await consumer.end_offsets(partitions)
            return {(one.topic, one.partition): end for one, end in found.items()}
        finally:
            await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer) -> list[TopicPartition]:
    topics = await consumer.topics()
    return [
        TopicPartition(topic, number) for topic in sorted(topics) for number in consumer.partitions_for_topic(topic)
    ]


async def _read(
    consumer: AIOKafkaConsumer,
) -> tuple[Mapping[str, Sequence[Record]], Mapping[tuple[str, int], int]]:
    every = await _partitions(consumer)
    last = await consumer.end_offsets(every)
    partitions = [one for one in every if one.topic in READ]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    records: dict[str, list[Record]] = {topic: [] for topic in READ}
    while [one for one in partitions if await consumer.position(one) < last[one]]:
        for batch in (await consumer.getmany(timeout_ms=200)).values():
            for raw in batch:
                records[raw.topic].append(_record(raw))
    for found in records.values():
        found.sort(key=lambda record: (record.partition, record.offset))
    return records, {(one.topic, one.partition): end for one, end in last.items()}


def _record(raw: Any) -> Record:  # noqa: ANN401 - aiokafka has no types
    headers = {name: (value or b"").decode(errors="replace") for name, value in raw.headers}
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        source=headers.get("ce_source", ""),
        event_id=headers.get("ce_id", ""),
        value_sha256=hashlib.sha256(raw.value or b"").hexdigest(),
        event=_event(raw.value),
    )


def _event(value: bytes | None) -> Any:  # noqa: ANN401 - whatever a producer sent
    try:
        return json.loads(value or b"null")
    except ValueError:
        return None
