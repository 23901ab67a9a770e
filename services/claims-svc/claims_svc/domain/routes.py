"""Which water routes a report names, and the verdict on each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from claims_svc.domain.elsewhere import other_cause, storm
from claims_svc.domain.facts import Known, known
from claims_svc.domain.flood import FloodFacts, flood
from claims_svc.domain.groundwater import groundwater
from claims_svc.domain.precipitation import direct_precipitation, indirect_precipitation
from claims_svc.domain.rain import Rain
from claims_svc.domain.sewer import sewer_backflow
from contracts.claims import Finding
from contracts.upstream import DamageItem, LossFacts
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute

_NAMED_BY = (
    (WaterRoute.DIRECT_PRECIPITATION, "precipitation_fell_directly", None),
    (WaterRoute.INDIRECT_PRECIPITATION, "precipitation_left_its_course", None),
    (WaterRoute.FLOOD, "flood_water_entered", "sea_water_involved"),
    (WaterRoute.SEWER_BACKFLOW, "sewer_water_entered", "toilet_overflowed"),
    (WaterRoute.GROUNDWATER, "groundwater_entered", "came_through_cellar_wall"),
    (WaterRoute.STORM, "storm_caused_damage", None),
    (WaterRoute.OTHER, "other_cause", None),
)
"""The fact that names each route, and a detail that can only be true when the water came that way.

A flood stands before the sewer it can fill.
"""


class _Reported(NamedTuple):
    """One reported route and what its rules may ask; `flood` is the verdict on a flood reported with it."""

    entered: Known
    facts: LossFacts
    rain: Rain
    trusted: tuple[FactSource, ...]
    flood: Finding | None

    def fact(self, name: str) -> Known:
        return known(self.facts, name)


def findings_of(
    facts: LossFacts, *, damage: Sequence[DamageItem], rain: Rain, trusted: tuple[FactSource, ...]
) -> tuple[Finding, ...]:
    """Return the verdict on every reported route.

    A route is reported when its fact is true or said to be unknown, or when a damage item names it. A route nobody
    mentions is not at issue; a fact about a reported route that nobody gives is unknown.
    """
    return _findings(facts, frozenset(item.route for item in damage), rain, trusted)


@lru_cache(maxsize=4_096)
def _findings(
    facts: LossFacts, named_by_damage: frozenset[WaterRoute | None], rain: Rain, trusted: tuple[FactSource, ...]
) -> tuple[Finding, ...]:
    """Work a verdict out once: the claims of one storm tell few different stories."""
    findings: dict[WaterRoute, Finding] = {}
    for route, entered in _reported_routes(facts, named_by_damage).items():
        reported = _Reported(entered, facts, rain, trusted, findings.get(WaterRoute.FLOOD))
        findings[route] = _RULES_OF[route](reported)
    return tuple(findings.values())


def reported_routes(facts: LossFacts, *, damage: Sequence[DamageItem]) -> dict[WaterRoute, Known]:
    """Return the reported routes and whether the water came that way; unknown where damage and facts disagree."""
    return _reported_routes(facts, frozenset(item.route for item in damage))


def _reported_routes(facts: LossFacts, named_by_damage: frozenset[WaterRoute | None]) -> dict[WaterRoute, Known]:
    reported: dict[WaterRoute, Known] = {}
    for route, name, telling in _NAMED_BY:
        entry = _entry(getattr(facts, name), None if telling is None else getattr(facts, telling))
        if entry is not None and entry.value is not Truth.FALSE:
            reported[route] = Known(name, entry.value, entry.source)
        elif route in named_by_damage:
            reported[route] = Known(name, Truth.UNKNOWN)
    return reported


def _entry(entry: Fact | None, telling: Fact | None) -> Fact | None:
    """Return whether the water came by a route; a telling detail says so too, and a contradiction leaves it unknown."""
    if telling is None or telling.value is not Truth.TRUE or (entry is not None and entry.value is Truth.TRUE):
        return entry
    contradicted = entry is not None and entry.value is Truth.FALSE
    return Fact(value=Truth.UNKNOWN, source=telling.source) if contradicted else telling


def _indirect_precipitation(reported: _Reported) -> Finding:
    return indirect_precipitation(
        left_its_course=reported.entered,
        through_opening=reported.fact("came_through_open_window_or_door"),
        rain=reported.rain,
    )


def _sewer_backflow(reported: _Reported) -> Finding:
    return sewer_backflow(
        entered=reported.entered,
        toilet=reported.fact("toilet_overflowed"),
        flood=reported.flood,
        rain=reported.rain,
    )


def _groundwater(reported: _Reported) -> Finding:
    return groundwater(
        entered=reported.entered,
        through_cellar_wall=reported.fact("came_through_cellar_wall"),
        rain=reported.rain,
    )


def _flood(reported: _Reported) -> Finding:
    asked = FloodFacts(
        entered=reported.entered,
        defence_present=reported.fact("flood_defence_present"),
        defence_failed=reported.fact("flood_defence_failed"),
        defence_overtopped=reported.fact("flood_defence_overtopped"),
        defence_is_primary=reported.fact("flood_defence_is_primary"),
        fire_followed=reported.fact("fire_or_explosion_followed"),
        sea_water=reported.fact("sea_water_involved"),
        unembanked_area=reported.fact("home_in_unembanked_area"),
        government_action=reported.fact("government_caused_flood"),
    )
    return flood(facts=asked, rain=reported.rain, trusted=reported.trusted)


_RULES_OF: Mapping[WaterRoute, Callable[[_Reported], Finding]] = {
    WaterRoute.DIRECT_PRECIPITATION: lambda it: direct_precipitation(fell=it.entered, rain=it.rain),
    WaterRoute.INDIRECT_PRECIPITATION: _indirect_precipitation,
    WaterRoute.SEWER_BACKFLOW: _sewer_backflow,
    WaterRoute.GROUNDWATER: _groundwater,
    WaterRoute.FLOOD: _flood,
    WaterRoute.STORM: lambda it: storm(caused=it.entered, rain=it.rain),
    WaterRoute.OTHER: lambda it: other_cause(caused=it.entered, rain=it.rain),
}
