"""Sends the outbox to Kafka, in order, by one relay of each service at a time.

Rows leave in the order of their positions and are deleted only after the broker has acknowledged them, so a crash
sends some again and loses none. After a failure the relay makes a new producer and begins at the first row that is
still there, so that nothing overtakes what failed. Order is per topic and key: when Kafka takes nothing for a topic,
that topic waits and the others leave.
"""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog
from aiokafka.errors import MessageSizeTooLargeError, PolicyViolationError, RecordListTooLargeError
from opentelemetry.trace import SpanKind

from chassis.backoff import Backoff, pause
from chassis.crash_points import crash_point
from chassis.database import Connection, connect
from chassis.errors import describe, is_transient
from chassis.publishing import outbox, walk_start
from chassis.publishing.blocked_topics import BlockedTopics
from chassis.publishing.handoff import Handoff
from chassis.publishing.lease import Lease, LeaseLostError
from chassis.publishing.outbox import OutboxMessage, OutboxRows
from chassis.publishing.sender import Sender, TopicsFailedError
from chassis.publishing.walk_start import WalkStart
from chassis.settings import ServiceSettings
from chassis.telemetry import messaging, metrics
from chassis.telemetry.tracing import Tracing
from chassis.telemetry.trouble import Trouble

log = structlog.get_logger(__name__)

BATCH_ROWS = 1_500
"""More than what a batch of 500 events leads to, as a rule: of 500 reports that were 1,011 rows."""
CAREFUL_ROWS = 20
"""A blocked topic is tried with so many rows, one by one; when they have left, it leaves at full speed again."""
SEND_SECONDS, CAREFUL_SEND_SECONDS = 5.0, 3.0
_AFTER_SEND_SECONDS = 2.0
"""What is left of the lease after the longest send, so that a failure is known as what it is, not as a lost lease."""
POLL_SECONDS = 1.0
STANDBY_SECONDS = 1.0
FEW_ROWS, GATHERING_SECONDS_A_ROW, LONGEST_GATHERING_SECONDS = 50, 0.000_5, 0.05
IDLE_CHECK_SECONDS = 5.0
LONGEST_SILENCE_SECONDS = 15.0
_PERMANENT_ERRORS = (MessageSizeTooLargeError, RecordListTooLargeError, PolicyViolationError)
"""What the broker has against a record itself. Every other error counts as transient."""


class Relay:
    """The relay of one service. `run` works until the service is to stop, and through every outage."""

    def __init__(
        self,
        *,
        settings: ServiceSettings,
        service: str,
        tracing: Tracing,
        handoff: Handoff,
        stopping: asyncio.Event,
        events_may_wait_seconds: float = 0.0,
    ) -> None:
        self._settings = settings
        self._service = service
        self._tracing = tracing
        self._handoff = handoff
        self._stopping = stopping
        self._events_may_wait_seconds = events_may_wait_seconds
        self._lease = Lease("relay")
        self._blocked = BlockedTopics()
        self._tried: str | None = None
        self._standing_by = False
        self._reached_at = _now()
        self.trouble = Trouble("relay")

    async def run(self) -> None:
        """Lead and send, or stand by until the leader is gone."""
        self._handoff.has_relay = True
        try:
            await self._run()
        finally:
            self._handoff.has_relay = False

    async def _run(self) -> None:
        backoff = Backoff(self._stopping)
        has_others_to_send = False
        while has_others_to_send or not self._stopping.is_set():
            has_others_to_send = False
            try:
                await self._session(backoff)
            except LeaseLostError as error:
                log.warning("relay.lease_lost")
                self._failed(error.__cause__ or error)
            except TopicsFailedError as error:
                self._reached_at = _now()
                metrics.SEND_FAILURES.labels(type(error.cause).__name__).inc()
                for topic in error.topics:
                    self._blocked.block(topic, error.cause, reason=error.reason)
                has_others_to_send = True  # also when it is to stop: they failed only with these
            except Exception as error:
                self._standing_by = False
                if not is_transient(error):
                    raise
                self._failed(error)
                await backoff.wait()

    def _failed(self, error: BaseException) -> None:
        metrics.SEND_FAILURES.labels(type(error).__name__).inc()
        self.trouble.failed(error)

    def problem(self, *, tolerated_seconds: float = LONGEST_SILENCE_SECONDS) -> str | None:
        """Return why this relay does not work; None when it sends or stands by."""
        if problem := self.trouble.problem(tolerated_seconds=tolerated_seconds):
            return problem
        if self._standing_by:
            return None
        silent = _now() - self._reached_at
        if silent > LONGEST_SILENCE_SECONDS:
            return f"has come no further for {silent:.0f} s"
        return self._blocked.problem(longest_seconds=min(tolerated_seconds, LONGEST_SILENCE_SECONDS))

    async def _session(self, backoff: Backoff) -> None:
        """Use one connection and one producer until either fails."""
        connection = await connect(self._settings, application_name=f"{self._service} relay")
        try:
            # Statistics of a table that fills and empties within seconds are always wrong: follow the primary key.
            await connection.execute(
                "SET enable_sort = off; SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0"
            )
            while not await self._lease.acquire(connection):
                if await self._stand_by(connection):
                    return
            self._standing_by = False
            # Not before: who stands by would take the word that it gives to the leader for one that it is given.
            await connection.add_listener("outbox", lambda *_: self._handoff.changed.set())
            sender = Sender(self._settings, service=self._service, lease=self._lease)
            try:
                await sender.start()
                self._reached_at = _now()
                self._handoff.lead()
                await self._lead(connection, sender, backoff)
            except BaseException:
                await sender.abandon()
                raise
            await sender.stop()
        finally:
            self._handoff.follow()
            connection.terminate()

    async def _stand_by(self, connection: Connection) -> bool:
        """Let the leader know what this process commits, until it is time to ask for the lease; whether to stop."""
        self._standing_by = True  # from here on what is sent, and what cannot be, is the leader's to tell
        self._reached_at = _now()
        self._blocked.forget()
        self.trouble.recovered()
        ask_at = _now() + STANDBY_SECONDS
        while not self._stopping.is_set() and (seconds := ask_at - _now()) > 0:
            if await pause(self._handoff.changed, seconds):
                self._handoff.changed.clear()
                await outbox.notify(connection)
        return self._stopping.is_set()

    async def _lead(self, connection: Connection, sender: Sender, backoff: Backoff) -> None:
        last_position: int | None = None
        start, started_at = WalkStart(), _now()
        while True:
            began_at = _now()
            self._handoff.changed.clear()
            await self._lease.renew(connection)
            if self._stopping.is_set() and last_position is None:  # what others go on adding is theirs to send
                last_position = await outbox.last_position(connection)
            # To try a topic may take seconds: what is not blocked has every other turn, however many topics are.
            tried = self._tried = None if self._tried else self._blocked.due()
            limit = CAREFUL_ROWS if tried else BATCH_ROWS
            rows = await outbox.next_rows(
                connection,
                known=self._handoff.messages,
                limit=limit,
                only=tried,
                without=[topic for topic in self._blocked.names() if topic != tried],
                after=start.after,
                up_to=outbox.LAST_POSITION if last_position is None else last_position,
            )
            if tried:
                for position, message in rows.items():
                    await self._send_alone(connection, sender, position, message)
                self._blocked.unblock(tried)
            elif rows:
                await self._send(connection, sender, rows)
                if _now() - started_at > walk_start.SECONDS_BETWEEN:
                    await start.advance(connection, seen=max(rows))
                    started_at = _now()
            elif _now() - self._reached_at > IDLE_CHECK_SECONDS:
                await sender.reach_kafka(seconds=IDLE_CHECK_SECONDS)
                self._reached_at = _now()
            backoff.reset()
            self.trouble.recovered()
            if not (rows or tried) and last_position is not None:
                return
            if not tried and _are_all(rows, limit=limit) and last_position is None:
                await self._wait_for_rows(sent=len(rows), took_seconds=_now() - began_at)

    async def _wait_for_rows(self, *, sent: int, took_seconds: float) -> None:
        if not sent and not self._handoff.changed.is_set():
            # A row can be read, and sent, before its own process learns that it is committed and keeps it.
            self._handoff.forget()
        if sent:
            await pause(self._stopping, gathering_seconds(sent, took_seconds=took_seconds))
        await pause(self._handoff.changed, min(POLL_SECONDS, self._blocked.seconds_to_next()))
        if self._events_may_wait_seconds:
            await pause(self._stopping, self._events_may_wait_seconds)

    async def _send(
        self,
        connection: Connection,
        sender: Sender,
        rows: OutboxRows,
        *,
        longest_seconds: float = SEND_SECONDS,
    ) -> None:
        """Send `rows` and delete them; after a failure all of them are still there."""
        await self._lease.renew(connection, enough_seconds=longest_seconds + _AFTER_SEND_SECONDS)
        messages = list(rows.values())
        counts = Counter(message.topic for message in messages)
        only = messages[0].topic if len(counts) == 1 else None
        with self._tracing.batch_span(
            f"send {only}" if only else "send",
            kind=SpanKind.CLIENT,
            members=[message.trace for message in messages],
            attributes=messaging.sent(only, count=len(messages)),
        ):
            await sender.send(messages, longest_seconds=longest_seconds)
        crash_point("relay.after_send")
        await outbox.delete(connection, positions=list(rows))
        self._handoff.sent(messages)
        for topic, count in counts.items():
            metrics.MESSAGES_SENT.labels(topic).inc(count)
        self._reached_at = _now()

    async def _send_alone(self, connection: Connection, sender: Sender, position: int, message: OutboxMessage) -> None:
        """Send one row of a topic that failed, to find out whether it is the row that the broker will never accept."""
        try:
            await self._send(connection, sender, {position: message}, longest_seconds=CAREFUL_SEND_SECONDS)
        except TopicsFailedError as error:
            if not isinstance(error.cause, _PERMANENT_ERRORS):
                raise
            await outbox.mark_undeliverable(
                connection, position=position, reason=f"{type(error.cause).__name__}: {error.cause}"
            )
            metrics.OUTBOX_UNDELIVERABLE.labels(message.topic).inc()
            log.warning(
                "event.undeliverable",
                topic=message.topic,
                event_id=str(message.event_id),
                error=describe(error.cause),
                trace=message.trace,
            )
            self._blocked.reset(message.topic)
            raise  # a refused record leaves a gap in the producer's sequence: only a new producer can go on


def gathering_seconds(sent: int, *, took_seconds: float) -> float:
    """Return how long to let rows gather after a transaction of `sent` rows.

    A transaction costs the broker, the consumers and their databases as much as hundreds of rows. What follows one
    gathers for as long as that one took, so that relays leave half of a busy machine's time to what waits for them,
    and for longer after many rows, which will be followed by many. An event that comes alone finds nobody gathering.
    """
    after_many = max(0, sent - FEW_ROWS) * GATHERING_SECONDS_A_ROW
    return min(LONGEST_GATHERING_SECONDS, max(took_seconds, after_many))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _are_all(rows: OutboxRows, *, limit: int) -> bool:
    """Whether nothing else could be sent when `rows` were read; whoever has committed more since sets the event."""
    return len(rows) < limit and sum(len(message.payload) for message in rows.values()) < outbox.BATCH_BYTES
