"""Rain, snow, hail and meltwater: falling in directly, or flowing in after it left its course."""

from __future__ import annotations

from functools import lru_cache

from claims_svc.domain.facts import Known
from claims_svc.domain.rain import Rain
from claims_svc.domain.rules.reported import ReportedRoute
from claims_svc.domain.rules.rule import conclude, covers, excludes
from claims_svc.domain.truth import all_of, negation
from contracts.coverage import Finding, GroundCode
from contracts.vocabulary import WaterRoute


def direct_precipitation(reported: ReportedRoute) -> Finding:
    """Covered, however much or little it rained; an open window does not matter here.

    Source: domain.md, "Cover by route".
    """
    return _direct_precipitation(fell=reported.entered, rain=reported.rain)


@lru_cache(maxsize=256)
def _direct_precipitation(*, fell: Known, rain: Rain) -> Finding:
    rules = [covers(GroundCode.DIRECT_PRECIPITATION, holds=fell.value, facts=[fell])]
    return conclude(WaterRoute.DIRECT_PRECIPITATION, rules=rules, rain=rain)


def indirect_precipitation(reported: ReportedRoute) -> Finding:
    """Covered when heavy local precipitation is established, never through a window or door left open.

    Source: domain.md, "Cover by route" and "Heavy local precipitation"; weather-svc assesses the product's
    `rain.thresholds`.
    """
    return _indirect_precipitation(
        left_its_course=reported.entered,
        through_opening=reported.fact("came_through_open_window_or_door"),
        rain=reported.rain,
    )


@lru_cache(maxsize=1_024)
def _indirect_precipitation(*, left_its_course: Known, through_opening: Known, rain: Rain) -> Finding:
    heavy = rain.heavy_fact
    entered = left_its_course.value
    rules = [
        covers(
            GroundCode.HEAVY_LOCAL_PRECIPITATION, holds=all_of(entered, heavy.value), facts=[left_its_course, heavy]
        ),
        excludes(
            GroundCode.WINDOW_OR_DOOR_OPEN,
            holds=all_of(entered, through_opening.value),
            facts=[left_its_course, through_opening],
        ),
        excludes(
            GroundCode.NO_HEAVY_LOCAL_PRECIPITATION,
            holds=all_of(entered, negation(heavy.value)),
            facts=[left_its_course, heavy],
        ),
    ]
    return conclude(WaterRoute.INDIRECT_PRECIPITATION, rules=rules, rain=rain)
