"""Reads the topics' committed records, as anybody with a Kafka client can."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

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
    "claims.message-dead-lettered.v1",
    "weather.message-dead-lettered.v1",
    "notify.message-dead-lettered.v1",
    "policy.message-dead-lettered.v1",
)
_SECONDS = 90


async def read(bootstrap_servers: str) -> tuple[Mapping[str, Sequence[Record]], Mapping[tuple[str, int], int]]:
    """Return the records of every topic in `READ`, and the end of every partition there is."""
    async with asyncio.timeout(_SECONDS), _reading(bootstrap_servers) as (consumer, partitions):
        return await _read(consumer, partitions)


@asynccontextmanager
async def ends(bootstrap_servers: str) -> AsyncIterator[Callable[[], Awaitable[Mapping[tuple[str, int], int]]]]:
    """Give a way to ask for the end of every partition, as often as one likes."""
    async with _reading(bootstrap_servers) as (consumer, partitions):

        async def ask() -> Mapping[tuple[str, int], int]:
            async with asyncio.timeout(_SECONDS):
                return _places(await consumer.end_offsets(partitions))

        yield ask


@asynccontextmanager
async def _reading(bootstrap_servers: str) -> AsyncIterator[tuple[AIOKafkaConsumer, Sequence[TopicPartition]]]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        topics = await admin.describe_topics()
    finally:
        await admin.close()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, isolation_level="read_committed", max_partition_fetch_bytes=16 * 2**20
    )
    await consumer.start()
    try:
        yield (
            consumer,
            [
                TopicPartition(topic["topic"], partition["partition"])
                for topic in topics
                if not topic["is_internal"]
                for partition in topic["partitions"]
            ],
        )
    finally:
        await consumer.stop()


def _places(offsets: Mapping[TopicPartition, int]) -> Mapping[tuple[str, int], int]:
    return {(one.topic, one.partition): end for one, end in offsets.items()}


async def _read(
    consumer: AIOKafkaConsumer, every: Sequence[TopicPartition]
) -> tuple[Mapping[str, Sequence[Record]], Mapping[tuple[str, int], int]]:
    if missing := set(READ) - {one.topic for one in every}:
        raise LookupError(f"no such topic: {', '.join(sorted(missing))}")
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
    return records, _places(last)


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
