"""How far a consumer group is behind: over all partitions, and what is unknown is not nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from chassis.consuming import lag, positions
from chassis.consuming.lag import lag_of_all_instances
from chassis.service import Service
from chassis.testing import Harness, harness

GROUP, TOPIC = "specimen.consumed", "consumed"


class Broker:
    """Stands for a client of Kafka that knows a topic of three partitions, each from offset 5 to 20."""

    def __init__(self, *, error: Exception | None = None, hangs: bool = False) -> None:
        self._error, self._hangs = error, hangs

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return {0, 1, 2} if topic == TOPIC else None

    async def end_offsets(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        if self._hangs:
            await asyncio.Event().wait()
        if self._error:
            raise self._error
        return dict.fromkeys(partitions, 20)

    async def beginning_offsets(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 5)


@pytest.fixture
async def running(service: Service) -> AsyncIterator[Harness]:
    """A consumer that stands at 12 in one partition and at the end of another, and has not begun in the third."""
    async with harness(service) as running:
        async with running.pool.acquire() as connection:
            await positions.insert(connection, consumer=GROUP, offsets={0: 12, 1: 20})
        yield running


async def behind(running: Harness, broker: Broker, *, topic: str = TOPIC) -> int | None:
    return await lag_of_all_instances(broker, topic=topic, consumer=GROUP, work=running.runtime.work)


async def test_the_lag_is_that_of_all_partitions_from_where_the_database_stands(running: Harness) -> None:
    assert await behind(running, Broker()) == 8 + 0 + 15


async def test_a_lag_that_kafka_does_not_tell_is_unknown(running: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lag, "_LONGEST_SECONDS", 0.05)

    assert await behind(running, Broker(error=KafkaConnectionError())) is None
    assert await behind(running, Broker(hangs=True)) is None
    assert await behind(running, Broker(), topic="unknown") is None
