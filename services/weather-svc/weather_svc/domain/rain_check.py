"""Whether the rain near a place was enough, asked about no claim: the question, and how sure the answer is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from contracts.claims import RainfallRequested
from contracts.rain_terms import CURRENT_VERSION, RAIN_QUESTIONS
from contracts.vocabulary import Location, LossInterval
from contracts.weather import (
    DoubtKind,
    HourlySeries,
    PassedOverReason,
    Quality,
    RainfallAssessed,
    StationAssessment,
    WindowAssessment,
)
from weather_svc.domain.hours import border_at, last_border

PRODUCT_VERSION: Final = CURRENT_VERSION
_NO_CLAIM: Final = UUID(int=0)
_HOUR = timedelta(hours=1)
_AROUND = timedelta(hours=12)


def question_about(home: Location, loss: LossInterval) -> RainfallRequested:
    """Return what claims-svc would ask about such a loss, of both kinds of water."""
    rain = RAIN_QUESTIONS[PRODUCT_VERSION]
    return RainfallRequested(
        claim_id=_NO_CLAIM,
        request_version=1,
        loss=loss,
        home=home,
        network=rain.network,
        readings=(rain.surface_water, rain.groundwater),
        thresholds=rain.thresholds,
        cloudburst=rain.cloudburst,
        recent_rain=rain.recent_rain,
        interval_in_favour_hours=rain.interval_in_favour_hours,
        most_in_an_hour_tenths_mm=rain.most_in_an_hour_tenths_mm,
    )


class Confidence(NamedTuple):
    """How sure an answer is, in parts and never as one number; about the nearest station, that of the first reading.

    `margin_tenths_mm` is how far the window nearest to its threshold lies above it, or below (negative); None without a
    sum. `halfway_metres` is how far the home lies from the line beyond which the next station is the nearest.
    """

    margin_tenths_mm: int | None
    margin_within_hours: int | None
    halfway_metres: int | None
    missing_hours: int
    lost_hours: int
    suspect_hours: int
    quality: Quality | None
    doubts: Sequence[DoubtKind]


def confidence_in(answer: RainfallAssessed) -> Confidence:
    """Return how sure `answer`, which has a station, is."""
    nearest = answer.stations[0]
    window = _closest(nearest)
    of_kind = _hours_in_doubt(nearest.hours)
    lost = of_kind.pop(DoubtKind.LOST, 0)
    halfway = (other.halfway_metres for other in answer.passed_over if other.reason is PassedOverReason.FARTHER)
    return Confidence(
        margin_tenths_mm=margin_of(window) if window else None,
        margin_within_hours=window.within_hours if window else None,
        halfway_metres=0 if len(answer.stations) > 1 else next(halfway, None),
        missing_hours=sum(tenths_mm is None for tenths_mm in nearest.hours.tenths_mm),
        lost_hours=lost,
        suspect_hours=sum(of_kind.values()),
        quality=nearest.quality,
        doubts=sorted({doubt.kind for doubt in nearest.hours.in_doubt}),
    )


def _hours_in_doubt(hours: HourlySeries) -> Counter[DoubtKind]:
    found: Counter[DoubtKind] = Counter()
    for doubt in hours.in_doubt:
        found[doubt.kind] += (doubt.last_hour_ends_at - doubt.first_hour_ends_at) // _HOUR + 1
    return found


def _closest(station: StationAssessment) -> WindowAssessment | None:
    """Return the window of the first reading that is nearest to its threshold, whether above or below."""
    summed = [window for window in station.readings[0].windows if window.best_sum_tenths_mm is not None]
    return min(summed, key=lambda window: abs(margin_of(window)), default=None)


def margin_of(window: WindowAssessment) -> int:
    """Return by how much a window lies above its threshold; below is negative."""
    return (window.best_sum_tenths_mm or 0) - window.at_least_tenths_mm


def period_shown(station: StationAssessment, loss: LossInterval, *, longest: timedelta) -> LossInterval:
    """Return the time that a chart of an answer shows: its windows for surface water, the loss, and hours around."""
    windows = station.readings[0].windows
    starts = [window.starts_at for window in windows if window.starts_at]
    ends = [window.ends_at for window in windows if window.ends_at]
    until_at = max([loss.until_at, *ends]) + _AROUND
    from_at = max(min([loss.from_at, *starts]) - _AROUND, until_at - longest)
    return LossInterval(from_at=_whole_hour(from_at), until_at=_whole_hour(until_at))


def _whole_hour(moment: datetime) -> datetime:
    return border_at(last_border(moment))
