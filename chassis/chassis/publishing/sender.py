"""Hands outbox rows to Kafka, a batch in one transaction.

The transactional id is the service's, so the newest producer of the service fences every older one: what a leader
sends after it was replaced is refused, and consumers, which read committed records only, see nothing of it. A broker
without transactions cannot do this; there the check of the lease before each hand-over is what remains.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
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
from aiokafka.producer.message_accumulator import BatchBuilder

from chassis.crash_points import crash_point
from chassis.errors import describe
from chassis.kafka_security import client_arguments
from chassis.publishing.lease import Lease, LeaseLostError
from chassis.publishing.outbox import OutboxMessage
from chassis.publishing.placement import hashes_of
from chassis.settings import ServiceSettings
from chassis.workarounds import unknown_brokers
from chassis.workarounds.abandoned_producer import abandon, stop
from chassis.workarounds.prompt_transactions import shorten_the_wait_between_transactions
from chassis.workarounds.quick_packing import pack_quickly
from contracts.codec import text_of
from contracts.envelope import headers_of
from contracts.topic import transactional_id_of

METADATA_SECONDS = 2.0
_TRANSACTION_TIMEOUT_MS = 15_000
"""More than a batch is given. A dead leader's transaction holds up its readers for this long."""
_RETRY_MS = 20
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
        self._failures: list[tuple[str, BaseException]] = []
        shorten_the_wait_between_transactions()
        pack_quickly()
        unknown_brokers.install()
        self._producer = AIOKafkaProducer(
            **client_arguments(settings),
            client_id=f"{service}.relay",
            enable_idempotence=True,
            transactional_id=transactional_id_of(service) if self._transactional else None,
            transaction_timeout_ms=_TRANSACTION_TIMEOUT_MS,
            acks="all",
            max_batch_size=256 * 1024,
            compression_type="lz4",
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

    async def send(self, messages: Sequence[OutboxMessage], *, longest_seconds: float) -> None:
        """Return when Kafka has all of `messages`.

        Raises:
            TopicsFailedError: the failure concerns topics, not Kafka as a whole.
            LeaseLostError: the lease has run out; the failure that this was noticed by is its cause.
        """
        topics = dict.fromkeys(message.topic for message in messages)
        answers: dict[asyncio.Future[object], str] = {}
        asked: str | None = None
        try:
            async with _kafka_within(min(longest_seconds, self._lease.remaining_seconds())):
                partitions: dict[str, Sequence[int]] = {}
                for asked in topics:
                    partitions[asked] = await self._find_leaders(asked)
                rounds = self._batches(messages, partitions=partitions)
                if self._transactional:
                    with _in_transaction():
                        await self._producer.begin_transaction()
                for batches in rounds:
                    self._lease.check()
                    for (asked, partition), batch in batches.items():
                        answers[await self._hand_over(batch, asked, partition=partition)] = asked
                    asked = None
                    crash_point("relay.after_hand_over")
                    # Only then the next of a partition: aiokafka goes on with it also when this one is refused.
                    await asyncio.gather(*answers)
                if self._transactional:
                    with _in_transaction():
                        await self._producer.commit_transaction()
        except (KafkaError, IllegalOperation) as error:
            # The timeout has cancelled what it waited for.
            unanswered = {topic for future, topic in answers.items() if future.cancelled() or not future.done()}
            if asked is not None:
                unanswered.add(asked)
            await self._blame(error, topics=frozenset(topics), asked=asked, unanswered=frozenset(unanswered))

    async def _find_leaders(self, topic: str) -> Sequence[int]:
        """Return the partitions; fail at once for a topic that does not exist or has no leader: aiokafka would wait."""
        async with _kafka_within(METADATA_SECONDS):
            partitions = await self._producer.partitions_for(topic)
        if self._producer.client.cluster.available_partitions_for_topic(topic) != partitions:
            raise LeaderNotAvailableError(topic)
        return sorted(partitions)

    def _batches(
        self, messages: Sequence[OutboxMessage], *, partitions: Mapping[str, Sequence[int]]
    ) -> Sequence[Mapping[tuple[str, int], BatchBuilder]]:
        """Return rounds of record batches, each with one for a topic and partition, in the order of `messages`."""
        keys = [message.key.encode() for message in messages]
        hashes = hashes_of(keys)
        batches: dict[tuple[str, int], list[BatchBuilder]] = {}
        for message, key in zip(messages, keys, strict=True):
            places = partitions[message.topic]
            of_partition = batches.setdefault((message.topic, places[hashes[key] % len(places)]), [])
            headers = headers_of(
                event_id=text_of(message.event_id),
                source=self._source,
                event_type=message.event_type,
                time=message.occurred_at,
                traceparent=message.trace,
            )
            while (
                not of_partition
                or of_partition[-1].append(timestamp=None, key=key, value=message.payload, headers=headers) is None
            ):
                of_partition.append(self._producer.create_batch())
        rounds: list[dict[tuple[str, int], BatchBuilder]] = []
        for place, of_partition in batches.items():
            for number, batch in enumerate(of_partition):
                if number == len(rounds):
                    rounds.append({})
                rounds[number][place] = batch
        return rounds

    async def _hand_over(self, batch: BatchBuilder, topic: str, *, partition: int) -> asyncio.Future[object]:
        batch.close()
        with _in_transaction():
            answer: asyncio.Future[object] = await self._producer.send_batch(batch, topic, partition=partition)
        answer.add_done_callback(partial(self._note_failure, topic))
        return answer

    def _note_failure(self, topic: str, answer: asyncio.Future[object]) -> None:
        if not answer.cancelled() and (error := answer.exception()) is not None:
            self._failures.append((topic, error))

    async def _blame(
        self, error: BaseException, *, topics: frozenset[str], asked: str | None, unanswered: frozenset[str]
    ) -> None:
        """Raise what a failure is: that of some topics, or that of Kafka or of the producer."""
        if not self._lease.is_held:
            raise LeaseLostError from error
        topic, cause = self._failures[0] if self._failures else (asked, error)  # the others follow from the first
        if isinstance(cause, _TRANSACTION_FAILED):
            raise TopicsFailedError(topics, cause) from cause
        if isinstance(cause, BrokerResponseError) and not isinstance(cause, _OF_NO_TOPIC):
            raise TopicsFailedError(frozenset({topic}) if topic else topics, cause) from cause
        if isinstance(cause, KafkaTimeoutError) and unanswered:
            await self.reach_kafka(seconds=METADATA_SECONDS)
            raise TopicsFailedError(unanswered, cause) from cause
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
