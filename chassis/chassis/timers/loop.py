"""Fires durable timers: a due timer's removal and its handler's effects are one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from chassis.backoff import Backoff, pause
from chassis.crash_points import crash_point
from chassis.database import Connection
from chassis.errors import HandlerBrokenError, is_order_to_end, is_overload, is_transient
from chassis.telemetry import metrics
from chassis.telemetry.trouble import Trouble
from chassis.timers import timer_table
from chassis.timers.clock_guard import ClockGuard
from chassis.timers.timer_table import LONGEST_SLEEP_SECONDS, DueTimer
from chassis.unit_of_work import Work, WorkFactory

log = structlog.get_logger(__name__)

BATCH_TIMERS = 500
SHORTEST_SLEEP_SECONDS = 0.2
"""A due timer that is not ours is locked by another instance: look again, but not at once."""
FIRST_POSTPONEMENT = timedelta(seconds=10)
LONGEST_POSTPONEMENT = timedelta(hours=1)


@dataclass(frozen=True)
class TimerHandler:
    """A service acts when timers of `kind` are due, up to `at_once` in one transaction.

    A `reversible` one fires also while the clock is in doubt: what it does early is mended later, or does no harm.
    """

    kind: str
    handle: Callable[[Sequence[DueTimer], Work], Awaitable[None]]
    reversible: bool = False
    at_once: int = BATCH_TIMERS


@dataclass(frozen=True)
class _Look:
    """The kinds of which timers are due, and how long to sleep when none of them can be fired."""

    due: Sequence[str]
    seconds_to_sleep: float


class TimerLoop:
    """Fires the timers of one service. Several instances share them."""

    def __init__(
        self,
        handlers: Sequence[TimerHandler],
        *,
        work: WorkFactory,
        guard: ClockGuard,
        changed: asyncio.Event,
        stopping: asyncio.Event,
    ) -> None:
        self._handlers = {handler.kind: handler for handler in handlers}
        self._reversible = [handler.kind for handler in handlers if handler.reversible]
        self._work = work
        self._guard = guard
        self._changed = changed
        self._stopping = stopping
        self.trouble = Trouble("timers")

    async def run(self) -> None:
        """Fire what is due, sleep until more is; wait out every outage."""
        backoff = Backoff(self._stopping)
        while not self._stopping.is_set():
            try:
                self._changed.clear()
                with self.trouble.attempt():
                    look = await self._look()
                    fired = await self._fire(look.due)
                backoff.reset()
                self.trouble.recovered()
            except Exception as error:
                if not is_transient(error):
                    raise
                metrics.RETRIES.labels("timers").inc()
                self.trouble.failed(error)
                await backoff.wait()
            else:
                await pause(self._changed, 0.0 if fired else look.seconds_to_sleep)

    async def fire_due(self) -> int:
        """Fire a batch of due timers of each kind; return how many were due."""
        return await self._fire((await self._look()).due)

    async def _look(self) -> _Look:
        """Find out what is due, by one statement when nothing is."""
        async with self._work.connection() as connection:
            database_now, first = await timer_table.first_due(connection, kinds=list(self._handlers))
            now = self._work.clock.reading(database_now)
            kinds = await self._kinds_that_may_fire(now, connection)
            if len(kinds) < len(self._handlers):
                _, first = await timer_table.first_due(connection, kinds=kinds)
            if first is None:
                return _Look((), LONGEST_SLEEP_SECONDS)
            due: Sequence[str] = ()
            if first <= now:
                due = await timer_table.due_kinds(connection, kinds=kinds, now=now, among=BATCH_TIMERS)
        return _Look(due, min(max((first - now).total_seconds(), SHORTEST_SLEEP_SECONDS), LONGEST_SLEEP_SECONDS))

    async def _fire(self, due: Sequence[str]) -> int:
        """Fire each kind in a transaction of its own: together, their handlers' locks would follow no order."""
        return sum([await self._fire_kind(self._handlers[kind]) for kind in due])

    async def _fire_kind(self, handler: TimerHandler) -> int:
        timers: Sequence[DueTimer] = ()
        try:
            async with self._work.transaction() as work:
                timers = await self._pop_due(handler, work)
                if timers:
                    await handler.handle(timers, work)
                    crash_point("timers.before_commit")
        except BaseException as error:
            if _concerns_no_timer(error) or not timers:
                raise
            for timer in timers:
                await self._fire_alone(timer)
            return len(timers)
        metrics.TIMERS_FIRED.labels(handler.kind, "fired").inc(len(timers))
        return len(timers)

    async def _pop_due(self, handler: TimerHandler, work: Work) -> Sequence[DueTimer]:
        if handler.kind not in await self._kinds_that_may_fire(work.now, work.connection):
            return ()
        return await timer_table.pop_due(work.connection, kind=handler.kind, now=work.now, limit=handler.at_once)

    async def _kinds_that_may_fire(self, now: datetime, connection: Connection) -> Sequence[str]:
        return list(self._handlers) if await self._guard.trusts(now, connection) else self._reversible

    async def _fire_alone(self, timer: DueTimer) -> None:
        """Fire one timer of a batch that failed; postpone it when it is the one that fails."""
        try:
            async with self._work.transaction() as work:
                if await timer_table.pop(work.connection, timer=timer, now=work.now):
                    await self._handlers[timer.kind].handle([timer], work)
        except BaseException as error:
            if _concerns_no_timer(error):
                raise
            wait = min(FIRST_POSTPONEMENT * 2 ** min(timer.attempts, 10), LONGEST_POSTPONEMENT)
            metrics.TIMERS_FIRED.labels(timer.kind, "failed").inc()
            log.exception("timer.failed", kind=timer.kind, attempts=timer.attempts + 1, trace=timer.trace)
            async with self._work.transaction() as work:
                await timer_table.postpone(
                    work.connection, timer=timer, until=work.now + wait, failure=type(error).__qualname__
                )
        else:
            metrics.TIMERS_FIRED.labels(timer.kind, "fired").inc()


def _concerns_no_timer(error: BaseException) -> bool:
    """Whether the cause lies outside the timers that are due; one that waits for a lock must not delay the rest."""
    if isinstance(error, HandlerBrokenError) or is_order_to_end(error):
        return True
    return is_transient(error) and not is_overload(error)
