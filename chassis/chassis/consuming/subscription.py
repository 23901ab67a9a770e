"""FastStream in the one shape in which it loses nothing: batches, acknowledged by hand, raw records.

By default it acknowledges messages whose handler failed, and one unreadable header loses a whole batch. Parsing,
failures and offsets are therefore the chassis' own; FastStream keeps the consumers, their groups and their shutdown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, RebalanceInProgressError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from chassis.backoff import Backoff
from chassis.consuming.batch_processor import BatchProcessor
from chassis.consuming.consumer import Consumer
from chassis.consuming.delivery import Record
from chassis.crash_points import crash_point
from chassis.errors import describe, is_transient
from chassis.settings import ServiceSettings
from chassis.telemetry import metrics
from chassis.unit_of_work import WorkFactory
from chassis.workarounds.complete_poll import CompletePollConsumer
from chassis.workarounds.raw_records import hand_over_raw, keep_raw, use_consumer_class

log = structlog.get_logger(__name__)

POLL_MILLISECONDS = 20
MOST_FAILED_POLLS = 3
_FETCH_BYTES = 4 * 1_048_576
_PARTITION_LOST = (CommitFailedError, IllegalStateError, RebalanceInProgressError)


class Subscription:
    """Consumes one topic: processes batches, and acknowledges each only after its commit."""

    def __init__(
        self,
        consumer: Consumer[Any],
        *,
        broker: KafkaBroker,
        settings: ServiceSettings,
        work: WorkFactory,
        stopping: asyncio.Event,
        report_failure: Callable[[BaseException], None],
    ) -> None:
        self.group = consumer.group(work.service)
        self.topic = consumer.topic.name
        self._processor = BatchProcessor(consumer, work=work, dead_letter_limit=settings.dead_letter_limit)
        self._backoff = Backoff(stopping)
        self._report_failure = report_failure
        self._broken = False
        self.subscriber = broker.subscriber(
            self.topic,
            group_id=self.group,
            batch=True,
            max_records=settings.batch_max_records,
            batch_timeout_ms=POLL_MILLISECONDS,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            parser=keep_raw,
            decoder=hand_over_raw,
            fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
            session_timeout_ms=settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=settings.kafka_session_timeout_ms // 3,
            max_partition_fetch_bytes=_FETCH_BYTES,
        )
        self.subscriber(self.process)

    async def process(self, records: Sequence[Record]) -> None:
        """Process a polled batch. Never raises: FastStream would go on as if the batch had succeeded."""
        if self._broken:
            return
        try:
            await self._processor.process(records)
        except Exception as error:  # noqa: BLE001 - FastStream would swallow it and go on
            if is_transient(error):
                await self._retry(records, error)
                return
            self._broken = True
            self._report_failure(error)
            return
        self._backoff.reset()
        crash_point("consumer.before_acknowledge")
        await self._acknowledge(records)

    async def _retry(self, records: Sequence[Record], error: Exception) -> None:
        """Wait, then seek back, so that the same records are polled again."""
        metrics.RETRIES.labels(self.group).inc()
        log.warning("batch.retried", consumer=self.group, error=describe(error))
        await self._backoff.wait()
        for partition, offset in _first_offsets(records).items():
            try:
                self._client().seek(partition, offset)
            except IllegalStateError:
                log.info("partition.moved", consumer=self.group, partition=partition.partition)

    async def _acknowledge(self, records: Sequence[Record]) -> None:
        """Commit exactly the offsets of `records`; without a broker, wait for it."""
        offsets = {partition: offset + 1 for partition, offset in _last_offsets(records).items()}
        while True:
            try:
                await self._client().commit(offsets)
            except _PARTITION_LOST as error:
                # The records are delivered again to whoever owns the partition now, and the inbox drops them.
                log.info("offsets.not_committed", consumer=self.group, error=describe(error))
                return
            except KafkaError as error:
                log.warning("offsets.commit_failed", consumer=self.group, error=describe(error))
                await self._backoff.wait()
            else:
                return

    def _client(self) -> AIOKafkaConsumer:
        client = self.subscriber.consumer
        if client is None:
            raise IllegalStateError("the consumer is stopped")
        return client

    def problem(self, *, longest_idle_seconds: float) -> str | None:
        """Why this consumer does not work; None when it does."""
        client = self.subscriber.consumer
        if not isinstance(client, CompletePollConsumer) or self._broken:
            return "is stopped"
        problems = {
            "has no polling task": all(task.done() for task in self.subscriber.tasks),
            f"cannot read its topic, {client.failed_polls} polls have failed": client.failed_polls > MOST_FAILED_POLLS,
            "has lost its broker": not client.has_coordinator,
            "has no partitions yet": not client.assignment(),
            f"has not polled for {client.idle_seconds:.0f} s": client.idle_seconds > longest_idle_seconds,
        }
        return next((text for text, holds in problems.items() if holds), None)

    def measure_lag(self) -> None:
        """Set the gauge to the number of records that are known and not consumed."""
        client = self.subscriber.consumer
        if not isinstance(client, CompletePollConsumer):
            return
        ends = {partition: client.highwater(partition) for partition in client.assignment()}
        lags = [(ends.get(partition) or 0) - position for partition, position in client.positions().items()]
        metrics.CONSUMER_LAG.labels(self.group).set(sum(max(0, lag) for lag in lags))


def new_broker(settings: ServiceSettings, *, service: str) -> KafkaBroker:
    """The broker on which all subscriptions of a service are registered."""
    return KafkaBroker(
        settings.kafka_bootstrap_servers,
        client_id=service,
        logger=None,
        apply_types=False,
        allow_auto_create_topics=False,
        graceful_timeout=settings.stop_timeout_seconds / 2,
    )


async def connect(broker: KafkaBroker) -> None:
    """Connect; every subscriber will poll by a `CompletePollConsumer`."""
    await broker.connect()
    use_consumer_class(broker, CompletePollConsumer)


def _first_offsets(records: Sequence[Record]) -> dict[TopicPartition, int]:
    return {TopicPartition(record.topic, record.partition): record.offset for record in reversed(records)}


def _last_offsets(records: Sequence[Record]) -> dict[TopicPartition, int]:
    return {TopicPartition(record.topic, record.partition): record.offset for record in records}
