"""Whether a rainfall answer agrees with the hours it carries: part of verifying a proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from claims_svc.domain.product import RainQuestion
from contracts.vocabulary import Establishment, LossInterval, Truth, WindowReading
from contracts.weather import HourlySeries, RainfallAssessed, StationAssessment, WindowAssessment

_HOUR = timedelta(hours=1)


def discrepancies(assessed: RainfallAssessed, *, loss: LossInterval, question: RainQuestion) -> list[str]:
    """Return where the answer contradicts its own hours or the question, one sentence each."""
    wrong = [_named(station, found) for station in assessed.stations for found in _at(station, loss, question)]
    certain = assessed.establishment is not Establishment.UNDETERMINED
    if certain and any(station.establishment is not assessed.establishment for station in assessed.stations):
        wrong.append("the answer is certain, but not every station gives it")
    return wrong


def _at(station: StationAssessment, loss: LossInterval, question: RainQuestion) -> Iterator[str]:
    asked = {(threshold.within_hours, threshold.at_least_tenths_mm) for threshold in question.thresholds}
    if {(window.within_hours, window.at_least_tenths_mm) for window in station.windows} != asked:
        yield "the thresholds are not those of the product"
    reached = any(window.establishment is Establishment.ESTABLISHED for window in station.windows)
    if reached != (station.establishment is Establishment.ESTABLISHED):
        yield "the station's answer is not that of its windows"
    hours = _by_end(station.hours)
    for window in station.windows:
        yield from (f"{window.within_hours} hours: {found}" for found in _in(window, hours, loss, question))
    burst = question.cloudburst
    if station.cloudburst is Truth.TRUE and all(
        _known_sum(hours, ends_at=end, length=burst.within_hours) < burst.at_least_tenths_mm for end in hours
    ):
        yield "no hours of a cloudburst are there"


def _in(
    window: WindowAssessment, hours: Mapping[datetime, int | None], loss: LossInterval, question: RainQuestion
) -> Iterator[str]:
    best = window.best_sum_tenths_mm
    established = window.establishment is Establishment.ESTABLISHED
    if best is None or window.starts_at is None or window.ends_at is None:
        if established:
            yield "established without any measured hour"
        return
    if window.ends_at - window.starts_at != _HOUR * window.within_hours:
        yield "the window is not as long as it says"
    if _known_sum(hours, ends_at=window.ends_at, length=window.within_hours) != best:
        yield "the hours do not add up to the sum"
    if established != (best >= window.at_least_tenths_mm):
        yield "the sum and the threshold give another answer"
    if question.reading is WindowReading.CONTAINS_LOSS and _highest(hours, window.within_hours, loss) > best:
        yield "another window that contains the loss has a higher sum"


def _highest(hours: Mapping[datetime, int | None], length: int, loss: LossInterval) -> int:
    """Return the highest sum of the windows that contain the loss however its hour's border is read."""
    ends = (end for end in hours if end - _HOUR * length < loss.from_at and loss.until_at < end)
    return max((_known_sum(hours, ends_at=end, length=length) for end in ends), default=0)


def _known_sum(hours: Mapping[datetime, int | None], *, ends_at: datetime, length: int) -> int:
    return sum(hours.get(ends_at - _HOUR * back) or 0 for back in range(length))


def _by_end(series: HourlySeries) -> dict[datetime, int | None]:
    return {series.first_hour_ends_at + _HOUR * place: figure for place, figure in enumerate(series.tenths_mm)}


def _named(station: StationAssessment, found: str) -> str:
    return f"station {station.station.number}: {found}"
