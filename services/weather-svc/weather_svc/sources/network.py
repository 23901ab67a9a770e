"""The stations of the register that counts, as sources ask for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from chassis.database import Connection
from contracts.rain_stations import StationPeriod, read_register, register_bytes
from weather_svc.domain.hours import HourSpan, border_at
from weather_svc.repository import stations


async def station_periods(connection: Connection) -> Sequence[StationPeriod]:
    """Return the lines of the register that counts; of the shipped one while none is recorded."""
    newest = await stations.newest(connection)
    return _read(register_bytes() if newest is None else newest.content)


_read = lru_cache(maxsize=2)(read_register)


def measuring(
    periods: Iterable[StationPeriod], *, hours: HourSpan, left_out: Collection[int] = ()
) -> Mapping[int, str]:
    """Return the stations that measured rain at any time of `hours`, each with its WIGOS id, but those left out."""
    begin, end = border_at(hours.first - 1), border_at(hours.last)
    return {
        period.station.number: period.wigos_id
        for period in periods
        if period.from_at is not None
        and period.from_at < end
        and (period.until_at is None or period.until_at > begin)
        and period.station.number not in left_out
    }
