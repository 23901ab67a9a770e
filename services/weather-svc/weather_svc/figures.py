"""Sets the gauges of how new the rain is that is known of each station."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from chassis.database import Connection
from contracts.rain_stations import StationPeriod
from contracts.vocabulary import Network
from weather_svc import metrics
from weather_svc.domain.blocks import BLOCK_HOURS, NO_FIGURE
from weather_svc.domain.hours import border_at
from weather_svc.registers import counting_periods
from weather_svc.repository import station_figures, stations

LATE_AFTER: Final = timedelta(hours=3)
"""KNMI publishes the figure of an hour within the next one, and it is asked for ten minutes later."""
_BLOCKS: Final = 2
"""A new block may have begun without a figure. A station that was silent for six weeks is as late as one can be."""


class StationFreshness:
    """Measures the stations that measure rain by the register that counts; it is read again when another one does."""

    def __init__(self) -> None:
        self._sha256: str | None = None
        self._periods: Sequence[StationPeriod] = ()

    async def measure(self, connection: Connection, now: datetime) -> None:
        """Set the newest hour of each station that measures at present, and how many of them are late."""
        await self._follow_register(connection)
        numbers = {period.station.number for period in self._periods if period.measured_during(now, now)}
        blocks = await station_figures.newest_blocks(connection, network=Network.AWS, numbers=numbers, blocks=_BLOCKS)
        newest = {number: newest_hour(found) for number, found in blocks.items()}
        metrics.NEWEST_HOUR_TIMESTAMP_SECONDS.clear()  # one that measures no more, or lost its hours, leaves no old one
        late = 0
        for number in numbers:
            hour = newest.get(number)
            if hour is not None:
                metrics.NEWEST_HOUR_TIMESTAMP_SECONDS.labels(str(number)).set(border_at(hour).timestamp())
            late += hour is None or border_at(hour) < now - LATE_AFTER
        metrics.STATIONS_LATE.set(late)

    async def _follow_register(self, connection: Connection) -> None:
        sha256 = await stations.newest_sha256(connection)
        if self._periods and sha256 == self._sha256:
            return
        self._sha256 = sha256
        periods = await counting_periods(connection)
        self._periods = [period for period in periods if period.station.network is Network.AWS]


def newest_hour(blocks: Mapping[int, array[int]]) -> int | None:
    """Return the newest hour with a figure in these blocks, by their number; None when none has any."""
    for block in sorted(blocks, reverse=True):
        figures = blocks[block]
        for place in range(BLOCK_HOURS - 1, -1, -1):
            if figures[place] > NO_FIGURE:
                return block * BLOCK_HOURS + place
    return None
