"""What a report says nothing about, or nothing certain, though it belongs to what it tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from claims_svc.domain.facts import NEEDS_SOURCE, ROUTE_FACTS
from claims_svc.domain.rules.reported import NamedByDamage, reported_fire, reported_routes
from contracts.loss_reports import DamageItem, LossFacts
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute


class Unsaid(NamedTuple):
    """`facts` nobody has told anything about; `to_look_up` are facts that a register or a handler may know better.

    `routes` are the waters at issue. `water`: nobody has said how any water came in, at most which one did an item.
    `fire`: whether fire or explosion did an item makes a difference.
    """

    routes: tuple[WaterRoute, ...]
    water: bool
    fire: bool
    facts: tuple[str, ...]
    to_look_up: tuple[str, ...]


_NOTHING_NAMED = NamedByDamage(frozenset(), fire=False)


# Memoised because the many claims of one storm report few different combinations of facts.
@lru_cache(maxsize=4_096)
def unsaid_in(facts: LossFacts, named: NamedByDamage) -> Unsaid:
    """Return what is unsaid where damage names these waters."""
    routes = reported_routes(facts, named_by_damage=named)
    fire = WaterRoute.FLOOD in routes and reported_fire(facts, named_by_damage=named) is not None
    # That water came in by some way is asked only where nothing but an item of damage says so.
    at_issue = [entry.name for entry in routes.values() if entry.value is Truth.UNKNOWN]
    at_issue += [name for route in routes for name in _ASKED_ABOUT.get(route, ())]
    at_issue += [_FIRE] if fire else []
    values = {name: getattr(facts, name) for name in at_issue}
    return Unsaid(
        routes=tuple(routes),
        water=not reported_routes(facts, named_by_damage=_NOTHING_NAMED),
        fire=fire,
        facts=tuple(name for name, fact in values.items() if fact is None and name not in NEEDS_SOURCE),
        to_look_up=tuple(name for name, fact in values.items() if fact is not None or name in NEEDS_SOURCE),
    )


def is_doubted(name: str, fact: Fact | None, *, trusted: tuple[FactSource, ...]) -> bool:
    """Return whether a handler's word could add to `fact`."""
    if fact is None or fact.value is Truth.UNKNOWN:
        return True
    return name in NEEDS_SOURCE and fact.source not in trusted


def open_items(damage: Sequence[DamageItem], unsaid: Unsaid) -> tuple[tuple[int, str], ...]:
    """Return the places of items that leave open by which water, or whether by fire, and the name of that."""
    if len(unsaid.routes) < 2 and not unsaid.fire:  # noqa: PLR2004 - one water is no choice
        return ()
    return tuple(
        (place, name)
        for place, item in enumerate(damage)
        for name, is_choice in (("route", len(unsaid.routes) > 1), ("by_fire_or_explosion", unsaid.fire))
        if is_choice and getattr(item, name) is None
    )


_FIRE = "fire_or_explosion_followed"
_ASKED_ABOUT = {
    WaterRoute.INDIRECT_PRECIPITATION: ("came_through_open_window_or_door",),
    WaterRoute.SEWER_BACKFLOW: ("toilet_overflowed",),
    WaterRoute.GROUNDWATER: ("came_through_cellar_wall",),
    WaterRoute.FLOOD: (
        "flood_defence_present",
        "flood_defence_failed",
        "flood_defence_overtopped",
        "flood_defence_is_primary",
        "sea_water_involved",
        "home_in_unembanked_area",
        "government_caused_flood",
    ),
}
"""What the rules of a water ask besides whether it came."""
ENTRY_OF: Final[Mapping[WaterRoute, str]] = MappingProxyType({route: entry for route, entry, _ in ROUTE_FACTS})
"""The fact that says that a water came in."""
ROUTE_OF: Final[Mapping[str, WaterRoute]] = MappingProxyType(
    {
        **{entry: route for route, entry in ENTRY_OF.items()},
        **{name: route for route, names in _ASKED_ABOUT.items() for name in names},
        _FIRE: WaterRoute.FLOOD,
    }
)
"""The water that decides by each fact."""
