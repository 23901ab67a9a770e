"""Where consumers stand by their database and by Kafka: after a restore the two tell different stories."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.consuming import positions
from chassis.consuming.positions import Advance
from chassis.errors import PositionMovedError
from chassis.kafka_security import client_arguments
from chassis.settings import ServiceSettings
from chassis.unit_of_work import WorkFactory
from contracts.topic import Topic

MOST_ATTEMPTS: Final = 10
"""One is over in a few milliseconds, so that a consumer seldom moves on meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The next offset of one partition by the database (`stored`) and by Kafka, and the offsets that Kafka has."""

    consumer: str
    topic: str
    partition: int
    stored: int | None
    committed: int | None
    first: int
    end: int

    @property
    def finding(self) -> str | None:
        """What differs, in words for an operator; None when nothing does."""
        before = max(self.stored or 0, self.committed or 0)
        if before > self.end:
            return f"Kafka is older: it ends {before - self.end} records before what was consumed"
        if self.stored is None:
            return None if self.committed is None else "the database is older: it has never consumed this partition"
        if self.stored < self.first:
            return f"{self.first - self.stored} records were deleted before they were consumed"
        if self.committed is not None and self.committed > self.stored:
            return f"the database is older: {self.committed - self.stored} records are consumed again"
        return None


async def standings(
    settings: ServiceSettings, *, service: str, topics: Sequence[Topic[Any]], work: WorkFactory
) -> Sequence[Standing]:
    """Return where every consumer of `service` stands in every partition."""
    found = []
    for topic in topics:
        consumer = topic.group_of(service)
        stored = await _stored(work, consumer=consumer)
        async with _client(settings, group=consumer) as client:
            partitions = _partitions(client, topic)
            first, end = await client.beginning_offsets(partitions), await client.end_offsets(partitions)
            found += [
                Standing(
                    consumer=consumer,
                    topic=topic.name,
                    partition=partition.partition,
                    stored=stored.get(partition.partition),
                    committed=await client.committed(partition),
                    first=first[partition],
                    end=end[partition],
                )
                for partition in partitions
            ]
    return found


async def consume_again(
    settings: ServiceSettings, *, service: str, topics: Sequence[Topic[Any]], work: WorkFactory, since: datetime
) -> AsyncIterator[tuple[TopicPartition, int]]:
    """Set every consumer back to the first record that Kafka has stored `since` then.

    Each partition that is set back is yielded with how many records that is, as soon as it holds. What has taken effect
    before is dropped by the inbox. Consumers at work notice, and begin there.

    Raises:
        PositionMovedError: a consumer moved on at each of `MOST_ATTEMPTS`; what was yielded before holds.
    """
    milliseconds = int(since.timestamp() * 1_000)
    for topic in topics:
        consumer = topic.group_of(service)
        async with _client(settings, group=consumer) as client:
            found = await client.offsets_for_times(dict.fromkeys(_partitions(client, topic), milliseconds))
        firsts = {partition.partition: at.offset for partition, at in found.items() if at is not None}
        for one in await _set_back(work, consumer=consumer, firsts=firsts):
            yield TopicPartition(topic.name, one.partition), one.start - one.end


async def _set_back(work: WorkFactory, *, consumer: str, firsts: Mapping[int, int]) -> Sequence[Advance]:
    """Move the positions that lie behind `firsts` to there; a consumer at work may move them in between."""
    for attempt in range(1, MOST_ATTEMPTS + 1):
        stored = await _stored(work, consumer=consumer)
        back = [Advance(number, stored[number], at) for number, at in firsts.items() if at < stored.get(number, 0)]
        try:
            if back:
                async with work.transaction() as unit:
                    await positions.advance(unit.connection, consumer=consumer, advances=back)
        except PositionMovedError:
            if attempt == MOST_ATTEMPTS:
                raise
        else:
            return back
    return ()


def _partitions(client: AIOKafkaConsumer, topic: Topic[Any]) -> list[TopicPartition]:
    return [TopicPartition(topic.name, number) for number in sorted(client.partitions_for_topic(topic.name) or ())]


async def _stored(work: WorkFactory, *, consumer: str) -> Mapping[int, int]:
    async with work.connection() as connection:
        return await positions.positions(connection, consumer=consumer)


@asynccontextmanager
async def _client(settings: ServiceSettings, *, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Ask as a member of the group that joins nothing, and so moves nobody's partitions."""
    client = AIOKafkaConsumer(group_id=group, enable_auto_commit=False, **client_arguments(settings))
    await client.start()
    try:
        await client._client.force_metadata_update()  # noqa: SLF001 - it subscribes to nothing, and is told of no topic
        yield client
    finally:
        await client.stop()
