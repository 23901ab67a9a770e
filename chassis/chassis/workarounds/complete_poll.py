"""A consumer whose poll returns everything it has moved past, or returns to where it was.

The fault of aiokafka 0.14.0: it moves its positions while it collects a poll. When one partition then raises, the
records of the others are dropped, and the acknowledgement of their next batch covers the dropped ones. No report of it
is known; the Java client had the same fault (KAFKA-5075).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import ConsumerStoppedError
from typing_extensions import override

from chassis.errors import describe
from chassis.workarounds import header_safe_fetch

log = structlog.get_logger(__name__)

header_safe_fetch.install()


class CompletePollConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka is not typed
    """Returns to the committed offsets after a poll that failed, and counts such polls in a row."""

    failed_polls = 0
    _position_is_doubtful = False

    @override
    async def getmany(self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        try:
            if self._position_is_doubtful:
                await self._return_to_committed()
            polled = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        except ConsumerStoppedError:
            raise
        except Exception as error:
            self._position_is_doubtful = True
            self.failed_polls += 1
            log.warning(
                "consumer.poll_failed", consumer=self._group_id, error=describe(error), failures=self.failed_polls
            )
            raise
        self.failed_polls = 0
        return polled

    async def _return_to_committed(self) -> None:
        """Nothing is lost or doubled by this: a batch is acknowledged before the next is polled."""
        for partition in self.assignment():
            offset = await self.committed(partition)
            if offset is None:
                await self.seek_to_beginning(partition)
            else:
                self.seek(partition, offset)
        self._position_is_doubtful = False

    def positions(self) -> Mapping[TopicPartition, int]:
        """Return where each assigned partition stands, as far as that is known without asking the broker."""
        states = self._subscription.subscription and self._subscription.subscription.assignment
        if states is None:
            return {}
        known = {partition: states.state_value(partition) for partition in states.tps}
        return {partition: state.position for partition, state in known.items() if state.has_valid_position}

    @property
    def idle_seconds(self) -> float:
        """How long nobody has polled; aiokafka measures max.poll.interval by it."""
        return float(self._subscription.fetcher_idle_time)

    @property
    def has_coordinator(self) -> bool:
        """Whether the broker answers this member's heartbeats."""
        return self._coordinator is not None and self._coordinator.coordinator_id is not None
