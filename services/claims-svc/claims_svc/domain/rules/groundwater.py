"""Groundwater and a change of the water table."""

from __future__ import annotations

from functools import lru_cache

from claims_svc.domain.facts import Known
from claims_svc.domain.rules.reported import ReportedRoute
from claims_svc.domain.rules.rule import conclude, covers, excludes
from claims_svc.domain.truth import all_of
from contracts.coverage import Finding, GroundCode
from contracts.vocabulary import WaterRoute


def groundwater(reported: ReportedRoute) -> Finding:
    """Excluded, unless established heavy local precipitation drove the rain water through the cellar walls.

    Rain takes longer through the ground than over it, hence a reading of its own.

    Source: domain.md, "Cover by route": a write-back.
    """
    return _groundwater(
        entered=reported.entered,
        through_cellar_wall=reported.fact("came_through_cellar_wall"),
        heavy=reported.rain.ground.fact,
    )


@lru_cache(maxsize=256)
def _groundwater(*, entered: Known, through_cellar_wall: Known, heavy: Known) -> Finding:
    written_back = all_of(entered.value, through_cellar_wall.value, heavy.value)
    facts = [entered, through_cellar_wall, heavy]
    rules = [
        covers(GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL, holds=written_back, facts=facts),
        excludes(GroundCode.GROUNDWATER, holds=entered.value, facts=facts, unless=written_back),
    ]
    return conclude(WaterRoute.GROUNDWATER, rules=rules)
