"""Where a home lies, as far as a register of addresses tells, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil, cos, hypot, radians
from typing import Final, NamedTuple

from msgspec.structs import replace

from contracts.policy import PolicyTerms
from contracts.vocabulary import Location, PostalAddress
from policy_svc.domain.addresses import HouseNumber

ADDRESS_METRES: Final = 10
"""Ours: how far a home may lie from the point that the register gives its address."""
POSTCODE_METRES: Final = 1_000
"""Ours: how far a home may lie from the middle of its postcode: in the country one runs along a whole road."""
MOST_APART_METRES: Final = 1_000
"""Ours: addresses of one number that lie farther from their middle are no one place."""
_METRES_PER_MICRODEGREE: Final = 0.11132
_METRES_PER_MICRODEGREE_EAST: Final = _METRES_PER_MICRODEGREE * cos(radians(52.2))


class Hit(NamedTuple):
    """A point of the register: of an address, with its letter and addition in capitals, or of a whole postcode."""

    latitude_microdegrees: int
    longitude_microdegrees: int
    letter: str = ""
    addition: str = ""


def of_addresses(hits: Sequence[Hit], *, wanted: HouseNumber) -> Location | None:
    """Return the place of a home among the addresses with its number; None when they lie too far apart to tell.

    That with its letter and addition counts, else the middle of all: they share a number, so most often a building.
    """
    exact = [hit for hit in hits if (hit.letter, hit.addition) == (wanted.letter, wanted.addition)]
    return _middle(exact or hits, within=ADDRESS_METRES)


def of_postcode(hits: Sequence[Hit]) -> Location | None:
    """Return the place of a home of which only the postcode is known to the register."""
    return _middle(hits, within=POSTCODE_METRES)


def _middle(hits: Sequence[Hit], *, within: int) -> Location | None:
    """Return the middle of points, each accurate `within` so many metres; None when they are too far apart."""
    latitudes = [hit.latitude_microdegrees for hit in hits]
    longitudes = [hit.longitude_microdegrees for hit in hits]
    north, east = (min(latitudes) + max(latitudes)) // 2, (min(longitudes) + max(longitudes)) // 2
    radius = max(
        hypot(
            (hit.latitude_microdegrees - north) * _METRES_PER_MICRODEGREE,
            (hit.longitude_microdegrees - east) * _METRES_PER_MICRODEGREE_EAST,
        )
        for hit in hits
    )
    if radius > MOST_APART_METRES:
        return None
    return Location(latitude_microdegrees=north, longitude_microdegrees=east, accuracy_metres=ceil(radius) + within)


def not_located(terms: Iterable[PolicyTerms]) -> set[PostalAddress]:
    """Return the addresses of insured homes whose position is not known yet."""
    return {
        PostalAddress(postcode=home.postcode, house_number=home.house_number)
        for period in terms
        if (home := period.home) is not None and home.location is None
    }


def located(
    terms: Iterable[PolicyTerms], *, address: PostalAddress, location: Location, recorded_at: datetime
) -> tuple[PolicyTerms, ...]:
    """Return terms with the position of the home at an address wherever it was not known."""
    return tuple(
        replace(period, home=replace(home, location=location), recorded_at=recorded_at)
        if (home := period.home) is not None and address in not_located([period])
        else period
        for period in terms
    )
