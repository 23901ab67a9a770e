"""The unit of work: what a handler reads, changes, publishes and schedules becomes true in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from aiokafka import ConsumerRecord

from chassis.clock import Clock, elapsed_seconds
from chassis.database import ACQUIRE_TIMEOUT_SECONDS, NO_CONNECTION, Connection, Pool
from chassis.errors import DatabaseUnavailableError, HandlerBrokenError, describe, is_refusal, places_of
from chassis.publishing import outbox
from chassis.publishing.handoff import Handoff
from chassis.telemetry.tracing import Trace, Tracing
from chassis.timers import timer_table
from chassis.timers.timer_table import DueTimer, Timer
from contracts.catalogue import Catalogue
from contracts.dead_letters import MessageDeadLettered
from contracts.topic import Event, Topic

log = structlog.get_logger(__name__)

__all__ = ["DueTimer", "Refusal", "Timer", "Trace", "Work", "WorkFactory"]

_NEXT_LOOK_AT_TIMERS = timedelta(seconds=timer_table.LONGEST_SLEEP_SECONDS)


class Refusable(Protocol):
    """What a refusal needs of a delivery, which belongs to a layer above this one."""

    @property
    def source(self) -> str: ...

    @property
    def event_id(self) -> str: ...

    @property
    def record(self) -> ConsumerRecord[bytes, bytes]: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """A delivery that a handler refused, and why: `field` is what of the event is wrong, or `record`."""

    delivery: Refusable
    code: str
    reason: str
    field: str


class Work:
    """A unit of work: the transaction a handler works in. Never commit it: it commits when the handler returns."""

    def __init__(
        self,
        connection: Connection,
        *,
        now: datetime,
        service: str,
        catalogue: Catalogue,
        tracing: Tracing,
        timer_kinds: frozenset[str],
    ) -> None:
        self.connection = connection
        self.now = now
        self._timer_kinds = timer_kinds
        self._service = service
        self._catalogue = catalogue
        self._tracing = tracing
        self._outbox_messages: list[outbox.OutboxMessage] = []
        self._scheduled: list[Timer] = []
        self._after_commit: list[Callable[[], None]] = []
        self._after_rollback: list[Callable[[], None]] = []
        self._refusals: list[Refusal] = []

    def publish(self, *events: Event, trace: Trace | None) -> None:
        """Publish `events` on their topics once this work is committed, as consequences of what `trace` stands for.

        Events of one key leave in the order in which their transactions published them, provided the handler holds the
        row lock of what the key names. Raises `UnprocessableMessage` for an event its topic cannot hold.
        """
        for event in events:
            topic = self._catalogue.topic_of(type(event))
            if topic is None:
                raise HandlerBrokenError(f"{type(event).__name__} has no topic; declare one beside it in contracts")
            self.publish_to(topic, event, trace=trace)

    @property
    def dead_letter_topic(self) -> Topic[MessageDeadLettered]:
        """The topic for what this service cannot process."""
        topic = self._catalogue.dead_letters_of(self._service)
        if topic is None:
            raise HandlerBrokenError(f"{self._service} has no topic for its dead letters; declare one in contracts")
        return topic

    def publish_to(self, topic: Topic[Any], event: Event, *, trace: Trace | None) -> None:
        """Publish `event` on `topic`, for the kinds of event that have more than one topic."""
        self._outbox_messages.append(
            outbox.prepare(
                topic, event, service=self._service, occurred_at=self.now, trace=trace, tracing=self._tracing
            )
        )

    def schedule(self, *timers: Timer) -> None:
        """Let each timer fire when it is due, at once if it is already; the same kind and key again moves it."""
        for timer in timers:
            if timer.kind not in self._timer_kinds:
                raise HandlerBrokenError(
                    f"{self._service} has no TimerHandler for timers of kind {timer.kind!r}; add one to its timers"
                )
        self._scheduled.extend(timers)

    async def cancel(self, kind: str, keys: Iterable[str]) -> None:
        """Let these timers not fire any more. One that fires just now may still do so."""
        cancelled = set(keys)
        self._scheduled = [timer for timer in self._scheduled if timer.kind != kind or timer.key not in cancelled]
        await timer_table.delete(self.connection, kind=kind, keys=sorted(cancelled))

    def refuse(self, delivery: Refusable, *, code: str, reason: str, field: str = "record") -> None:
        """Dead-letter `delivery` in this work, whose other effects remain: for what its contents alone forbid.

        `code` is stable, `reason` tells the people who sent it what to change, in `field` of the event. Unlike
        `UnprocessableMessage` this costs the rest of the batch nothing. The handler must leave a delivery that it
        refuses without effect.
        """
        self._refusals.append(Refusal(delivery, code, reason, field))

    @property
    def refusals(self) -> Sequence[Refusal]:
        """What was refused, in that order."""
        return self._refusals

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the work is committed, and never if it is rolled back.

        For log lines, metrics and what goes on in memory. A process that dies in between never calls it, so whatever
        depends on it must also be found in the database.
        """
        self._after_commit.append(call)

    def after_rollback(self, call: Callable[[], None]) -> None:
        """Call this when the work is rolled back, or nobody knows whether it was committed: to give back what it held.

        `call` must not raise.
        """
        self._after_rollback.append(call)

    def committed(self) -> None:
        """Call what waited for the commit, in the order in which it was given.

        One that fails is logged: what is committed must not look as if it had failed.
        """
        for call in self._after_commit:
            try:
                call()
            except Exception as error:  # noqa: BLE001 - the work is done, whatever becomes of telling it
                log.error("after_commit.failed", places=places_of(error))  # noqa: TRY400 - a text may repeat data

    def rolled_back(self) -> None:
        """Call what waited for the rollback."""
        for call in self._after_rollback:
            call()

    @property
    def published(self) -> Sequence[outbox.OutboxMessage]:
        """What the relay has to send once this is committed."""
        return self._outbox_messages

    def has_scheduled(self, *, until: datetime) -> bool:
        """Whether this sets a timer that is due by then."""
        return any(timer.due_at <= until for timer in self._scheduled)

    async def flush(self) -> None:
        """Write what was published and scheduled into this transaction."""
        if self._outbox_messages:
            await outbox.insert(self.connection, messages=self._outbox_messages)
        if self._scheduled:
            await timer_table.upsert(self.connection, timers=self._scheduled)


@dataclass(frozen=True, kw_only=True)
class WorkFactory:
    """Opens units of work and wakes the relay and the timers when one has committed something for them."""

    pool: Pool
    clock: Clock
    service: str
    catalogue: Catalogue
    tracing: Tracing
    timer_kinds: frozenset[str]
    handoff: Handoff
    timers_changed: asyncio.Event
    gate: asyncio.Semaphore | None = None

    def limited(self, *, connections: int) -> WorkFactory:
        """Return one that uses so many connections at once and leaves the others of the pool to everybody else."""
        return replace(self, gate=asyncio.Semaphore(connections))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Use a connection without a transaction.

        Raises:
            DatabaseUnavailableError: there is none.
        """
        async with AsyncExitStack() as stack:
            if self.gate is not None:
                await stack.enter_async_context(self.gate)
            try:
                connection = await stack.enter_async_context(self.pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS))
            except NO_CONNECTION as error:
                raise DatabaseUnavailableError(f"no connection: {describe(error)}") from error
            yield connection

    @asynccontextmanager
    async def transaction(
        self, *, first: Callable[[Connection], Awaitable[datetime]] | None = None
    ) -> AsyncIterator[Work]:
        """Begin a transaction; commit it with everything published and scheduled, or roll all of it back.

        `first` runs the first statement, which asks for `now()` beside what it does, and returns the clock's reading.
        Without it a statement asks for nothing else: a round trip more.

        Raises:
            DatabaseUnavailableError: there is no connection to begin it on.
        """
        work: Work | None = None
        asked_to_commit = False
        began = elapsed_seconds()
        try:
            async with self.connection() as connection, connection.transaction():
                work = Work(
                    connection,
                    now=await (first or self.clock.now)(connection),
                    service=self.service,
                    catalogue=self.catalogue,
                    tracing=self.tracing,
                    timer_kinds=self.timer_kinds,
                )
                yield work
                await work.flush()
                if work.published and not self.handoff.has_relay:
                    await outbox.notify(connection)
                asked_to_commit = True
        except BaseException as error:
            if work is not None:
                work.rolled_back()
            if asked_to_commit and not is_refusal(error):
                # It may be committed all the same: an answer can be lost, and a task cancelled behind its commit.
                self.handoff.changed.set()
                self.timers_changed.set()
            raise
        if work.published:
            self.handoff.committed(work.published)
        work.committed()
        # A look costs a round trip, and the timers are looked at so often anyway: only what is due before then is told.
        elapsed = timedelta(seconds=elapsed_seconds() - began)
        if work.has_scheduled(until=work.now + elapsed + _NEXT_LOOK_AT_TIMERS):
            self.timers_changed.set()
