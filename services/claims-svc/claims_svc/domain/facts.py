"""One fact as the rules see it: named, with who said so, and whether that is enough to deny on."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from contracts.claims import GroundFact
from contracts.upstream import LossFacts
from contracts.vocabulary import Fact, FactSource, Truth

NEEDS_SOURCE = frozenset(
    {
        "flood_defence_failed",
        "flood_defence_overtopped",
        "flood_defence_is_primary",
        "home_in_unembanked_area",
        "government_caused_flood",
    }
)
"""What residents cannot know: their word may speak for them, and never denies."""


class Known(NamedTuple):
    """A fact's value and who said so; a fact nobody gave is unknown and has no source."""

    name: str
    value: Truth
    source: FactSource | None = None


def known(facts: LossFacts, name: str) -> Known:
    """Return the fact called `name` of a report."""
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
