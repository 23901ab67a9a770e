"""Which station is nearest to a home, among those that measured rain at that date."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple

from contracts.rain_stations import StationPeriod, register_sha256, station_periods
from contracts.vocabulary import Location, LossInterval, Network, Station
from contracts.weather import PassedOver, PassedOverReason
from weather_svc.domain.sphere import (
    Direction,
    Line,
    direction_of,
    distance_metres,
    exact_metres,
    halfway,
    is_anywhere,
    reach_in_plane,
)

RUNNERS_UP = 3
"""How many stations that do not decide an answer names."""
_CELL_MICRODEGREES = 50_000
"""About 5.6 by 3.4 km: for most homes one station is left."""
_MAX_CELLS = 4_096
"""A quarter of the Netherlands, 10 MB."""
_REACHES_METRES = (100, 1_000, 10_000, 100_000, 1_000_000)
"""Homes that are known about equally well share cells."""
_ROUNDING_METRES = 1
"""Positions are rounded to millionths of a degree, distances to metres."""


class NearStation(NamedTuple):
    """A station that is, or could be, the nearest one."""

    station: Station
    distance_metres: int


class _Placed(NamedTuple):
    """A station where it stood at some date. `reason`: why it is not the nearest, if it is not."""

    station: Station
    direction: Direction
    uncertainty_metres: int
    reason: PassedOverReason


class _Found(NamedTuple):
    """In the order of their distance; of two equally far the lower number comes first."""

    metres: int
    number: int
    placed: _Placed


class _Cell(NamedTuple):
    """A piece of the map: the stations that could be the nearest to a home in it, and those that it could pass over."""

    candidates: Sequence[_Placed]
    around: Sequence[tuple[int, Direction, _Placed]]


class StationTable:
    """All stations of a register, with the periods in which they measured rain and where."""

    def __init__(self, periods: Sequence[StationPeriod], *, register_sha256: str) -> None:
        self.register_sha256 = register_sha256
        self.begins_at = min(period.from_at for period in periods if period.from_at)
        """No station is known to have measured before."""
        ordered = sorted(periods, key=_number)
        self._stations = [(network, list(lines)) for (network, _), lines in groupby(ordered, key=_number)]
        moments = (moment for period in periods for moment in (period.from_at, period.until_at))
        self._changes = sorted({moment for moment in moments if moment})
        self._placed: dict[tuple[Network, int, int], Sequence[_Placed]] = {}
        self._cells: dict[tuple[Network, int, int, int, int, int], _Cell] = {}
        self._neighbours: dict[tuple[Station, int, int], tuple[Station, ...]] = {}

    def numbers(self, network: Network) -> frozenset[int]:
        """Return the numbers of all stations of `network` that have a rain gauge, or had one."""
        return frozenset(lines[0].station.number for of, lines in self._stations if of is network and _has_gauge(lines))

    def nearest(self, *, home: Location, network: Network, loss: LossInterval) -> Sequence[NearStation]:
        """Return every station that is the nearest somewhere in the circle in which the home lies, the likeliest first.

        Only stations count that measured at one place during the whole loss. Wherever their uncertain positions could
        make a station the nearest, it is. Equal distances are equally near: both stations are returned, the one with
        the lower number first. Empty when none measured rain.
        """
        candidates = self._cell(home, network=network, loss=loss).candidates
        here = direction_of(
            latitude_microdegrees=home.latitude_microdegrees, longitude_microdegrees=home.longitude_microdegrees
        )
        if len(candidates) == 1:
            (only,) = candidates
            return [NearStation(only.station, distance_metres(here, only.direction))]
        found = _could_be_nearest(here, candidates, within_metres=home.accuracy_metres)
        return [NearStation(each.placed.station, each.metres) for each in found]

    def passed_over(
        self, *, home: Location, network: Network, loss: LossInterval, near: Sequence[NearStation]
    ) -> tuple[PassedOver, ...]:
        """Return the stations that are not in `near`, which `nearest` returned for the same, the nearest first.

        The first three of the network, and all that are nearer than the first of `near`.
        """
        x, y, z = here = direction_of(
            latitude_microdegrees=home.latitude_microdegrees, longitude_microdegrees=home.longitude_microdegrees
        )
        cell = self._cell(home, network=network, loss=loss)
        listed = [each.station.number for each in near]
        nearest_metres = near[0].distance_metres if near else 0
        nearest = next((each for each in cell.candidates if each.station.number == listed[0]), None)
        # The greatest cosine is that of the least distance.
        by_distance = [(-x * u - y * v - z * w, number, placed) for number, (u, v, w), placed in cell.around]
        by_distance.sort()
        passed_over: list[PassedOver] = []
        for _, number, placed in by_distance:
            if number in listed:
                continue
            metres = distance_metres(here, placed.direction)
            if len(passed_over) >= RUNNERS_UP and metres >= nearest_metres:
                break
            halfway_metres = None
            if nearest and placed.reason is PassedOverReason.FARTHER:
                between = _metres_between(nearest.direction, placed.direction)
                halfway_metres = round((metres * metres - nearest_metres * nearest_metres) / (2 * between))
            passed_over.append(
                PassedOver(
                    station=placed.station, distance_metres=metres, halfway_metres=halfway_metres, reason=placed.reason
                )
            )
        return tuple(passed_over)

    def neighbours(self, station: Station, *, loss: LossInterval, at_most: int) -> tuple[Station, ...]:
        """Return the stations nearest to another one that measured during the whole loss, the nearest first."""
        state = bisect_right(self._changes, loss.from_at), bisect_right(self._changes, loss.until_at)
        key = station, *state
        if key not in self._neighbours:
            placed = self._placed_during(station.network, loss, state)
            around = [each for each in placed if each.reason is PassedOverReason.FARTHER and each.station != station]
            self._neighbours[key] = tuple(
                [found.placed.station for found in _by_distance(_direction_of(station), around)]
            )
        return self._neighbours[key][:at_most]

    def _cell(self, home: Location, *, network: Network, loss: LossInterval) -> _Cell:
        state = bisect_right(self._changes, loss.from_at), bisect_right(self._changes, loss.until_at)
        row, column = (
            home.latitude_microdegrees // _CELL_MICRODEGREES,
            home.longitude_microdegrees // _CELL_MICRODEGREES,
        )
        reach = bisect_left(_REACHES_METRES, home.accuracy_metres)
        key = network, *state, row, column, reach
        cell = self._cells.get(key)
        if cell is None:
            if len(self._cells) >= _MAX_CELLS:
                self._cells.clear()
            placed = self._placed_during(network, loss, state)
            cell = self._cells[key] = _cell_of(placed, row=row, column=column, reach_metres=_REACHES_METRES[reach])
        return cell

    def _placed_during(self, network: Network, loss: LossInterval, state: tuple[int, int]) -> Sequence[_Placed]:
        """Return the stations of `network` where they stood at `loss`, cached per state of the table."""
        key = network, *state
        if key not in self._placed:
            self._placed[key] = [_placed(lines, loss) for of, lines in self._stations if of is network]
        return self._placed[key]


@cache
def shipped_stations() -> StationTable:
    """Return the stations of the register that the contracts hold."""
    return StationTable(station_periods(), register_sha256=register_sha256())


def _number(period: StationPeriod) -> tuple[Network, int]:
    return period.station.network, period.station.number


def _has_gauge(lines: Iterable[StationPeriod]) -> bool:
    return any(period.measures_rain for period in lines)


def _placed(lines: Sequence[StationPeriod], loss: LossInterval) -> _Placed:
    """Return a station where it stood at the beginning of `loss`, or at last before; else where it stood first."""
    begun = [period for period in lines if period.from_at is None or period.from_at <= loss.from_at]
    period = begun[-1] if begun else lines[0]
    if period.measured_during(loss.from_at, loss.until_at):
        reason = PassedOverReason.FARTHER
    elif _has_gauge(lines):
        reason = PassedOverReason.NOT_MEASURING
    else:
        reason = PassedOverReason.NO_RAIN_GAUGE
    return _Placed(period.station, _direction_of(period.station), period.uncertainty_metres, reason)


def _cell_of(placed: Sequence[_Placed], *, row: int, column: int, reach_metres: int) -> _Cell:
    half = _CELL_MICRODEGREES // 2
    south, west = row * _CELL_MICRODEGREES, column * _CELL_MICRODEGREES
    middle = direction_of(latitude_microdegrees=south + half, longitude_microdegrees=west + half)
    # North of the equator a cell is widest in the south.
    corner = direction_of(latitude_microdegrees=south, longitude_microdegrees=west)
    half_diagonal = distance_metres(middle, corner) + _ROUNDING_METRES
    measuring = [each for each in placed if each.reason is PassedOverReason.FARTHER]
    candidates = _could_be_nearest(middle, measuring, within_metres=half_diagonal + reach_metres)
    by_distance = _by_distance(middle, placed)
    # From a home in the cell all distances differ by at most half its diagonal from those from its middle. Not more
    # than the candidates come before the runners-up.
    last = min(len(candidates) + RUNNERS_UP, len(by_distance)) - 1
    farthest = max([by_distance[last].metres] if by_distance else [0])
    nearest = candidates[0].metres if candidates else 0
    reach = max(farthest, nearest) + 2 * half_diagonal
    around = [(number, placed.direction, placed) for metres, number, placed in by_distance if metres <= reach]
    return _Cell([each.placed for each in candidates], around)


def _by_distance(here: Direction, placed: Iterable[_Placed]) -> list[_Found]:
    return sorted(_Found(distance_metres(here, each.direction), each.station.number, each) for each in placed)


def _could_be_nearest(here: Direction, placed: Iterable[_Placed], *, within_metres: int) -> Sequence[_Found]:
    """Keep the stations that could be the nearest to a place within this distance of `here`."""
    by_distance = _by_distance(here, placed)
    reach = reach_in_plane(within_metres + _ROUNDING_METRES)
    return [
        each
        for place, each in enumerate(by_distance)
        if place == 0
        or (
            not _is_clearly_farther(each, by_distance[0], within_metres)
            and is_anywhere(
                [_moved_halfway(here, each, other, within_metres) for other in by_distance if other is not each],
                reach=reach,
            )
        )
    ]


def _is_clearly_farther(far: _Found, near: _Found, within_metres: int) -> bool:
    """Whether their moved halfway line misses the circle even if c, below, is as long as it can be: n + f."""
    both = near.metres + far.metres
    uncertain = near.placed.uncertainty_metres + far.placed.uncertainty_metres
    nearer_by = far.metres - near.metres - 2 * (within_metres + _ROUNDING_METRES)
    return (nearer_by - _ROUNDING_METRES) * both > uncertain * (both + 2 * within_metres)


def _moved_halfway(here: Direction, near: _Found, far: _Found, within_metres: int) -> Line:
    """Return the line beyond which `near` is farther than `far`, wherever the two really stand.

    s metres beyond the halfway line, `near` is 2cs / (n + f) farther than `far`: n and f are the distances to the two,
    c is the one between them (n² - f² = 2cs). Uncertain by u together, they can be equally far where that is u at most:
    s = u(n + f) / 2c. Inside the circle n + f is at most that of its middle and twice its radius.
    """
    line = halfway(here, near.placed.direction, far.placed.direction)
    uncertain = near.placed.uncertainty_metres + far.placed.uncertainty_metres
    between = _metres_between(near.placed.direction, far.placed.direction)
    moved = uncertain * (near.metres + far.metres + 2 * within_metres) / (2 * between)
    return line._replace(metres=line.metres + moved)


@lru_cache(maxsize=4_096)
def _metres_between(one: Direction, other: Direction) -> float:
    return exact_metres(one, other)


def _direction_of(station: Station) -> Direction:
    return direction_of(
        latitude_microdegrees=station.latitude_microdegrees, longitude_microdegrees=station.longitude_microdegrees
    )
