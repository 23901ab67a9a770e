"""Which station is nearest to a home, among those that measured rain at that date."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from contracts.rain_stations import MeasuringPeriod
from contracts.vocabulary import Location, LossInterval, Network, Station

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
    (x, y, z), (u, v, w) = here, there
    chord = sqrt((x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2)
    return round(2 * EARTH_RADIUS_METRES * asin(min(1.0, chord / 2)))


class NearStation(NamedTuple):
    """A station that is, or could be, the nearest one."""

    station: Station
    distance_metres: int


class _Placed(NamedTuple):
    station: Station
    direction: Direction


class StationTable:
    """All stations that measure rain, with the periods in which they did."""

    def __init__(self, periods: Sequence[MeasuringPeriod]) -> None:
        self._periods = periods
        changes = {period.from_at for period in periods} | {period.until_at for period in periods if period.until_at}
        self._changes = sorted(changes)
        self._measuring: dict[tuple[Network, int, int], list[_Placed]] = {}

    def numbers(self, network: Network) -> frozenset[int]:
        """Return the numbers of all stations of `network` that measured rain at any time."""
        return frozenset(period.station.number for period in self._periods if period.station.network is network)

    def nearest(self, *, home: Location, network: Network, loss: LossInterval) -> Sequence[NearStation]:
        """Return every station that could be the nearest to the real place of `home`, the likeliest first.

        A second one is listed when the line halfway between it and the first crosses the circle in which the home
        lies. Equal distances are equally near; they are listed by station number. Empty when none measured rain.
        """
        placed = self._measuring_during(network, loss)
        here = direction_of(
            latitude_microdegrees=home.latitude_microdegrees, longitude_microdegrees=home.longitude_microdegrees
        )
        x, y, z = here
        closeness = [x * u + y * v + z * w for _, (u, v, w) in placed]
        if not closeness:
            return ()
        first = placed[closeness.index(max(closeness))]
        metres = distance_metres(here, first.direction)
        # No station farther away than this can be nearest; the margin outweighs the rounding of the distances.
        least_closeness = cos((metres + 2 * home.accuracy_metres + 2) / EARTH_RADIUS_METRES) - 1e-13
        near = [place for place, close in zip(placed, closeness, strict=True) if close >= least_closeness]
        if len(near) == 1:
            return (NearStation(first.station, metres),)
        by_distance = sorted(
            ((distance_metres(here, place.direction), place) for place in near),
            key=lambda found: (found[0], found[1].station.number),
        )
        return _could_be_nearest(by_distance, accuracy_metres=home.accuracy_metres)

    def _measuring_during(self, network: Network, loss: LossInterval) -> list[_Placed]:
        """Return the stations with one measuring period around all of `loss`, cached per state of the table."""
        key = network, bisect_right(self._changes, loss.from_at), bisect_right(self._changes, loss.until_at)
        if key not in self._measuring:
            self._measuring[key] = [
                _Placed(period.station, _direction_of_station(period.station))
                for period in self._periods
                if period.station.network is network
                and period.from_at <= loss.from_at
                and (period.until_at is None or loss.until_at < period.until_at)
            ]
        return self._measuring[key]


def _direction_of_station(station: Station) -> Direction:
    return direction_of(
        latitude_microdegrees=station.latitude_microdegrees, longitude_microdegrees=station.longitude_microdegrees
    )


def _could_be_nearest(by_distance: Sequence[tuple[int, _Placed]], *, accuracy_metres: int) -> Sequence[NearStation]:
    """Keep the first and those whose halfway line to the first comes within `accuracy_metres` of the home.

    That line lies (b² - a²) / 2c from the home, with a and b the distances to both stations and c the one between them.
    """
    nearest_metres, nearest = by_distance[0]
    return [
        NearStation(place.station, metres)
        for metres, place in by_distance
        if metres**2 - nearest_metres**2 <= 2 * accuracy_metres * distance_metres(nearest.direction, place.direction)
    ]
