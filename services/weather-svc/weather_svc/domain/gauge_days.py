"""Days of KNMI's manual gauges: read at 08:00 UTC, and named by the day of that reading, which is their end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from contracts.vocabulary import Network
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.hours import HourSpan, border_at
from weather_svc.domain.publication import Publication

READ_AT_HOUR = 8
HOURS_A_DAY = 24
_EPOCH_DAY = date(1970, 1, 1).toordinal()


class GaugeDay(NamedTuple):
    """The 24 hours up to a reading: `last_hour` is the hour that ends with it."""

    gauge: StationKey
    last_hour: int


@dataclass(frozen=True, slots=True)
class GaugePublication:
    """What a file says of days of manual gauges, in tenths of a millimetre; None is a day without a figure.

    `publication` says where it comes from and makes no statement about hours.
    """

    publication: Publication
    days: Mapping[GaugeDay, int | None]


def gauge(number: int) -> StationKey:
    """Return the key of a manual gauge: an automatic station may have the same number."""
    return StationKey(Network.GAUGE, number)


def last_hour_of(day: date) -> int:
    """Return the hour that ends with the reading of `day`."""
    return (day.toordinal() - _EPOCH_DAY) * HOURS_A_DAY + READ_AT_HOUR


def day_of(last_hour: int) -> date:
    """Return the day of the reading with which an hour ends."""
    return border_at(last_hour).date()


def days_touched(hours: HourSpan) -> range:
    """Return the last hour of every gauge day in which an hour of `hours` lies."""
    first, last = (hour + (READ_AT_HOUR - hour) % HOURS_A_DAY for hour in hours)
    return range(first, last + 1, HOURS_A_DAY)
