"""Measures what `/ready` and `/metrics` report, so that a question costs no server anything and is answered at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from chassis.errors import is_order_to_end
from chassis.telemetry.health import Problems
from chassis.telemetry.logs import report_held_back
from chassis.telemetry.trouble import Trouble, blame, is_away

LONGEST_MEASUREMENT_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0
"""However long a measurement takes, it is not older than this when the next one begins."""
STALE_SECONDS = 30.0
"""A finding this old says nothing: the watch was kept from working."""


class Watch:
    """Measures one thing again and again; what was found last can be read at any time.

    A measurement that fails or takes too long is a finding as well, so nothing that hangs stops the watch. What
    measures is at work for `most_of_the_time` at most: what takes long is measured less often than `every_seconds`, and
    once in `LONGEST_PAUSE_SECONDS` at least. What failed is measured again after `every_seconds`, whatever it took.
    One that `leaves_absence_to_others` is no trouble while a server is away: it looks too seldom to know since when.
    """

    def __init__(
        self,
        name: str,
        measure: Callable[[], Awaitable[Problems]],
        *,
        every_seconds: float,
        longest_seconds: float = LONGEST_MEASUREMENT_SECONDS,
        most_of_the_time: float = 1.0,
        leaves_absence_to_others: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.trouble = Trouble(name)
        self._leaves_absence_to_others = leaves_absence_to_others
        self._measure = measure
        self._every_seconds = every_seconds
        self._longest_seconds = longest_seconds
        self._most_of_the_time = most_of_the_time
        self._monotonic = monotonic
        self._found: Problems = {name: "has not been measured yet"}
        self._measured_at = self._found_at = monotonic()
        self._under_way: asyncio.Task[Problems] | None = None

    async def run(self) -> None:
        """Measure until cancelled: a stop does not wait for a server that hangs."""
        try:
            while True:
                began = self._monotonic()
                await self.measure_once()
                took = self._measured_at - began  # negative when it failed or was cut off
                report_held_back()
                rest = min(took / self._most_of_the_time, LONGEST_PAUSE_SECONDS)
                await asyncio.sleep(max(self._every_seconds, rest))
        finally:
            if self._under_way is not None:
                self._under_way.cancel()

    async def measure_once(self) -> None:
        """Measure now, within a time limit that holds even if what measures does not let itself be cancelled."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.ensure_future(self._measured())
        done, _ = await asyncio.wait([self._under_way], timeout=self._longest_seconds)
        if done and not self._under_way.cancelled():
            self._found = self._under_way.result()
        else:  # or it had taken too long before, and its end has come only now
            self._under_way.cancel()
            self._found = {self.name: f"has not answered within {self._longest_seconds:.0f} s"}
        self._found_at = self._monotonic()

    async def _measured(self) -> Problems:
        try:
            found = await self._measure()
        except BaseException as error:
            if is_order_to_end(error):
                raise
            if not (self._leaves_absence_to_others and is_away(error)):
                self.trouble.failed(error)
            return {self.name: f"does not answer: {blame(error)}"}
        self.trouble.recovered()
        self._measured_at = self._monotonic()
        return found

    @property
    def age_seconds(self) -> float:
        """How old the last measurement is that succeeded."""
        return self._monotonic() - self._measured_at

    def problems(self) -> Problems:
        """Return what was found last, or that this is too long ago."""
        if (seconds := self._monotonic() - self._found_at) > STALE_SECONDS:
            return {self.name: f"was last measured {seconds:.0f} s ago"}
        return self._found
