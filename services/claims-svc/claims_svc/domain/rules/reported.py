"""Which water routes a report names, and what the rules of each may ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from claims_svc.domain.facts import ROUTE_FACTS, Known, known
from claims_svc.domain.rain import Rain
from contracts.coverage import Finding
from contracts.loss_reports import DamageItem, LossFacts
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


class NamedByDamage(NamedTuple):
    """What the damage items of a report name as their cause."""

    routes: frozenset[WaterRoute]
    fire: bool


_NOTHING_NAMED = NamedByDamage(frozenset(), fire=False)


def named_by(damage: Iterable[DamageItem]) -> NamedByDamage:
    """Return what `damage` names; an item that names a fire names the flood that the fire followed from."""
    # Plain loops, here and elsewhere in the domain: over one or two items whatever else costs more than they do.
    fire = False
    routes: set[WaterRoute] | None = None
    for item in damage:
        if item.route is not None:
            routes = {item.route} if routes is None else routes | {item.route}
        fire = fire or item.by_fire_or_explosion is True
    if fire:
        return NamedByDamage(frozenset((*(routes or ()), WaterRoute.FLOOD)), fire)
    return _NOTHING_NAMED if routes is None else NamedByDamage(frozenset(routes), fire)


# Memoised because the many claims of one storm report few different combinations of facts.
@lru_cache(maxsize=4_096)
def reported_routes(facts: LossFacts, *, named_by_damage: NamedByDamage) -> Mapping[WaterRoute, Known]:
    """Return the reported routes and whether the water came that way; unknown where damage and facts disagree.

    A route is reported when its fact is true or said to be unknown, or when a damage item names it (domain.md, "What a
    report says"). A route nobody mentions is not at issue.
    """
    reported: dict[WaterRoute, Known] = {}
    for route, name, implied_by in ROUTE_FACTS:
        entry = _entry(getattr(facts, name), None if implied_by is None else getattr(facts, implied_by))
        if entry is not None and entry.value is not Truth.FALSE:
            reported[route] = Known(name, entry.value, entry.source)
        elif route in named_by_damage.routes:
            reported[route] = Known(name, Truth.UNKNOWN)
    return MappingProxyType(reported)


def reported_fire(facts: LossFacts, *, named_by_damage: NamedByDamage) -> Known | None:
    """Return whether fire or explosion followed from the flood; None where nobody mentions it.

    As with a route, it stays unknown where only damage items say so, or where they contradict the fact.
    """
    fact = facts.fire_or_explosion_followed
    if fact is not None and fact.value is not Truth.FALSE:
        return Known("fire_or_explosion_followed", fact.value, fact.source)
    return Known("fire_or_explosion_followed", Truth.UNKNOWN) if named_by_damage.fire else None


def _entry(entry: Fact | None, detail: Fact | None) -> Fact | None:
    """Return whether the water came by a route; a true detail implies it, and a contradiction leaves it unknown."""
    if detail is None or detail.value is not Truth.TRUE or (entry is not None and entry.value is Truth.TRUE):
        return entry
    contradicted = entry is not None and entry.value is Truth.FALSE
    return Fact(value=Truth.UNKNOWN, source=detail.source) if contradicted else detail
