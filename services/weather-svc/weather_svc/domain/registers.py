"""What one register of stations changes about the one before it, and what KNMI's own list has otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

import msgspec

from contracts.rain_stations import StationPeriod
from contracts.vocabulary import Location, Network, Station
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.sphere import Direction, direction_of, distance_metres

_ALWAYS = datetime.max.replace(tzinfo=UTC)
"""The end of a period that goes on."""


class Change(NamedTuple):
    """A time in which stations of `network` measure, or stand, other than before. `until_at` is None if it goes on."""

    network: Network
    from_at: datetime
    until_at: datetime | None


class Listed(NamedTuple):
    """A station in KNMI's own list."""

    wigos_id: str
    name: str
    latitude_microdegrees: int
    longitude_microdegrees: int


def differences(listed: Iterable[Listed], periods: Sequence[StationPeriod]) -> Iterator[str]:
    """Yield what KNMI's own list has otherwise than the register, a sentence each.

    Stations in the Caribbean and far out at sea are passed over: the contracts have no position for them.
    """
    # The last line of a station says where it stands now.
    known = {period.wigos_id: period for period in periods}
    for station in listed:
        name = f"{station.wigos_id} {station.name}"
        period = known.get(station.wigos_id)
        if period is not None:
            metres = distance_metres(_direction(station), _direction(period.station))
            if metres > period.uncertainty_metres:
                allowed = f"{period.uncertainty_metres} m are within its uncertainty"
                yield f"{name} lies {metres} m from its position in the register; {allowed}"
        elif _has_position(station):
            place = f"{station.latitude_microdegrees}, {station.longitude_microdegrees} microdegrees"
            yield f"{name} is not in the register; it lies at {place}"


def _has_position(station: Listed) -> bool:
    try:
        msgspec.convert({**station._asdict(), "accuracy_metres": 0}, Location)
    except msgspec.ValidationError:
        return False
    return True


def _direction(station: Listed | Station) -> Direction:
    return direction_of(
        latitude_microdegrees=station.latitude_microdegrees, longitude_microdegrees=station.longitude_microdegrees
    )


def lost(before: Sequence[StationPeriod], after: Sequence[StationPeriod]) -> Iterator[str]:
    """Yield the stations and measured periods that `after` lacks, a sentence each. A period that went on may end."""
    lines_after = _lines(after)
    for station, lines in _lines(before).items():
        name = f"station {station.number} of network {station.network}"
        if station not in lines_after:
            yield f"{name} is not in it"
            continue
        for period in _measured(lines):
            if period.from_at is None:
                continue
            end = _measured_until(lines_after[station], period.from_at)
            needed = period.from_at if period.until_at is None else period.until_at
            if end < needed or end == period.from_at:
                until = "" if period.until_at is None else f" until {period.until_at.isoformat()}"
                yield f"{name} does not measure from {period.from_at.isoformat()}{until} any more"


def changes(before: Sequence[StationPeriod], after: Sequence[StationPeriod]) -> Sequence[Change]:
    """Return the times of which an answer could find other stations than before, each once, in order."""
    lines_before, lines_after = _lines(before), _lines(after)
    found = set()
    for station in lines_before.keys() | lines_after.keys():
        old, new = (_measured(lines.get(station, ())) for lines in (lines_before, lines_after))
        borders = {border for period in (*old, *new) for border in (period.from_at, period.until_at or _ALWAYS)}
        for from_at, until_at in pairwise(sorted(border for border in borders if border)):
            if _place_at(old, from_at) != _place_at(new, from_at):
                found.add(Change(station.network, from_at, None if until_at == _ALWAYS else until_at))
    return sorted(found, key=lambda change: (change.network, change.from_at, change.until_at or _ALWAYS))


def _lines(periods: Sequence[StationPeriod]) -> Mapping[StationKey, Sequence[StationPeriod]]:
    lines: dict[StationKey, list[StationPeriod]] = {}
    for period in periods:
        lines.setdefault(StationKey(period.station.network, period.station.number), []).append(period)
    return lines


def _measured(lines: Sequence[StationPeriod]) -> Sequence[StationPeriod]:
    return [period for period in lines if period.from_at is not None]


def _measured_until(lines: Sequence[StationPeriod], from_at: datetime) -> datetime:
    """Return the end of what was measured without an interruption from `from_at` on; `from_at` when nothing was."""
    end = from_at
    for period in _measured(lines):
        if period.from_at is not None and period.from_at <= end:
            end = max(end, period.until_at or _ALWAYS)
    return end


def _place_at(periods: Sequence[StationPeriod], moment: datetime) -> tuple[int, int, int] | None:
    """Return where a station measured at `moment`, and how surely; None when it did not measure."""
    for period in periods:
        if period.measured_during(moment, moment):
            station = period.station
            return station.latitude_microdegrees, station.longitude_microdegrees, period.uncertainty_metres
    return None
