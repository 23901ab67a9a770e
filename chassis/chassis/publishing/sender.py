"""Hands outbox rows to Kafka, a batch in one transaction.

The transactional id is the service's, so the newest producer of the service fences every older one: what a leader
sends after it was replaced is refused, and consumers, which read committed records only, see nothing of it. A broker
without transactions cannot do this; there the check of the lease before each row is what remains.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    BrokerResponseError,
    ClusterAuthorizationFailedError,
    IllegalOperation,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    InvalidTimestampError,
    InvalidTxnState,
    KafkaError,
    KafkaTimeoutError,
    LeaderNotAvailableError,
    OutOfOrderSequenceNumber,
)

from chassis.crash_points import crash_point
from chassis.errors import describe
from chassis.kafka_security import client_arguments
from chassis.publishing.lease import Lease, LeaseLostError
from chassis.publishing.outbox import OutboxRow
from chassis.settings import ServiceSettings
from chassis.workarounds.abandoned_producer import abandon, stop, stop_sending_after_failure
from contracts.envelope import headers_of
from contracts.topic import transactional_id_of

METADATA_SECONDS = 2.0
_TRANSACTION_TIMEOUT_MS = 15_000
"""More than a batch is given. A dead leader's transaction holds up its readers for this long."""
_RETRY_MS = 20
_LARGEST_REQUEST_BYTES = 4 * 1_048_576
_TRANSACTION_FAILED = (InvalidTxnState, IllegalOperation)
"""The broker lets one topic fail the whole transaction and need not say which; the second is aiokafka's word."""
_OF_NO_TOPIC = (
    ClusterAuthorizationFailedError,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    OutOfOrderSequenceNumber,
)
"""What the broker has against the producer. Other refusals concern the topic or the record."""


class TopicsFailedError(Exception):
    """Kafka answers, and takes nothing for `topics`. Nothing of the batch was sent for good."""

    def __init__(self, topics: frozenset[str], cause: BaseException) -> None:
        super().__init__(f"{', '.join(sorted(topics))}: {describe(cause)}")
        self.topics = topics
        self.cause = cause

    @property
    def reason(self) -> str:
        """What an operator is told."""
        if isinstance(self.cause, InvalidTimestampError):
            return f"{describe(self.cause)}: the broker refuses the time of this host's clock"
        return describe(self.cause)


class Sender:
    """One producer, good until its first failure."""

    def __init__(self, settings: ServiceSettings, *, service: str, lease: Lease) -> None:
        self._source = f"/{service}"
        self._lease = lease
        self._transactional = settings.kafka_transactions
        self._failures: list[tuple[OutboxRow, BaseException]] = []
        self._producer = AIOKafkaProducer(
            **client_arguments(settings),
            client_id=f"{service}.relay",
            enable_idempotence=True,
            transactional_id=transactional_id_of(service) if self._transactional else None,
            transaction_timeout_ms=_TRANSACTION_TIMEOUT_MS,
            acks="all",
            linger_ms=2,
            max_batch_size=256 * 1024,
            compression_type="lz4",
            max_request_size=_LARGEST_REQUEST_BYTES,
            retry_backoff_ms=_RETRY_MS,
        )

    async def start(self) -> None:
        """Connect, and fence every older producer of the service."""
        async with _kafka_within(self._lease.remaining_seconds()):
            await self._producer.start()

    async def stop(self) -> None:
        await stop(self._producer)

    async def abandon(self) -> None:
        """Stop without sending what is still held; what is not committed is aborted by the next producer."""
        await abandon(self._producer)

    async def reach_kafka(self, *, seconds: float) -> None:
        """Raise when Kafka does not answer."""
        async with _kafka_within(seconds):
            await self._producer.client.fetch_all_metadata()

    async def send(self, rows: Sequence[OutboxRow], *, longest_seconds: float) -> None:
        """Return when Kafka has all of `rows`.

        Raises:
            TopicsFailedError: the failure concerns topics, not Kafka as a whole.
            LeaseLostError: the lease has run out; the failure that this was noticed by is its cause.
        """
        waiting: dict[asyncio.Future[object], OutboxRow] = {}
        row = rows[0]
        try:
            async with _kafka_within(min(longest_seconds, self._lease.remaining_seconds())):
                for row in {each.topic: each for each in rows}.values():
                    await self._find_leaders(row.topic)
                if self._transactional:
                    with _in_transaction():
                        await self._producer.begin_transaction()
                for row in rows:
                    self._lease.check()
                    waiting[await self._hand_over(row)] = row
                crash_point("relay.after_hand_over")
                await asyncio.gather(*waiting)
                if self._transactional:
                    with _in_transaction():
                        await self._producer.commit_transaction()
        except (KafkaError, IllegalOperation) as error:
            # The timeout has cancelled what it waited for.
            unanswered = {each.topic for future, each in waiting.items() if future.cancelled() or not future.done()}
            if len(waiting) < len(rows):
                unanswered.add(row.topic)
            await self._blame(error, row, rows=rows, unanswered=unanswered)

    async def _find_leaders(self, topic: str) -> None:
        """Fail at once for a topic that does not exist or has no leader: aiokafka would wait."""
        async with _kafka_within(METADATA_SECONDS):
            partitions = await self._producer.partitions_for(topic)
        if self._producer.client.cluster.available_partitions_for_topic(topic) != partitions:
            raise LeaderNotAvailableError(topic)

    async def _hand_over(self, row: OutboxRow) -> asyncio.Future[object]:
        headers = headers_of(
            event_id=str(row.event_id),
            source=self._source,
            event_type=row.event_type,
            time=row.occurred_at,
            traceparent=row.trace,
        )
        key = row.key.encode()
        with _in_transaction():
            future: asyncio.Future[object] = await self._producer.send(row.topic, row.payload, key=key, headers=headers)
        future.add_done_callback(partial(self._note_failure, row))
        stop_sending_after_failure(self._producer, future)
        return future

    def _note_failure(self, row: OutboxRow, future: asyncio.Future[object]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            self._failures.append((row, error))

    async def _blame(
        self, error: BaseException, row: OutboxRow, *, rows: Sequence[OutboxRow], unanswered: set[str]
    ) -> None:
        """Raise what a failure is: that of some topics, or that of Kafka or of the producer."""
        if not self._lease.is_held:
            raise LeaseLostError from error
        row, cause = self._failures[0] if self._failures else (row, error)  # the others follow from the first
        if isinstance(cause, _TRANSACTION_FAILED):
            raise TopicsFailedError(frozenset(each.topic for each in rows), cause) from cause
        if isinstance(cause, BrokerResponseError) and not isinstance(cause, _OF_NO_TOPIC):
            raise TopicsFailedError(frozenset({row.topic}), cause) from cause
        if isinstance(cause, KafkaTimeoutError) and unanswered:
            await self.reach_kafka(seconds=METADATA_SECONDS)
            raise TopicsFailedError(frozenset(unanswered), cause) from cause
        raise cause


@asynccontextmanager
async def _kafka_within(seconds: float) -> AsyncIterator[None]:
    """Raise `KafkaTimeoutError` after `seconds`: of a `TimeoutError` nobody could tell whose it is."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise KafkaTimeoutError from error


@contextmanager
def _in_transaction() -> Iterator[None]:
    """Wrap a call of aiokafka alone: of a transaction that has failed already it raises `AssertionError`."""
    try:
        yield
    except AssertionError as error:
        raise IllegalOperation("the transaction has failed already") from error
