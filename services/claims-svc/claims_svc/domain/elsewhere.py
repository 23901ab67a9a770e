"""Water that no rule of the policy decides: a handler does."""

from __future__ import annotations

from functools import lru_cache

from claims_svc.domain.facts import Known
from claims_svc.domain.rain import Rain
from claims_svc.domain.rule import conclude, refers
from contracts.claims import Finding, GroundCode
from contracts.vocabulary import WaterRoute


@lru_cache(maxsize=256)
def storm(*, caused: Known, rain: Rain) -> Finding:
    """Referred: the policy sets a minimum deductible for storm, but no fact that establishes one."""
    rules = [refers(GroundCode.STORM, holds=caused.value, facts=[caused])]
    return conclude(WaterRoute.STORM, rules=rules, rain=rain)


@lru_cache(maxsize=256)
def other_cause(*, caused: Known, rain: Rain) -> Finding:
    """Referred: the water came in a way the policy does not name."""
    rules = [refers(GroundCode.OTHER_CAUSE, holds=caused.value, facts=[caused])]
    return conclude(WaterRoute.OTHER, rules=rules, rain=rain)
