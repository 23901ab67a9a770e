"""Places on a spherical Earth, distances between them, and the lines halfway between stations seen from a home."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import asin, cos, hypot, radians, sin, sqrt, tan
from typing import NamedTuple

EARTH_RADIUS_METRES = 6_371_009
"""Mean radius of the Earth (IUGG R1)."""


class Direction(NamedTuple):
    """A place as the unit vector from the centre of the Earth: distances then need one square root."""

    x: float
    y: float
    z: float


def direction_of(*, latitude_microdegrees: int, longitude_microdegrees: int) -> Direction:
    """Return the direction of a place on a spherical Earth."""
    latitude, longitude = radians(latitude_microdegrees / 1e6), radians(longitude_microdegrees / 1e6)
    return Direction(cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude))


def distance_metres(here: Direction, there: Direction) -> int:
    """Return the great-circle distance in whole metres."""
    return round(exact_metres(here, there))


def exact_metres(here: Direction, there: Direction) -> float:
    """Return the great-circle distance."""
    (x, y, z), (u, v, w) = here, there
    east, north, up = x - u, y - v, z - w
    chord = sqrt(east * east + north * north + up * up)
    return 2 * EARTH_RADIUS_METRES * asin(min(1.0, chord / 2))


class Line(NamedTuple):
    """A line in the plane around a home: the places with `east * x + north * y <= metres` lie on its near side.

    (east, north) is a unit vector, so that `metres` is how far the line is from the home; negative beyond it.
    """

    east: float
    north: float
    metres: float


def halfway(home: Direction, near: Direction, far: Direction) -> Line:
    """Return the line halfway between two places, with `near` on its near side.

    The plane touches the Earth at the home, and places are projected from the Earth's centre: great circles become
    straight lines and circles around the home stay circles, so nothing is lost by looking at the plane alone. A
    direction d is as near to one as to the other when d · (near - far) = 0, which is linear in the plane.
    """
    x, y, z = far.x - near.x, far.y - near.y, far.z - near.z
    across = hypot(home.x, home.y)
    east = (home.x * y - home.y * x) / across
    north = across * z - home.z * (home.x * x + home.y * y) / across
    up = home.x * x + home.y * y + home.z * z
    length = hypot(east, north)
    return Line(east / length, north / length, -EARTH_RADIUS_METRES * up / length)


def reach_in_plane(metres: float) -> float:
    """Return the radius, in the plane around a home, of the circle of this radius on the Earth."""
    return EARTH_RADIUS_METRES * tan(metres / EARTH_RADIUS_METRES)


def is_anywhere(lines: Iterable[Line], *, reach: float) -> bool:
    """Whether a place within `reach` of the home, in the plane, lies on the near side of every line."""
    corners: Sequence[tuple[float, float]] = [(-reach, -reach), (reach, -reach), (reach, reach), (-reach, reach)]
    for line in lines:
        corners = _near_side(corners, line)
        if not corners:
            return False
    return _reaches(corners, reach)


def _near_side(corners: Sequence[tuple[float, float]], line: Line) -> Sequence[tuple[float, float]]:
    """Return the part of a convex polygon on the near side of `line`."""
    kept = []
    beyond = [line.east * x + line.north * y - line.metres for x, y in corners]
    for place, (x, y) in enumerate(corners):
        (before_x, before_y), before, here = corners[place - 1], beyond[place - 1], beyond[place]
        if (before > 0) != (here > 0):
            share = before / (before - here)
            kept.append((before_x + share * (x - before_x), before_y + share * (y - before_y)))
        if here <= 0:
            kept.append((x, y))
    return kept


def _reaches(corners: Sequence[tuple[float, float]], reach: float) -> bool:
    """Whether a convex polygon, its corners anticlockwise, comes within `reach` of the origin."""
    is_inside = True
    for place, (x, y) in enumerate(corners):
        before_x, before_y = corners[place - 1]
        along_x, along_y = x - before_x, y - before_y
        is_inside = is_inside and along_x * before_y <= along_y * before_x
        squared = along_x * along_x + along_y * along_y
        share = -(before_x * along_x + before_y * along_y) / squared if squared else 0.0
        share = min(1.0, max(0.0, share))
        if hypot(before_x + share * along_x, before_y + share * along_y) <= reach:
            return True
    return is_inside
