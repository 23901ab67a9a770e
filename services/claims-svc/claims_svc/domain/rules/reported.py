"""Which water routes a report names, and what the rules of each may ask."""

from __future__ import annotations

from typing import NamedTuple

from claims_svc.domain.facts import ROUTE_FACTS, Known, known
from claims_svc.domain.rain import Rain
from contracts.coverage import Finding
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute


class ReportedRoute(NamedTuple):
    """One reported route. `entered`: whether the water came that way. `flood`: the finding on a flood reported too."""

    entered: Known
    facts: LossFacts
    rain: Rain
    trusted: tuple[FactSource, ...]
    flood: Finding | None

    def fact(self, name: str) -> Known:
        return known(self.facts, name)


def reported_routes(facts: LossFacts, *, named_by_damage: frozenset[WaterRoute | None]) -> dict[WaterRoute, Known]:
    """Return the reported routes and whether the water came that way; unknown where damage and facts disagree.

    A route is reported when its fact is true or said to be unknown, or when a damage item names it (domain.md, "What a
    report says"). A route nobody mentions is not at issue.
    """
    reported: dict[WaterRoute, Known] = {}
    for route, name, implied_by in ROUTE_FACTS:
        entry = _entry(getattr(facts, name), None if implied_by is None else getattr(facts, implied_by))
        if entry is not None and entry.value is not Truth.FALSE:
            reported[route] = Known(name, entry.value, entry.source)
        elif route in named_by_damage:
            reported[route] = Known(name, Truth.UNKNOWN)
    return reported


def _entry(entry: Fact | None, detail: Fact | None) -> Fact | None:
    """Return whether the water came by a route; a true detail implies it, and a contradiction leaves it unknown."""
    if detail is None or detail.value is not Truth.TRUE or (entry is not None and entry.value is Truth.TRUE):
        return entry
    contradicted = entry is not None and entry.value is Truth.FALSE
    return Fact(value=Truth.UNKNOWN, source=detail.source) if contradicted else detail
