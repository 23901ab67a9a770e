"""Which station is nearest to a home, among those that measured rain at that date."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from contracts.rain_stations import MeasuringPeriod
from contracts.vocabulary import Location, LossInterval, Network, Station

EARTH_RADIUS_METRES = 6_371_009
"""Mean radius of the Earth (IUGG R1)."""
_CELL_MICRODEGREES = 50_000
"""About 5.6 by 3.4 km: for most homes one or two stations are left to compare."""
_MAX_CELLS = 4_096
"""A quarter of the Netherlands, 10 MB."""
_ROUNDING_METRES = 10


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


class _Cell(NamedTuple):
    """A piece of the map: stations by their distance from its middle, and half its diagonal."""

    placed: Sequence[_Placed]
    metres: Sequence[int]
    half_diagonal_metres: int


class StationTable:
    """All stations that measure rain, with the periods in which they did."""

    def __init__(self, periods: Sequence[MeasuringPeriod]) -> None:
        self._periods = periods
        changes = {period.from_at for period in periods} | {period.until_at for period in periods if period.until_at}
        self._changes = sorted(changes)
        self._measuring: dict[tuple[Network, int, int], list[_Placed]] = {}
        self._cells: dict[tuple[Network, int, int, int, int], _Cell] = {}

    def numbers(self, network: Network) -> frozenset[int]:
        """Return the numbers of all stations of `network` that measured rain at any time."""
        return frozenset(period.station.number for period in self._periods if period.station.network is network)

    def nearest(self, *, home: Location, network: Network, loss: LossInterval) -> Sequence[NearStation]:
        """Return every station that could be the nearest to the real place of `home`, the likeliest first.

        A second one is listed when the line halfway between it and the first crosses the circle in which the home
        lies. Equal distances are equally near; they are listed by station number. Empty when none measured rain.
        """
        placed = self._placed_around(home, network=network, loss=loss)
        here = direction_of(
            latitude_microdegrees=home.latitude_microdegrees, longitude_microdegrees=home.longitude_microdegrees
        )
        by_distance = [(distance_metres(here, place.direction), place) for place in placed]
        if len(by_distance) > 1:
            by_distance.sort(key=lambda found: (found[0], found[1].station.number))
            return _could_be_nearest(by_distance, accuracy_metres=home.accuracy_metres)
        return [NearStation(place.station, metres) for metres, place in by_distance]

    def _placed_around(self, home: Location, *, network: Network, loss: LossInterval) -> Sequence[_Placed]:
        """Return the few stations among which those are that could be the nearest to the real place of `home`."""
        row, column = (
            home.latitude_microdegrees // _CELL_MICRODEGREES,
            home.longitude_microdegrees // _CELL_MICRODEGREES,
        )
        state = bisect_right(self._changes, loss.from_at), bisect_right(self._changes, loss.until_at)
        key = network, *state, row, column
        cell = self._cells.get(key)
        if cell is None:
            if len(self._cells) >= _MAX_CELLS:
                self._cells.clear()
            cell = self._cells[key] = _cell_of(self._measuring_during(network, loss, state), row=row, column=column)
        if not cell.placed:
            return ()
        # What is nearest to the real place is at most twice its distance from the middle farther from the middle than
        # what is nearest to that; the rest outweighs the rounding of the distances.
        longest = cell.metres[0] + 2 * (cell.half_diagonal_metres + home.accuracy_metres) + _ROUNDING_METRES
        return cell.placed[: bisect_right(cell.metres, longest)]

    def _measuring_during(self, network: Network, loss: LossInterval, state: tuple[int, int]) -> list[_Placed]:
        """Return the stations with one measuring period around all of `loss`, cached per state of the table."""
        key = network, *state
        if key not in self._measuring:
            self._measuring[key] = [
                _Placed(period.station, _direction_of_station(period.station))
                for period in self._periods
                if period.station.network is network
                and period.from_at <= loss.from_at
                and (period.until_at is None or loss.until_at < period.until_at)
            ]
        return self._measuring[key]


def _cell_of(placed: Iterable[_Placed], *, row: int, column: int) -> _Cell:
    half = _CELL_MICRODEGREES // 2
    south, west = row * _CELL_MICRODEGREES, column * _CELL_MICRODEGREES
    middle = direction_of(latitude_microdegrees=south + half, longitude_microdegrees=west + half)
    by_distance = sorted(
        ((distance_metres(middle, place.direction), place) for place in placed), key=lambda found: found[0]
    )
    # North of the equator a cell is widest in the south.
    corner = direction_of(latitude_microdegrees=south, longitude_microdegrees=west)
    return _Cell(
        placed=[place for _, place in by_distance],
        metres=[metres for metres, _ in by_distance],
        half_diagonal_metres=distance_metres(middle, corner),
    )


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
