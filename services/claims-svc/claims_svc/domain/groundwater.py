"""Groundwater and a change of the water table."""

from __future__ import annotations

from functools import lru_cache

from claims_svc.domain.facts import Known
from claims_svc.domain.rain import Rain
from claims_svc.domain.rule import conclude, covers, excludes
from claims_svc.domain.truth import all_of
from contracts.claims import Finding, GroundCode
from contracts.vocabulary import WaterRoute


@lru_cache(maxsize=1024)
def groundwater(*, entered: Known, through_cellar_wall: Known, rain: Rain) -> Finding:
    """Excluded, unless established heavy local precipitation drove the rain water through the cellar walls."""
    heavy = rain.heavy_fact
    written_back = all_of(entered.value, through_cellar_wall.value, heavy.value)
    facts = [entered, through_cellar_wall, heavy]
    rules = [
        covers(GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL, holds=written_back, facts=facts),
        excludes(GroundCode.GROUNDWATER, holds=entered.value, facts=facts, unless=written_back),
    ]
    return conclude(WaterRoute.GROUNDWATER, rules=rules, rain=rain)
