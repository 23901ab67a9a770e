"""Facts as the rules see them: named, with who said so, and whether that is enough to deny on.

A report's facts are the fields of `LossFacts` in contracts. To add one: add the field there, read it by its name in the
rule that asks for it (`rules/`), and list it below when it opens a water route or is something residents cannot know.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from contracts.coverage import GroundCode, GroundFact
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute


class RouteFacts(NamedTuple):
    """The fact that says water came by `route`, and a detail that can only be true when it did."""

    route: WaterRoute
    entry: str
    implied_by: str | None = None


ROUTE_FACTS = (
    RouteFacts(WaterRoute.DIRECT_PRECIPITATION, "precipitation_fell_directly"),
    RouteFacts(WaterRoute.INDIRECT_PRECIPITATION, "precipitation_left_its_course"),
    # The sewer rule asks for the finding on a flood: the flood is judged before the sewer it can fill.
    RouteFacts(WaterRoute.FLOOD, "flood_water_entered", implied_by="sea_water_involved"),
    RouteFacts(WaterRoute.SEWER_BACKFLOW, "sewer_water_entered", implied_by="toilet_overflowed"),
    RouteFacts(WaterRoute.GROUNDWATER, "groundwater_entered", implied_by="came_through_cellar_wall"),
    RouteFacts(WaterRoute.STORM, "storm_caused_damage"),
    RouteFacts(WaterRoute.OTHER, "other_cause"),
)
"""Every route once, in the order in which findings are made and listed."""

NEEDS_SOURCE = frozenset(
    {
        "flood_defence_failed",
        "flood_defence_overtopped",
        "flood_defence_is_primary",
        "home_in_unembanked_area",
        "government_caused_flood",
        "sea_water_involved",
    }
)
"""What residents cannot know (domain.md, "Cover by route"): their word may cover, and never denies."""


class Known(NamedTuple):
    """A fact's value and who said so; a fact nobody gave is unknown and has no source.

    `doubt` is the ground on which a handler decides when measuring has left the fact unknown for good.
    """

    name: str
    value: Truth
    source: FactSource | None = None
    doubt: GroundCode | None = None


def known(facts: LossFacts, name: str) -> Known:
    fact: Fact | None = getattr(facts, name)
    return Known(name, Truth.UNKNOWN) if fact is None else Known(name, fact.value, fact.source)


def lacks_source(fact: Known, *, trusted: tuple[FactSource, ...]) -> bool:
    """Return whether only somebody who cannot know says so."""
    return fact.name in NEEDS_SOURCE and fact.value is not Truth.UNKNOWN and fact.source not in trusted


def deniable(fact: Known, *, trusted: tuple[FactSource, ...]) -> Truth:
    """Return the fact's value as far as a denial may rest on it: unknown when it is true without a trusted source."""
    return Truth.UNKNOWN if fact.value is Truth.TRUE and lacks_source(fact, trusted=trusted) else fact.value


@lru_cache(maxsize=512)
def ground_fact(fact: Known) -> GroundFact:
    """Return `fact` as a decision shows it."""
    return GroundFact(name=fact.name, value=fact.value, source=fact.source)
