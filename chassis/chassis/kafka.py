"""FastStream in the one shape in which it loses nothing: batches, acknowledged by hand, raw records.

Its defaults acknowledge messages whose handler failed, and one unreadable header loses a whole batch, so parsing,
failures and offsets are the chassis' own; FastStream keeps the consumers, their groups and their shutdown.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, RebalanceInProgressError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from chassis import metrics
from chassis.backoff import Backoff
from chassis.consuming import BatchProcessor
from chassis.crash import crash_point
from chassis.errors import CannotStartError, describe, is_transient
from chassis.whole_poll import WholePollConsumer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from chassis.batch import Record
    from chassis.consuming import Consumer
    from chassis.settings import ServiceSettings
    from chassis.work import WorkFactory
    from contracts.topic import Topic

log = structlog.get_logger(__name__)

POLL_MILLISECONDS = 20
MOST_FAILED_POLLS = 3
_FETCH_BYTES = 4 * 1_048_576
_NOT_OURS = (CommitFailedError, IllegalStateError, RebalanceInProgressError)
_RETRY_SECONDS = 0.3


class Subscription:
    """One consumer at work: takes batches, and acknowledges each only after its commit."""

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
        self._processor = BatchProcessor(consumer, work=work, park_limit=settings.park_limit)
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
            parser=_keep_raw,
            decoder=_hand_over_raw,
            fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
            session_timeout_ms=settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=settings.kafka_session_timeout_ms // 3,
            max_partition_fetch_bytes=_FETCH_BYTES,
        )
        self.subscriber(self.take)

    async def take(self, records: Sequence[Record]) -> None:
        """Take a batch that FastStream has polled; never raises, for FastStream would go on as if nothing were."""
        if self._broken:
            return
        try:
            await self._processor.take(records)
        except Exception as error:  # noqa: BLE001 - FastStream would swallow it and go on
            if is_transient(error):
                await self._give_back(records, error)
                return
            self._broken = True
            self._report_failure(error)
            return
        self._backoff.reset()
        crash_point("consumer.before_acknowledge")
        await self._acknowledge(records)

    async def _give_back(self, records: Sequence[Record], error: Exception) -> None:
        """Wait, then let the same records be polled again."""
        metrics.RETRIES.labels(self.group).inc()
        log.warning("batch given back", consumer=self.group, error=describe(error))
        await self._backoff.wait()
        for partition, offset in _first_offsets(records).items():
            try:
                self._client().seek(partition, offset)
            except IllegalStateError:
                log.info("partition has moved to another member", consumer=self.group, partition=partition.partition)

    async def _acknowledge(self, records: Sequence[Record]) -> None:
        """Commit exactly the offsets of `records`; without a broker, wait for it."""
        offsets = {partition: offset + 1 for partition, offset in _last_offsets(records).items()}
        while True:
            try:
                await self._client().commit(offsets)
            except _NOT_OURS as error:
                # Whoever owns the partition now is given the records again, and the inbox drops them.
                log.info("offsets not committed, the group has changed", consumer=self.group, error=describe(error))
                return
            except KafkaError as error:
                log.warning("offsets not committed yet", consumer=self.group, error=describe(error))
                await self._backoff.wait()
            else:
                return

    def _client(self) -> AIOKafkaConsumer:
        client = self.subscriber.consumer
        if client is None:
            message = "the consumer is stopped"
            raise IllegalStateError(message)
        return client

    def problem(self, *, longest_idle_seconds: float) -> str | None:
        """Say why this consumer does not work, or None when it does."""
        client = self.subscriber.consumer
        if not isinstance(client, WholePollConsumer) or self._broken:
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
        """Set the gauge to the number of records that are known and not taken."""
        client = self.subscriber.consumer
        if not isinstance(client, WholePollConsumer):
            return
        ends = {partition: client.highwater(partition) for partition in client.assignment()}
        lags = [(ends.get(partition) or 0) - position for partition, position in client.positions().items()]
        metrics.CONSUMER_LAG.labels(self.group).set(sum(max(0, lag) for lag in lags))


def new_broker(settings: ServiceSettings, *, service: str) -> KafkaBroker:
    """Return the broker all subscriptions of a service are registered on."""
    return KafkaBroker(
        settings.kafka_bootstrap_servers,
        client_id=service,
        logger=None,
        apply_types=False,
        allow_auto_create_topics=False,
        graceful_timeout=settings.stop_timeout_seconds / 2,
    )


async def connect(broker: KafkaBroker) -> None:
    """Connect, and let every subscriber be given a consumer whose polls are whole."""
    await broker.connect()
    config = broker.config.broker_config
    arguments = cast("partial[AIOKafkaConsumer]", config.builder).keywords
    config.builder = partial(WholePollConsumer, **arguments)


async def wait_for_topics(settings: ServiceSettings, *, topics: Iterable[Topic[Any]]) -> None:
    """Wait until the brokers answer; raise `CannotStartError` for a topic that is missing or cut differently."""
    partitions = await _describe(settings, {topic.name for topic in topics})
    for topic in topics:
        found = partitions.get(topic.name)
        if found is None:
            message = f"topic {topic.name} does not exist; create the topics of contracts with: devstack topics"
            raise CannotStartError(message)
        if found != topic.partitions:
            message = (
                f"topic {topic.name} has {found} partitions and contracts say {topic.partitions}; "
                "order per key needs both to agree, change one of them"
            )
            raise CannotStartError(message)


async def _describe(settings: ServiceSettings, names: set[str]) -> dict[str, int]:
    deadline = asyncio.get_running_loop().time() + settings.start_timeout_seconds
    while True:
        try:
            return await _describe_once(settings, names)
        except (KafkaError, OSError) as error:
            if asyncio.get_running_loop().time() > deadline:
                message = (
                    f"Kafka at {settings.kafka_bootstrap_servers} does not answer after "
                    f"{settings.start_timeout_seconds:.0f} s; start it or correct KAFKA_BOOTSTRAP_SERVERS"
                )
                raise CannotStartError(message) from error
        await asyncio.sleep(_RETRY_SECONDS)


async def _describe_once(settings: ServiceSettings, names: set[str]) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    try:
        await admin.start()
        existing = names & set(await admin.list_topics())
        described = await admin.describe_topics(sorted(existing)) if existing else []
        return {topic["topic"]: len(topic["partitions"]) for topic in described}
    finally:
        await admin.close()


async def _keep_raw(raw: tuple[Record, ...], original: Any) -> KafkaAckableMessage:  # noqa: ANN401 - FastStream's bound method
    """Build FastStream's message without looking into the records, whatever their headers and values are."""
    return KafkaAckableMessage(
        body=b"",
        headers={},
        raw_message=raw,
        consumer=original.__self__._consumer,  # noqa: SLF001
        message_id="",
    )


async def _hand_over_raw(message: KafkaAckableMessage) -> object:
    return message.raw_message


def _first_offsets(records: Sequence[Record]) -> dict[TopicPartition, int]:
    return {TopicPartition(record.topic, record.partition): record.offset for record in reversed(records)}


def _last_offsets(records: Sequence[Record]) -> dict[TopicPartition, int]:
    return {TopicPartition(record.topic, record.partition): record.offset for record in records}
