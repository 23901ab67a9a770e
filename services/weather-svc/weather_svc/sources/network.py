"""The stations of a register as sources ask for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from contracts.rain_stations import StationPeriod
from weather_svc.domain.hours import HourSpan, border_at


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
