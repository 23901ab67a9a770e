"""Causes that no rule of the policy decides: a handler does."""

from __future__ import annotations

from functools import lru_cache

from claims_svc.domain.facts import Known
from claims_svc.domain.rules.reported import ReportedRoute
from claims_svc.domain.rules.rule import conclude, refers
from contracts.coverage import Finding, GroundCode
from contracts.vocabulary import WaterRoute


def storm(reported: ReportedRoute) -> Finding:
    """Referred: the policy sets a minimum deductible for storm, but no fact that establishes one.

    Source: domain.md, "Cover by route".
    """
    return _refer(WaterRoute.STORM, GroundCode.STORM, reported.entered)


def other_cause(reported: ReportedRoute) -> Finding:
    """Referred: the water came in a way the policy does not name.

    Source: domain.md, "Cover by route".
    """
    return _refer(WaterRoute.OTHER, GroundCode.OTHER_CAUSE, reported.entered)


@lru_cache(maxsize=64)
def _refer(route: WaterRoute, code: GroundCode, caused: Known) -> Finding:
    return conclude(route, rules=[refers(code, holds=caused.value, facts=[caused])])
