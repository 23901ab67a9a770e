"""What the nearest manual gauge collected, beside an answer that the stations cannot give without doubt.

It is labelled as what it is and binds nobody: no verdict follows from it, and another one is no news.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from heapq import nsmallest
from typing import NamedTuple

from contracts.rain_gauges import ManualGauge, manual_gauges
from contracts.vocabulary import Establishment, Location
from contracts.weather import SecondOpinion
from weather_svc.domain.assessment import Conclusion, Inquiry
from weather_svc.domain.gauge_days import HOURS_A_DAY, GaugeDay, day_of, days_touched, gauge
from weather_svc.domain.hours import HourSpan, border_at, last_border
from weather_svc.domain.sphere import Direction, direction_of, distance_metres
from weather_svc.domain.stations import NearStation

_WITHIN_METRES = 20_000
"""The mean distance from a home to the nearest automatic station is 15 km: one much farther away says less than it."""
_WITHIN_LATITUDE, _WITHIN_LONGITUDE = 180_000, 320_000
"""Microdegrees: no less than these metres anywhere south of 55° north."""
_CELL_MICRODEGREES = 50_000
_HOUR = timedelta(hours=1)
_ASKED_GAUGES = 5
"""The nearest may have no figure yet: KNMI publishes them some eight weeks later, and volunteers go on holiday."""


class Sought(NamedTuple):
    """The gauges that are asked for a second opinion, the nearest first, and the last hour of each day."""

    near: Sequence[NearStation]
    last_hours: range

    @property
    def days(self) -> Sequence[GaugeDay]:
        return [GaugeDay(gauge(near.station.number), last_hour) for near in self.near for last_hour in self.last_hours]


def is_wanted(conclusion: Conclusion) -> bool:
    """Whether a second opinion stands beside the answer: waiting does not help, or hours are in doubt."""
    if any(measured.hours.in_doubt for measured in conclusion.measured):
        return True
    return conclusion.final and any(
        reading.establishment is Establishment.UNDETERMINED for reading in conclusion.readings
    )


def seek(inquiry: Inquiry, conclusion: Conclusion, *, gauges: Iterable[ManualGauge]) -> Sought:
    """Return whom to ask about which days: those that the windows touch which decide, and the hours in doubt."""
    last_hours = days_touched(_deciding_hours(conclusion) or _hours_before_loss(inquiry.question.loss))
    first, last = day_of(last_hours[0]), day_of(last_hours[-1])
    in_use = [each for each in gauges if _is_read(each, first=first, last=last)]
    return Sought(_nearest(in_use, home=inquiry.request.home), last_hours)


def second_opinion(sought: Sought, collected: Mapping[GaugeDay, int]) -> SecondOpinion | None:
    """Return what the nearest gauge collected that has a figure for every day; None when none has."""
    for near in sought.near:
        key = gauge(near.station.number)
        tenths_mm = tuple(collected.get(GaugeDay(key, last_hour)) for last_hour in sought.last_hours)
        if None not in tenths_mm:
            return SecondOpinion(
                station=near.station,
                distance_metres=near.distance_metres,
                first_day_ends_at=border_at(sought.last_hours[0]),
                tenths_mm=tenths_mm,
            )
    return None


def _deciding_hours(conclusion: Conclusion) -> HourSpan | None:
    """Return the hours from the first to the last that a reported window holds, or that are in doubt."""
    spans: list[tuple[datetime, datetime]] = []
    for measured in conclusion.measured:
        spans += [
            (window.starts_at + _HOUR, window.ends_at)
            for reading in measured.readings
            for window in reading.windows
            if window.starts_at and window.ends_at
        ]
        spans += [(doubt.first_hour_ends_at, doubt.last_hour_ends_at) for doubt in measured.hours.in_doubt]
    if not spans:
        return None
    return HourSpan(last_border(min(first for first, _ in spans)), last_border(max(last for _, last in spans)))


def _hours_before_loss(loss: HourSpan) -> HourSpan:
    return HourSpan(loss.first - HOURS_A_DAY, loss.last)


def gauges_around(home: Location) -> Sequence[ManualGauge]:
    """Return every gauge that is near enough to a home to be asked, and a few that are not: fifteen of 330."""
    return _around(home.latitude_microdegrees // _CELL_MICRODEGREES, home.longitude_microdegrees // _CELL_MICRODEGREES)


@lru_cache(maxsize=4_096)
def _around(row: int, column: int) -> Sequence[ManualGauge]:
    south, west = row * _CELL_MICRODEGREES, column * _CELL_MICRODEGREES
    return [
        each
        for each in manual_gauges()
        if -_WITHIN_LATITUDE <= each.station.latitude_microdegrees - south <= _CELL_MICRODEGREES + _WITHIN_LATITUDE
        and -_WITHIN_LONGITUDE <= each.station.longitude_microdegrees - west <= _CELL_MICRODEGREES + _WITHIN_LONGITUDE
    ]


def _is_read(each: ManualGauge, *, first: date, last: date) -> bool:
    return each.read_from <= first and (each.read_until is None or last <= each.read_until)


def _nearest(gauges: Iterable[ManualGauge], *, home: Location) -> Sequence[NearStation]:
    here = direction_of(
        latitude_microdegrees=home.latitude_microdegrees, longitude_microdegrees=home.longitude_microdegrees
    )
    near = (NearStation(each.station, distance_metres(here, _direction(each))) for each in gauges)
    within = (each for each in near if each.distance_metres <= _WITHIN_METRES)
    return nsmallest(_ASKED_GAUGES, within, key=lambda each: (each.distance_metres, each.station.number))


@cache
def _direction(each: ManualGauge) -> Direction:
    return direction_of(
        latitude_microdegrees=each.station.latitude_microdegrees,
        longitude_microdegrees=each.station.longitude_microdegrees,
    )
