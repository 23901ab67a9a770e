"""FastStream in the one shape in which it loses nothing: batches, acknowledged by hand, raw records.

By default it acknowledges messages whose handler failed, and one unreadable header loses a whole batch. Parsing,
failures and offsets are therefore the chassis' own; FastStream keeps the consumers, their groups and their shutdown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from chassis.backoff import Backoff
from chassis.consuming.batch_processor import BatchProcessor
from chassis.consuming.consumer import Consumer
from chassis.consuming.delivery import Record
from chassis.consuming.kafka_offsets import KafkaOffsets
from chassis.consuming.lag import lag_of_all_instances
from chassis.consuming.placement import Placement
from chassis.consuming.positions import Advance
from chassis.errors import (
    HandlerBrokenError,
    PartEndedError,
    PositionMovedError,
    describe,
    is_order_to_end,
    is_transient,
)
from chassis.kafka_security import kafka_security
from chassis.settings import ServiceSettings
from chassis.telemetry import metrics
from chassis.telemetry.trouble import Trouble
from chassis.unit_of_work import WorkFactory
from chassis.workarounds.complete_poll import CompletePollConsumer
from chassis.workarounds.raw_records import hand_over_raw, keep_raw, use_consumer_class

log = structlog.get_logger(__name__)

REST_MILLISECONDS = 1
"""How long FastStream rests behind a poll that found nothing. `CompletePollConsumer` polls for longer than that."""
LONGEST_IDLE_SECONDS = 60.0
_PARTITION_FETCH_BYTES = 4 * 1_048_576
_FETCH_BYTES = 16 * 1_048_576
_METADATA_MAX_AGE_MS = 10_000  # a topic that was made anew is noticed by it; aiokafka's own default is five minutes


class Subscription:
    """Consumes one topic: processes batches, and settles each only after its commit.

    A batch that is not settled is polled again, whatever ended it. Polling that ends while the service is not stopping
    ends the service.
    """

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
        self._work = work
        self._processor = BatchProcessor(consumer, work=work, dead_letter_limit=settings.dead_letter_limit)
        self._placement = Placement(consumer=self.group, work=work)
        self.trouble = self._processor.trouble
        self._failed_at: dict[TopicPartition, int] = {}  # the first offset of what failed last
        self._backoff = Backoff(stopping)
        self._poll_backoff = Backoff(stopping)
        self._report_failure = report_failure
        self._offsets = KafkaOffsets(
            group=self.group, client=lambda: self.subscriber.consumer, backoff=Backoff(stopping)
        )
        self.subscriber = broker.subscriber(
            self.topic,
            group_id=self.group,
            batch=True,
            max_records=settings.batch_max_records,
            batch_timeout_ms=REST_MILLISECONDS,
            auto_offset_reset="none",
            isolation_level="read_committed",
            ack_policy=AckPolicy.MANUAL,
            listener=self._offsets,
            parser=keep_raw,
            decoder=hand_over_raw,
            fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
            group_instance_id=settings.member_name(),
            session_timeout_ms=settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=settings.kafka_session_timeout_ms // 3,
            max_partition_fetch_bytes=_PARTITION_FETCH_BYTES,
            fetch_max_bytes=_FETCH_BYTES,
        )
        self.subscriber(self.process)

    def new_client(self, **settings: Any) -> CompletePollConsumer:  # noqa: ANN401 - what FastStream gives a consumer
        """Return the consumer that polls for this subscription."""
        return CompletePollConsumer(
            place=self._place,
            skip=partial(self.process, ()),
            before_leaving=self._offsets.commit_last,
            backoff=self._poll_backoff,
            **settings,
        )

    async def _place(
        self, client: AIOKafkaConsumer, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]:
        """Tell where to begin. What has failed is another instance's to do, unless this one begins with it."""
        starts = await self._placement.place(client, partitions)
        self._keep_failing([partition for partition, at in self._failed_at.items() if starts.get(partition) == at])
        return starts

    def watch_polling(self) -> None:
        """Let the end of the polling task, once it has started, be the end of the service."""
        for task in self.subscriber.tasks:
            task.add_done_callback(self._polling_ended)

    def _polling_ended(self, task: asyncio.Task[Any]) -> None:
        if self.subscriber.running:
            error = None if task.cancelled() else task.exception()
            self._fail(PartEndedError(f"polling for {self.group} ended{f' by {describe(error)}' if error else ''}"))

    async def process(self, records: Sequence[Record]) -> None:
        """Process a polled batch. Raises only when this task is cancelled: FastStream goes on after any other error."""
        client = self._client()
        with self.trouble.attempt():
            try:
                await self._processor.process(records, advances=_advances(client.unsettled()))
            except BaseException as error:
                if isinstance(error, asyncio.CancelledError) and is_order_to_end(error):
                    raise
                await self._leave_undone(client, error)
                return
            offsets = client.settle()
            self._backoff.reset()
            self._offsets.reach(offsets)
        self._keep_failing(client.assignment() - offsets.keys())

    async def _leave_undone(self, client: CompletePollConsumer, error: BaseException) -> None:
        """Let the batch be polled again after a while, or end the service when that cannot help."""
        if not is_transient(error):
            is_ordinary = isinstance(error, Exception)
            self._fail(error if is_ordinary else HandlerBrokenError(f"{describe(error)} ended {self.group}"))
            return
        if isinstance(error, PositionMovedError):
            client.place_again()
        metrics.RETRIES.labels(self.group).inc()
        self.trouble.failed(error)
        self._failed_at.update({partition: offsets.start for partition, offsets in client.unsettled().items()})
        await self._backoff.wait()

    def _keep_failing(self, partitions: Collection[TopicPartition]) -> None:
        """Forget the failures of all other partitions: one that works does not mend another that has failed."""
        self._failed_at = {partition: at for partition, at in self._failed_at.items() if partition in partitions}
        if not self._failed_at:
            self.trouble.recovered()

    def _fail(self, error: BaseException) -> None:
        """Poll nothing more, also not from a task that FastStream starts in place of one that has failed."""
        if client := self.subscriber.consumer:
            client.halt()
        self._report_failure(error)

    def _client(self) -> CompletePollConsumer:
        client = self.subscriber.consumer
        if not isinstance(client, CompletePollConsumer):
            raise IllegalStateError("the consumer is stopped")
        return client

    def troubles(self) -> Sequence[Trouble]:
        """Return what its batches and commits of offsets fail by, and what its polls fail by once it polls."""
        client = self.subscriber.consumer
        polling = (client.trouble,) if isinstance(client, CompletePollConsumer) else ()
        return (self.trouble, self._offsets.trouble, *polling)

    def problem(self, *, tolerated_seconds: float) -> str | None:
        """Why this consumer does not work; None when it does."""
        client = self.subscriber.consumer
        if not isinstance(client, CompletePollConsumer) or client.is_halted:
            return "is stopped"
        problems = {
            "has no polling task": all(task.done() for task in self.subscriber.tasks),
            "has lost its broker": not client.has_coordinator,
            "waits for its group": not client.has_joined,
            f"has not polled for {client.idle_seconds:.0f} s": client.idle_seconds > LONGEST_IDLE_SECONDS,
        }
        lasting = (trouble.problem(tolerated_seconds=tolerated_seconds) for trouble in self.troubles())
        return next(filter(None, lasting), None) or next((text for text, holds in problems.items() if holds), None)

    async def measure_lag(self) -> None:
        """Set the gauge to the number of records in this instance's partitions that are not consumed."""
        client = self.subscriber.consumer
        if not isinstance(client, CompletePollConsumer) or not client.is_started:
            return
        # What was fetched last does not do: a consumer that is stuck fetches nothing. Nor does the end of what may be
        # read alone: it stands still while a publisher's transaction is open.
        readable = await client.end_offsets(list(client.assignment()))
        ends = {partition: max(end, client.known_end(partition)) for partition, end in readable.items()}
        begun = {partition: offsets.start for partition, offsets in client.unsettled().items()}
        positions = {**client.positions(), **begun}
        lags = [ends.get(partition, 0) - position for partition, position in positions.items()]
        metrics.CONSUMER_LAG.labels(self.group).set(sum(max(0, lag) for lag in lags))

    async def lag_of_all_instances(self) -> int | None:
        """Return how many records no instance of the service has consumed; None when that cannot be told."""
        client = self.subscriber.consumer
        if not isinstance(client, CompletePollConsumer):
            return None
        return await lag_of_all_instances(client, topic=self.topic, consumer=self.group, work=self._work)


def new_broker(settings: ServiceSettings, *, service: str) -> KafkaBroker:
    """The broker on which all subscriptions of a service are registered."""
    return KafkaBroker(
        settings.kafka_bootstrap_servers,
        security=kafka_security(settings),
        client_id=service,
        logger=None,
        apply_types=False,
        allow_auto_create_topics=False,
        graceful_timeout=settings.stop_timeout_seconds / 2,
        metadata_max_age_ms=_METADATA_MAX_AGE_MS,
    )


async def start(broker: KafkaBroker, subscriptions: Collection[Subscription]) -> None:
    """Connect and begin to poll, each subscription by a consumer of its own making."""
    by_group = {subscription.group: subscription for subscription in subscriptions}
    await broker.connect()
    use_consumer_class(broker, lambda **settings: by_group[settings["group_id"]].new_client(**settings))
    await broker.start()
    for subscription in subscriptions:
        subscription.watch_polling()


def _advances(unsettled: Mapping[TopicPartition, range]) -> Sequence[Advance]:
    return [Advance(partition.partition, offsets.start, offsets.stop) for partition, offsets in unsettled.items()]
