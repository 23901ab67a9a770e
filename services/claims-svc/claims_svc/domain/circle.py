"""A home with the circle that it lies in, on a flat map: which stations can be the nearest somewhere in it.

Apart from weather-svc on purpose: another map, another way to look for a place, and allowances of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import asin, atan2, cos, hypot, radians, sin, sqrt
from typing import NamedTuple

_EARTH_RADIUS_METRES = 6_371_009
"""Mean radius of the Earth (IUGG R1)."""
_ROUNDING_METRES = 2.0
_PARALLEL = 1e-12
"""The sine of the angle between two lines that do not cross."""

Place = tuple[int, int]
"""Latitude and longitude in microdegrees."""


class Mapped(NamedTuple):
    """A station on the map of a home: metres to the east and to the north, and how far it may stand from there."""

    east: float
    north: float
    uncertain_by: int

    @property
    def metres(self) -> float:
        return hypot(self.east, self.north)


class _Line(NamedTuple):
    """The places with `east * x + north * y <= metres`; (east, north) has the length 1."""

    east: float
    north: float
    metres: float


def great_circle_metres(here: Place, there: Place) -> float:
    """Return the distance of two places, by the haversine formula."""
    (latitude, longitude), (other_latitude, other_longitude) = (
        (radians(degrees / 1e6) for degrees in place) for place in (here, there)
    )
    haversine = (
        sin((other_latitude - latitude) / 2) ** 2
        + cos(latitude) * cos(other_latitude) * sin((other_longitude - longitude) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_METRES * asin(sqrt(haversine))


def mapped(home: Place, place: Place, *, uncertain_by: int) -> Mapped:
    """Return `place` at its true distance and bearing from `home` (azimuthal equidistant)."""
    latitude, longitude, there, other = (radians(degrees / 1e6) for degrees in (*home, *place))
    bearing = atan2(
        sin(other - longitude) * cos(there),
        cos(latitude) * sin(there) - sin(latitude) * cos(there) * cos(other - longitude),
    )
    metres = great_circle_metres(home, place)
    return Mapped(metres * sin(bearing), metres * cos(bearing), uncertain_by)


def surely_nearest_somewhere(station: Mapped, others: Sequence[Mapped], *, within_metres: int) -> bool:
    """Whether `station` is the nearest to some place in the circle, if uncertain positions are so, beyond any doubt.

    A station uncertain by u and one uncertain by v can be equally far where it is farther by u + v. On the way between
    the two that is (u + v) / 2 beyond the line halfway, and elsewhere farther beyond it.
    """
    slack = _slack(station, others)
    lines = [
        _halfway(station, other, beyond=(station.uncertain_by + other.uncertain_by) / 2 - slack) for other in others
    ]
    return _is_anywhere(lines, within=max(0.0, within_metres - slack))


def perhaps_nearest_somewhere(station: Mapped, others: Sequence[Mapped], *, within_metres: int) -> bool:
    """Whether `station` might be the nearest to some place in the circle.

    With the distances a and b to the two, and c between them, one is farther than the other by 2cs / (a + b) at s
    beyond the line halfway; so they are equally far at (u + v)(a + b) / 2c at most, where a + b is greatest.
    """
    slack = _slack(station, others)
    lines = []
    for other in others:
        farthest = station.metres + other.metres + 2 * within_metres
        between = hypot(other.east - station.east, other.north - station.north)
        beyond = (station.uncertain_by + other.uncertain_by) * farthest / (2 * between)
        lines.append(_halfway(station, other, beyond=beyond + slack))
    return _is_anywhere(lines, within=within_metres + slack)


def _slack(station: Mapped, others: Sequence[Mapped]) -> float:
    """Return what roundings make, and the map: at d metres across the bearing it is wrong by d³ / 6R²."""
    farthest = max(each.metres for each in (station, *others))
    return _ROUNDING_METRES + farthest**3 / _EARTH_RADIUS_METRES**2 / 3


def _halfway(station: Mapped, other: Mapped, *, beyond: float) -> _Line:
    """Return the line between the two, moved `beyond` metres away from `station`."""
    east, north = other.east - station.east, other.north - station.north
    between = hypot(east, north)
    metres = (other.metres**2 - station.metres**2) / (2 * between)
    return _Line(east / between, north / between, metres + beyond)


def _is_anywhere(lines: Sequence[_Line], *, within: float) -> bool:
    """Whether a place in the circle satisfies all lines: of those that do, the nearest to the home is one of these."""
    return any(
        hypot(x, y) <= within and all(line.east * x + line.north * y <= line.metres + 1e-6 for line in lines)
        for x, y in _corners(lines)
    )


def _corners(lines: Sequence[_Line]) -> Iterator[tuple[float, float]]:
    """Yield the home, the foot of every line and where two lines cross."""
    yield 0.0, 0.0
    for line in lines:
        yield line.east * line.metres, line.north * line.metres
    for one, other in combinations(lines, 2):
        turn = one.east * other.north - one.north * other.east
        if abs(turn) > _PARALLEL:
            yield (
                (one.metres * other.north - other.metres * one.north) / turn,
                (other.metres * one.east - one.metres * other.east) / turn,
            )
