"""Reads the topics a partner or an operator may read, and keeps their events."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from contracts import claims
from contracts.claims import DECISION_MADE, DecisionMade
from contracts.dead_letters import MessageDeadLettered
from contracts.envelope import Received, decode
from contracts.notify import MESSAGE_SETTLED, MessageSettled
from contracts.weather import RAINFALL_ASSESSED, RainfallAssessed

_TOPICS = (DECISION_MADE, MESSAGE_SETTLED, RAINFALL_ASSESSED, claims.DEAD_LETTERS)
_FETCH_BYTES = 4 * 1_048_576


@dataclass
class Observed:
    """Every event so far, in the order of arrival; an event that was published twice is kept once."""

    decisions: dict[UUID, list[Received[DecisionMade]]] = field(default_factory=lambda: defaultdict(list))
    settled: dict[UUID, list[MessageSettled]] = field(default_factory=lambda: defaultdict(list))
    assessed: dict[UUID, list[RainfallAssessed]] = field(default_factory=lambda: defaultdict(list))
    dead_letters: list[MessageDeadLettered] = field(default_factory=list)
    identities: set[tuple[str, str]] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, record: ConsumerRecord[bytes, bytes]) -> None:
        """Keep the event in `record`, unless it is kept already."""
        topic = next(topic for topic in _TOPICS if topic.name == record.topic)
        received: Received[Any] = decode(topic, headers=record.headers, key=record.key, value=record.value)
        if (identity := (received.source, received.event_id)) in self.identities:
            return
        self.identities.add(identity)
        event = received.event
        if topic is DECISION_MADE:
            self.decisions[event.report_id].append(received)
        elif topic is MESSAGE_SETTLED:
            self.settled[event.claim_id].append(event)
        elif topic is RAINFALL_ASSESSED:
            self.assessed[event.claim_id].append(event)
        else:
            self.dead_letters.append(event)
        self.changed.set()


@asynccontextmanager
async def observing(kafka: Mapping[str, str], *, fetch_max_wait_ms: int) -> AsyncIterator[Observed]:
    """Read what is published from now on; events of earlier runs stay unread. `kafka` is as in `publish`."""
    consumer = AIOKafkaConsumer(
        **kafka,
        enable_auto_commit=False,
        isolation_level="read_committed",
        fetch_max_wait_ms=fetch_max_wait_ms,
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    await consumer.start()
    observed = Observed()
    consumer.assign([TopicPartition(topic.name, number) for topic in _TOPICS for number in range(topic.partitions)])
    await consumer.seek_to_end()
    reading = asyncio.create_task(_read(consumer, observed))
    try:
        yield observed
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, observed: Observed) -> None:
    async for record in consumer:
        observed.add(record)
