"""Where a consumer begins in the partitions it is assigned: what it has stored, compared with what the broker has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from uuid_utils.compat import uuid7

from chassis.consuming import gaps, positions
from chassis.consuming.gaps import Gap
from chassis.consuming.positions import Advance
from chassis.telemetry import metrics
from chassis.unit_of_work import WorkFactory

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where to begin in one partition, and what is wrong with it.

    `before` is the highest offset that the consumer was known to stand at. `gap_from` is the first of the offsets that
    were deleted before they were consumed; they end where it starts.
    """

    offset: int
    before: int
    gap_from: int | None = None
    is_made_anew: bool = False


def find_start(*, stored: int | None, committed: int | None, first: int, end: int) -> Start:
    """Compare the database's position and Kafka's, either unknown, with the offsets that the broker still has.

    The lower one is right: Kafka's is higher after a database was restored, and lower after a crash between the two or
    when an operator has set it back. What is consumed twice by this, the inbox drops.
    """
    before = max(stored or 0, committed or 0)
    known = committed if stored is None else stored
    if before > end:
        return Start(offset=first, before=before, is_made_anew=True)
    offset = first if stored is None or committed is None else max(first, min(stored, committed))
    return Start(offset=offset, before=before, gap_from=known if known is not None and known < first else None)


class Placement:
    """Places one consumer in its partitions."""

    def __init__(self, *, consumer: str, work: WorkFactory) -> None:
        self._consumer = consumer
        self._work = work

    async def place(
        self, client: AIOKafkaConsumer, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]:
        """Return where to begin in each partition; afterwards the database says the same.

        Raises `PositionMovedError` when another instance does so at the same time, and what the servers raise.
        """
        async with self._work.transaction() as work:
            stored = await positions.positions(work.connection, consumer=self._consumer)
        first = await client.beginning_offsets(partitions)
        end = await client.end_offsets(partitions)
        starts = {
            partition: find_start(
                stored=stored.get(partition.partition),
                committed=await client.committed(partition),
                first=first[partition],
                end=end[partition],
            )
            for partition in partitions
        }
        await self._store(stored, starts)
        self._report(starts)
        return {partition: start.offset for partition, start in starts.items()}

    async def _store(self, stored: Mapping[int, int], starts: Mapping[TopicPartition, Start]) -> None:
        offsets = {partition.partition: start.offset for partition, start in starts.items()}
        begun = {number: offset for number, offset in offsets.items() if number not in stored}
        moved = [
            Advance(number, stored[number], offset)
            for number, offset in offsets.items()
            if stored.get(number, offset) != offset
        ]
        if not begun and not moved:
            return
        async with self._work.transaction() as work:
            if begun:
                await positions.insert(work.connection, consumer=self._consumer, offsets=begun)
            if moved:
                await positions.advance(work.connection, consumer=self._consumer, advances=moved)
            found = [
                Gap(
                    gap_id=uuid7(),
                    consumer=self._consumer,
                    topic=partition.topic,
                    partition=partition.partition,
                    first_offset=start.gap_from,
                    next_offset=start.offset,
                    found_at=work.now,
                )
                for partition, start in starts.items()
                if start.gap_from is not None
            ]
            if found:
                await gaps.insert(work.connection, gaps=found)

    def _report(self, starts: Mapping[TopicPartition, Start]) -> None:
        for partition, start in starts.items():
            place = {
                "consumer": self._consumer,
                "partition": partition.partition,
                "from_offset": start.before,
                "to_offset": start.offset,
            }
            if start.is_made_anew:
                metrics.PARTITIONS_MADE_ANEW.labels(self._consumer).inc()
                log.error("partition.made_anew", **place)
            elif start.gap_from is not None:
                metrics.RECORDS_MISSED.labels(self._consumer).inc(start.offset - start.gap_from)
                log.error("partition.gap_found", **place)
            elif start.before > start.offset:
                log.warning("partition.set_back", **place)
