"""Hours summed from KNMI's ten-minute collection: known within minutes, and replaced by the hourly figures later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from pydantic import SecretStr

from weather_svc.domain.blocks import NO_FIGURE, TRACE
from weather_svc.domain.hours import HourSpan, border_at, next_border
from weather_svc.domain.publication import EDR_TEN_MINUTE, Resolution
from weather_svc.reading.coverage_json import Values
from weather_svc.reading.refusal import UnreadableError
from weather_svc.sources.edr import EdrCollection, StatedHour
from weather_svc.sources.exchange import Exchange

_INTENSITY = "rg"
"""Of the rain gauge, in mm/h, the mean of the ten minutes that end at the label."""
_TEN_MINUTES = timedelta(minutes=10)
_AN_HOUR = 6
_MOST_MM_AN_HOUR = 500


def ten_minute_collection(*, exchange: Exchange, url: str, key: SecretStr) -> EdrCollection:
    """Return the collection of ten-minute means, read as hours."""
    return EdrCollection(
        exchange=exchange,
        url=url,
        key=key,
        data_set=EDR_TEN_MINUTE,
        resolution=Resolution.TEN_MINUTE,
        parameters=(_INTENSITY,),
        labels=_labels,
        hours_of=_hours_of,
    )


def _labels(hours: HourSpan) -> tuple[datetime, datetime]:
    return border_at(hours.first - 1) + _TEN_MINUTES, border_at(hours.last)


def _hours_of(values: Mapping[str, Values]) -> Iterator[StatedHour]:
    by_hour: dict[int, list[Decimal | None]] = {}
    for moment, value in values[_INTENSITY].items():
        if (moment - border_at(0)) % _TEN_MINUTES:
            raise UnreadableError("a mean is not of ten minutes")
        by_hour.setdefault(next_border(moment), []).append(value)
    for hour, means in by_hour.items():
        yield StatedHour(hour, _sum(means), 0)


def _sum(means: list[Decimal | None]) -> int:
    """Return the rain of an hour as in `Statement`; without a mean there is no figure. A negative mean is a trace."""
    measured = [mean for mean in means if mean is not None]
    if any(not -1 <= mean <= _MOST_MM_AN_HOUR for mean in measured):
        raise UnreadableError("a mean is outside of what can be measured")
    if len(measured) < _AN_HOUR:
        return NO_FIGURE
    millimetres = sum((max(mean, Decimal(0)) for mean in measured), Decimal(0)) / _AN_HOUR
    rounded = int((millimetres * 10).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    is_trace = not rounded and any(measured)
    return TRACE if is_trace else rounded
