"""Tells Kafka how far a consumer has come, beside the batches.

What is true stands in the database, so no batch waits for this. Kafka's offsets are for those who look at the group,
and for a restored database that knows less than they do. After a crash they may be half a second old: what is consumed
again for that, the inbox drops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import (
    IllegalGenerationError,
    IllegalStateError,
    RebalanceInProgressError,
    UnknownMemberIdError,
    UnknownTopicOrPartitionError,
)
from typing_extensions import override

from chassis.backoff import Backoff
from chassis.crash_points import crash_point
from chassis.errors import describe, is_order_to_end
from chassis.telemetry.trouble import Trouble

log = structlog.get_logger(__name__)

EVERY_SECONDS = 0.5
_LONGEST_LAST_SECONDS = 1.0
_PARTITION_LOST = (
    IllegalGenerationError,
    IllegalStateError,
    RebalanceInProgressError,
    UnknownMemberIdError,
    UnknownTopicOrPartitionError,  # one that is made anew begins at other offsets
)


class KafkaOffsets(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is not typed
    """Commits the offsets of one consumer, twice a second at most, and the last before it loses its partitions."""

    def __init__(self, *, group: str, client: Callable[[], AIOKafkaConsumer | None], backoff: Backoff) -> None:
        self._group = group
        self._client = client
        self._backoff = backoff
        self._pending: dict[TopicPartition, int] = {}
        self._committing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self.trouble = Trouble(f"{group} offsets")

    def reach(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Let these offsets, which are stored with their effects, be committed soon."""
        self._pending |= offsets
        if self._pending and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._commit_until_done(), name=f"{self._group} offsets")

    async def commit_last(self) -> None:
        """Commit what is left, as far as that is quick: the consumer is about to stop or to lose its partitions."""
        try:
            async with asyncio.timeout(_LONGEST_LAST_SECONDS):
                await self._commit()
        except BaseException as error:
            if is_order_to_end(error):
                raise
            log.info("offsets.not_committed", consumer=self._group, error=describe(error))

    @override
    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        await self.commit_last()
        self._pending.clear()  # another member goes on from here and must not be set back
        self.trouble.recovered()  # nor is there anything left that could succeed

    @override
    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Do nothing: where to begin is asked of the database."""

    async def _commit_until_done(self) -> None:
        while self._pending:
            try:
                await self._commit()
            except BaseException as error:  # also what says that aiokafka has changed: nobody else would report it
                if is_order_to_end(error):
                    raise
                self.trouble.failed(error)
                if await self._backoff.wait():
                    return  # it would fail again at once, for ever, and let nothing else of this process run
            else:
                self.trouble.recovered()
                self._backoff.reset()
                await asyncio.sleep(EVERY_SECONDS)
        self.trouble.recovered()  # what failed was committed, or given up, while this waited

    async def _commit(self) -> None:
        """Commit exactly these offsets; what fails is pending again unless the partitions are lost."""
        async with self._committing:
            client = self._client()
            offsets, self._pending = self._pending, {}
            owned = frozenset() if client is None else client.assignment()
            ours = {partition: offset for partition, offset in offsets.items() if partition in owned}
            if client is None or not ours:
                return
            crash_point("consumer.before_acknowledge")
            try:
                await client.commit_once(ours)
            except _PARTITION_LOST as error:
                # The records are delivered again to whoever owns the partition now, and the inbox drops them.
                log.info("offsets.not_committed", consumer=self._group, error=describe(error))
            except BaseException:
                self._pending = ours | self._pending
                raise
