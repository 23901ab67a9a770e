"""The findings of a claim: the rules of every reported route, applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from claims_svc.domain.rain import Rain
from claims_svc.domain.rules.flood import fire_after_flood, flood
from claims_svc.domain.rules.groundwater import groundwater
from claims_svc.domain.rules.other_causes import other_cause, storm
from claims_svc.domain.rules.precipitation import direct_precipitation, indirect_precipitation
from claims_svc.domain.rules.reported import (
    NamedByDamage,
    ReportedRoute,
    named_by,
    reported_fire,
    reported_routes,
)
from claims_svc.domain.rules.sewer import sewer_backflow
from contracts.coverage import Finding
from contracts.loss_reports import DamageItem, LossFacts
from contracts.vocabulary import FactSource, WaterRoute

_RULES_OF: Mapping[WaterRoute, Callable[[ReportedRoute], Finding]] = {
    WaterRoute.DIRECT_PRECIPITATION: direct_precipitation,
    WaterRoute.INDIRECT_PRECIPITATION: indirect_precipitation,
    WaterRoute.SEWER_BACKFLOW: sewer_backflow,
    WaterRoute.GROUNDWATER: groundwater,
    WaterRoute.FLOOD: flood,
    WaterRoute.STORM: storm,
    WaterRoute.OTHER: other_cause,
}


def findings_of(
    facts: LossFacts, *, damage: Sequence[DamageItem], rain: Rain, trusted: tuple[FactSource, ...]
) -> tuple[Finding, ...]:
    """Return one finding per reported route, every rule of the route evaluated (domain.md, "What a report says").

    That on a flood is followed by one on the damage by fire, where a fire is reported. `trusted` are the product's
    `trusted_sources`.
    """
    return findings_given(facts, named_by(damage), rain, trusted)


# Memoised as the routes are. Each rule is memoised once more on the few facts it asks for: reports that differ
# elsewhere still share its finding.
@lru_cache(maxsize=4_096)
def findings_given(
    facts: LossFacts, named_by_damage: NamedByDamage, rain: Rain, trusted: tuple[FactSource, ...]
) -> tuple[Finding, ...]:
    """Return the findings when nothing but these names of routes is known of the damage."""
    findings: list[Finding] = []
    flooded: Finding | None = None
    for route, entered in reported_routes(facts, named_by_damage=named_by_damage).items():
        reported = ReportedRoute(entered, facts, rain, trusted, flooded)
        findings.append(_RULES_OF[route](reported))
        if route is WaterRoute.FLOOD:
            flooded = findings[-1]
            fire = reported_fire(facts, named_by_damage=named_by_damage)
            if fire is not None:
                findings.append(fire_after_flood(reported, fire=fire))
    return tuple(findings)
