"""The findings of a claim: the rules of every reported route, applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from claims_svc.domain.rain import Rain
from claims_svc.domain.rules.flood import flood
from claims_svc.domain.rules.groundwater import groundwater
from claims_svc.domain.rules.other_causes import other_cause, storm
from claims_svc.domain.rules.precipitation import direct_precipitation, indirect_precipitation
from claims_svc.domain.rules.reported import ReportedRoute, reported_routes
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

    `trusted` are the product's `trusted_sources`.
    """
    return _findings(facts, frozenset(item.route for item in damage), rain, trusted)


# Memoised because the many claims of one storm report few different combinations of facts. Each rule is memoised once
# more on the few facts it asks for: reports that differ elsewhere still share its finding.
@lru_cache(maxsize=4_096)
def _findings(
    facts: LossFacts, named_by_damage: frozenset[WaterRoute | None], rain: Rain, trusted: tuple[FactSource, ...]
) -> tuple[Finding, ...]:
    findings: dict[WaterRoute, Finding] = {}
    for route, entered in reported_routes(facts, named_by_damage=named_by_damage).items():
        reported = ReportedRoute(entered, facts, rain, trusted, findings.get(WaterRoute.FLOOD))
        findings[route] = _RULES_OF[route](reported)
    return tuple(findings.values())
