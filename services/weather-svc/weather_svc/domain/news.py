"""Whether an answer that was worked out again must be published again, and what of it KNMI corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from contracts.vocabulary import Station
from contracts.weather import CorrectedHour, HourlySeries
from weather_svc.domain.assessment import Conclusion
from weather_svc.domain.hours import border_at, last_border

_MOST_NAMED = 200
"""More corrected hours of an answer are not named one by one; its hours tell them."""


def is_news(new: Conclusion, *, previous: Conclusion) -> bool:
    """Whether `new` must be published after `previous`, both about the same question and stations.

    Until an answer is final every hour that comes is news. A final one holds whatever the open hours turn out to be:
    only another verdict or reason, a cloudburst or recent rain that becomes known, or a corrected figure is news.
    Another quality or source alone never is, nor is another time by which open hours are settled.
    """
    if _said(new) != _said(previous):
        return True
    series = [(after.hours, before.hours) for after, before in zip(new.measured, previous.measured, strict=True)]
    if not previous.final:
        return any(after.tenths_mm != before.tenths_mm for after, before in series)
    return any(True for after, before in series for _ in _corrections(after, before=before))


def corrected_hours(
    new: Sequence[tuple[Station, HourlySeries]], *, previous: Mapping[int, HourlySeries]
) -> tuple[CorrectedHour, ...]:
    """Return the hours that had another figure in the answer before, whose stations go by number, at most 200."""
    corrected = (
        CorrectedHour(station=station, hour_ends_at=border_at(hour), was_tenths_mm=was, is_tenths_mm=becomes)
        for station, after in new
        if station.number in previous
        for hour, was, becomes in _corrections(after, before=previous[station.number])
    )
    return tuple(islice(corrected, _MOST_NAMED))


def _said(conclusion: Conclusion) -> tuple[object, ...]:
    stations = [
        (
            station.cloudburst,
            station.recent_rain,
            [(reading.establishment, reading.undetermined_reason) for reading in station.readings],
        )
        for station in conclusion.measured
    ]
    return conclusion.readings, conclusion.final, conclusion.cloudburst, conclusion.recent_rain, stations


def _corrections(after: HourlySeries, *, before: HourlySeries) -> Iterator[tuple[int, int, int | None]]:
    """Yield the hours whose figure is not the one that was known, with both."""
    known = dict(enumerate(before.tenths_mm, start=last_border(before.first_hour_ends_at)))
    for hour, becomes in enumerate(after.tenths_mm, start=last_border(after.first_hour_ends_at)):
        was = known.get(hour)
        if was is not None and was != becomes:
            yield hour, was, becomes
