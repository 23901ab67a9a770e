"""Counts in tables what operators must know: seldom, by statements of its own, never in the way of a message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from chassis.consuming import dead_letters
from chassis.database import Connection
from chassis.telemetry import metrics
from chassis.telemetry.health import Problems
from chassis.timers import timer_table
from chassis.unit_of_work import WorkFactory

Measure: TypeAlias = Callable[[Connection, datetime], Awaitable[None]]
"""Sets gauges of a service from its tables, given the present moment by the service's clock."""

EVERY_SECONDS = 30.0
MOST_OF_THE_TIME = 0.01
"""Tables grow: what takes longer is measured less often."""
OTHER_KIND = "other"


class TableFigures:
    """Every process of a service measures for itself: what is in the tables is the same for all of them."""

    def __init__(
        self,
        measures: Sequence[Measure],
        *,
        work: WorkFactory,
        consumers: Collection[str],
        timer_kinds: Collection[str],
    ) -> None:
        self._measures = (self._dead_letters, self._timers, *measures)
        self._work = work
        self._consumers = consumers
        self._timer_kinds = timer_kinds

    async def measure(self) -> Problems:
        """Set all gauges; nothing that is found is a problem of this process."""
        async with self._work.connection() as connection:
            now = await self._work.clock.now(connection)
            for measure in self._measures:
                await measure(connection, now)
        return {}

    async def _dead_letters(self, connection: Connection, _: datetime) -> None:
        found = await dead_letters.count_open(connection)
        for consumer in self._consumers:
            metrics.DEAD_LETTERS_OPEN.labels(consumer).set(found.get(consumer, 0))

    async def _timers(self, connection: Connection, now: datetime) -> None:
        found = await timer_table.overdue(connection, now=now)
        for kind, count in self._by_kind(found).items():
            metrics.TIMERS_OVERDUE.labels(kind).set(count)
        oldest = min((since for _, since in found.values()), default=now)
        metrics.TIMERS_OLDEST_OVERDUE_SECONDS.set((now - oldest).total_seconds())

    def _by_kind(self, found: Mapping[str, tuple[int, datetime]]) -> Mapping[str, int]:
        """Return a number for every kind that is handled, and one for all others: nobody fires those."""
        counts = dict.fromkeys((*self._timer_kinds, OTHER_KIND), 0)
        for kind, (count, _) in found.items():
            counts[kind if kind in counts else OTHER_KIND] += count
        return counts
