"""Reads the topics' committed records, as anybody with a Kafka client can."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
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


@dataclass
class Reader:
    """Reads on where it stopped: what a topic held at the look before is still there, and reading it again is dear."""

    _consumer: AIOKafkaConsumer
    _partitions: Sequence[TopicPartition]
    _records: dict[str, list[Record]] = field(default_factory=lambda: {topic: [] for topic in READ})

    async def ends(self) -> Mapping[tuple[str, int], int]:
        """Return the end of every partition there is."""
        async with asyncio.timeout(_SECONDS):
            return _places(await self._consumer.end_offsets(self._partitions))

    async def read(self) -> tuple[Mapping[str, Sequence[Record]], Mapping[tuple[str, int], int]]:
        """Return the records of every topic in `READ` from its beginning, and the end of every partition there is."""
        last = await self.ends()
        async with asyncio.timeout(_SECONDS):
            while await self._is_behind(last):
                for batch in (await self._consumer.getmany(timeout_ms=200)).values():
                    for raw in batch:
                        self._records[raw.topic].append(_record(raw))
        for found in self._records.values():
            found.sort(key=lambda record: (record.partition, record.offset))
        return {topic: tuple(found) for topic, found in self._records.items()}, last

    async def _is_behind(self, ends: Mapping[tuple[str, int], int]) -> bool:
        for one in self._consumer.assignment():
            if await self._consumer.position(one) < ends[one.topic, one.partition]:
                return True
        return False


@asynccontextmanager
async def reading(bootstrap_servers: str) -> AsyncIterator[Reader]:
    """Give a reader of all topics."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        topics = await admin.describe_topics()
    finally:
        await admin.close()
    every = [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in topics
        if not topic["is_internal"]
        for partition in topic["partitions"]
    ]
    if missing := set(READ) - {one.topic for one in every}:
        raise LookupError(f"no such topic: {', '.join(sorted(missing))}")
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, isolation_level="read_committed", max_partition_fetch_bytes=16 * 2**20
    )
    await consumer.start()
    try:
        partitions = [one for one in every if one.topic in READ]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        yield Reader(consumer, every)
    finally:
        await consumer.stop()


def _places(offsets: Mapping[TopicPartition, int]) -> Mapping[tuple[str, int], int]:
    return {(one.topic, one.partition): end for one, end in offsets.items()}


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
