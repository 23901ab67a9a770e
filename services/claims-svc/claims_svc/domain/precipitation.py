"""Rain, snow, hail and meltwater: falling in directly, or flowing in after it left its course."""

from __future__ import annotations

from functools import lru_cache

from claims_svc.domain.facts import Known
from claims_svc.domain.rain import Rain
from claims_svc.domain.rule import conclude, covers, excludes
from claims_svc.domain.truth import all_of, negation
from contracts.claims import Finding, GroundCode
from contracts.vocabulary import WaterRoute


@lru_cache(maxsize=256)
def direct_precipitation(*, fell: Known, rain: Rain) -> Finding:
    """Covered, however much or little it rained; an open window does not matter here."""
    rules = [covers(GroundCode.DIRECT_PRECIPITATION, holds=fell.value, facts=[fell])]
    return conclude(WaterRoute.DIRECT_PRECIPITATION, rules=rules, rain=rain)


@lru_cache(maxsize=1024)
def indirect_precipitation(*, left_its_course: Known, through_opening: Known, rain: Rain) -> Finding:
    """Covered when heavy local precipitation is established, never through a window or door left open."""
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
