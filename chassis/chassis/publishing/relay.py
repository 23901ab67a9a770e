"""Sends the outbox to Kafka, in order, by one relay of each service at a time.

Rows leave in the order of their positions and are deleted only after the broker has acknowledged them, so a crash
sends some again and loses none. After a failure the relay makes a new producer and begins at the first row that is
still there, so that nothing overtakes what failed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
)
from opentelemetry.trace import SpanKind

from chassis.backoff import Backoff, pause
from chassis.crash_points import crash_point
from chassis.database import Connection, connection_arguments
from chassis.errors import describe, is_transient
from chassis.publishing import outbox
from chassis.publishing.outbox import OutboxRow
from chassis.settings import ServiceSettings
from chassis.telemetry import messaging, metrics
from chassis.telemetry.tracing import Tracing
from chassis.workarounds.abandoned_producer import abandon, stop, stop_sending_after_failure
from contracts.envelope import headers_of

log = structlog.get_logger(__name__)

BATCH_ROWS = 1_000
CAREFUL_ROWS = 20
"""After a failure rows are sent one by one; when these have left, the next ones go at full speed again."""
POLL_SECONDS = 1.0
STANDBY_SECONDS = 1.0
IDLE_CHECK_SECONDS = 5.0
LONGEST_SILENCE_SECONDS = 15.0
SEND_TIMEOUT_SECONDS = 120
_LEADER_LOCK = 0x72656C61  # "rela"
_PERMANENT_ERRORS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTimestampError, PolicyViolationError)
"""What the broker has against a record itself. Every other error counts as transient."""
_LARGEST_REQUEST_BYTES = 4 * 1_048_576


class Relay:
    """The relay of one service. `run` works until the service is to stop, and through every outage."""

    def __init__(
        self,
        *,
        settings: ServiceSettings,
        service: str,
        tracing: Tracing,
        filled: asyncio.Event,
        stopping: asyncio.Event,
    ) -> None:
        self._settings = settings
        self._service = service
        self._source = f"/{service}"
        self._tracing = tracing
        self._filled = filled
        self._stopping = stopping
        self._careful = False
        self._standing_by = False
        self._reached_at = 0.0

    async def run(self) -> None:
        """Lead and send, or stand by until the leader is gone."""
        backoff = Backoff(self._stopping)
        while not self._stopping.is_set():
            try:
                await self._session(backoff)
            except Exception as error:
                self._careful, self._standing_by = isinstance(error, KafkaError), False
                if not (is_transient(error) or isinstance(error, KafkaError)):
                    raise
                metrics.SEND_FAILURES.labels(type(error).__name__).inc()
                log.warning("relay.restarted", error=describe(error))
                await backoff.wait()

    def problem(self) -> str | None:
        """Return why this relay does not work; None when it sends or stands by."""
        if self._standing_by:
            return None
        silent = _now() - self._reached_at
        return f"has not reached Kafka for {silent:.0f} s" if silent > LONGEST_SILENCE_SECONDS else None

    async def _session(self, backoff: Backoff) -> None:
        """Use one connection and one producer until either fails."""
        connection = await asyncpg.connect(
            **connection_arguments(self._settings, application_name=f"{self._service} relay")
        )
        try:
            await connection.add_listener("outbox", lambda *_: self._filled.set())
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LEADER_LOCK):
                self._standing_by = True
                if await pause(self._stopping, STANDBY_SECONDS):
                    return
            self._standing_by = False
            producer = self._producer()
            try:
                await producer.start()
                await self._lead(connection, producer, backoff)
            except BaseException:
                await abandon(producer)
                raise
            await stop(producer)
        finally:
            connection.terminate()

    def _producer(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self._settings.kafka_bootstrap_servers,
            client_id=f"{self._service}.relay",
            enable_idempotence=True,
            acks="all",
            linger_ms=2,
            max_batch_size=256 * 1024,
            compression_type="lz4",
            max_request_size=_LARGEST_REQUEST_BYTES,
        )

    async def _lead(self, connection: Connection, producer: AIOKafkaProducer, backoff: Backoff) -> None:
        while True:
            self._filled.clear()
            limit = CAREFUL_ROWS if self._careful else BATCH_ROWS
            rows = await outbox.next_rows(connection, limit=limit)
            if rows:
                async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                    await (self._send_singly if self._careful else self._send)(connection, producer, rows)
                self._reached_at = _now()
            elif _now() - self._reached_at > IDLE_CHECK_SECONDS:
                async with asyncio.timeout(IDLE_CHECK_SECONDS):
                    await producer.client.fetch_all_metadata()
                self._reached_at = _now()
            backoff.reset()
            if self._stopping.is_set():
                if not rows:  # what was committed while the last rows were sent is sent too
                    return
            elif len(rows) < limit:
                await pause(self._filled, POLL_SECONDS)

    async def _send(self, connection: Connection, producer: AIOKafkaProducer, rows: Sequence[OutboxRow]) -> None:
        """Send `rows` at full speed; after a failure delete only what came before it, so that nothing overtakes."""
        topics = {row.topic for row in rows}
        only = topics.pop() if len(topics) == 1 else None
        with self._tracing.batch_span(
            f"send {only}" if only else "send",
            kind=SpanKind.CLIENT,
            members=[row.trace for row in rows],
            attributes=messaging.sent(only, count=len(rows)),
        ):
            failure: BaseException | None = None
            results_to_come: list[asyncio.Future[object]] = []
            try:
                for row in rows:
                    results_to_come.append(await self._hand_over(producer, row))  # noqa: PERF401 - what was handed over is awaited also after a failure
            except KafkaError as error:
                failure = error
            crash_point("relay.after_hand_over")
            results = await asyncio.gather(*results_to_come, return_exceptions=True)
        crash_point("relay.after_send")
        sent = 0
        for result in results:
            if isinstance(result, BaseException):
                failure = result
                break
            sent += 1
        if sent:
            await outbox.delete(connection, positions=[row.position for row in rows[:sent]])
        for topic, count in Counter(row.topic for row in rows[:sent]).items():
            metrics.MESSAGES_SENT.labels(topic).inc(count)
        if failure is not None:
            raise failure

    async def _send_singly(self, connection: Connection, producer: AIOKafkaProducer, rows: Sequence[OutboxRow]) -> None:
        """Send one row at a time after a failure, to find a row the broker will never accept and mark it."""
        for row in rows:
            try:
                await (await self._hand_over(producer, row))
            except KafkaError as error:
                if not isinstance(error, _PERMANENT_ERRORS):
                    raise
                metrics.OUTBOX_UNDELIVERABLE.labels(row.topic).inc()
                log.warning("event.undeliverable", topic=row.topic, event_id=str(row.event_id), error=describe(error))
                await outbox.mark_undeliverable(
                    connection, position=row.position, reason=f"{type(error).__name__}: {error}"
                )
                raise  # a refused record leaves a gap in the producer's sequence: only a new producer can go on
            await outbox.delete(connection, positions=[row.position])
            metrics.MESSAGES_SENT.labels(row.topic).inc()
        self._careful = False

    async def _hand_over(self, producer: AIOKafkaProducer, row: OutboxRow) -> asyncio.Future[object]:
        headers = headers_of(
            event_id=str(row.event_id),
            source=self._source,
            event_type=row.event_type,
            time=row.occurred_at,
            traceparent=row.trace,
        )
        future: asyncio.Future[object] = await producer.send(
            row.topic, row.payload, key=row.key.encode(), headers=headers
        )
        stop_sending_after_failure(producer, future)
        return future


def _now() -> float:
    return asyncio.get_running_loop().time()
