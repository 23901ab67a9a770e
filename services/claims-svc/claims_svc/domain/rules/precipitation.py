"""Rain, snow, hail and meltwater: falling in directly, or flowing in after it left its course."""

from __future__ import annotations

from functools import lru_cache

from claims_svc.domain.facts import Known
from claims_svc.domain.rules.reported import ReportedRoute
from claims_svc.domain.rules.rule import conclude, covers, excludes, refers
from claims_svc.domain.truth import all_of, negation
from contracts.coverage import Finding, GroundCode
from contracts.vocabulary import WaterRoute


def direct_precipitation(reported: ReportedRoute) -> Finding:
    """Covered when it rained at all; where next to nothing was measured, a handler decides.

    An open window does not matter here.

    Source: domain.md, "Cover by route"; weather-svc assesses the product's `rain.recent_rain`.
    """
    return _direct_precipitation(fell=reported.entered, rained=reported.rain.recent_fact)


@lru_cache(maxsize=256)
def _direct_precipitation(*, fell: Known, rained: Known) -> Finding:
    facts = [fell, rained]
    rules = [
        covers(GroundCode.DIRECT_PRECIPITATION, holds=all_of(fell.value, rained.value), facts=facts),
        refers(
            GroundCode.DIRECT_PRECIPITATION_WITHOUT_RAIN,
            holds=all_of(fell.value, negation(rained.value)),
            facts=facts,
        ),
    ]
    return conclude(WaterRoute.DIRECT_PRECIPITATION, rules=rules)


def indirect_precipitation(reported: ReportedRoute) -> Finding:
    """Covered when heavy local precipitation is established, never through a window or door left open.

    Source: domain.md, "Cover by route" and "Heavy local precipitation"; weather-svc assesses the product's
    `rain.thresholds`.
    """
    return _indirect_precipitation(
        left_its_course=reported.entered,
        through_opening=reported.fact("came_through_open_window_or_door"),
        heavy=reported.rain.surface.fact,
    )


@lru_cache(maxsize=512)
def _indirect_precipitation(*, left_its_course: Known, through_opening: Known, heavy: Known) -> Finding:
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
    return conclude(WaterRoute.INDIRECT_PRECIPITATION, rules=rules)
