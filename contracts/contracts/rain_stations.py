"""The register of KNMI's automatic stations, which is part of this package: `rain_stations.csv`.

weather-svc finds the nearest station in it, and whoever verifies a decision finds the same one without weather-svc. A
register that a new version replaces moves to `past_registers`, named by its hash: decisions that rest on it are
verified by it.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import groupby, pairwise

import msgspec

from contracts.vocabulary import Station

_PAST = files("contracts").joinpath("past_registers")
_COLUMNS = (
    "network",
    "number",
    "wigos_id",
    "name",
    "latitude_microdegrees",
    "longitude_microdegrees",
    "uncertainty_metres",
    "measures_from",
    "measures_until",
)
_MOST_UNCERTAIN_METRES = 10_000
"""More is a mistake: half of what lies between neighbours of the network."""


class RegisterError(ValueError):
    """A register that cannot be read; the message names the line and what to change."""


@dataclass(frozen=True, slots=True)
class StationPeriod:
    """When a station measured hourly rain at one place, short outages aside.

    `uncertainty_metres`: how far the station may stand from its position. `until_at` is None while it still measures.
    Without `from_at` it measured nothing since the register begins: closed before when it has `until_at`, else it is
    known to measure no rain.
    """

    station: Station
    wigos_id: str
    uncertainty_metres: int
    from_at: datetime | None
    until_at: datetime | None

    @property
    def measures_rain(self) -> bool:
        """Whether it has a rain gauge, or had one."""
        return self.from_at is not None or self.until_at is not None

    def measured_during(self, from_at: datetime, until_at: datetime) -> bool:
        """Whether it measured at every moment from `from_at` to `until_at`, both included."""
        has_begun = self.from_at is not None and self.from_at <= from_at
        return has_begun and (self.until_at is None or until_at < self.until_at)


@cache
def station_periods() -> Sequence[StationPeriod]:
    """Return the lines of the register that this package holds."""
    return read_register(register_bytes())


def measuring_periods() -> Sequence[StationPeriod]:
    """Return those lines of it in which rain was measured."""
    return [period for period in station_periods() if period.from_at is not None]


@cache
def register_sha256() -> str:
    """Return the hash by which a proof says which register it rests on."""
    return hashlib.sha256(register_bytes()).hexdigest()


@cache
def held_register(sha256: str) -> Sequence[StationPeriod] | None:
    """Return the lines of the register with this hash; None when this package holds no such register, now or before."""
    if sha256 == register_sha256():
        return station_periods()
    past = {path.name: path for path in _PAST.iterdir()} if _PAST.is_dir() else {}
    path = past.get(f"{sha256}.csv")
    return None if path is None else read_register(path.read_bytes())


def register_bytes() -> bytes:
    """Return the register that this package holds, as it was written."""
    return files("contracts").joinpath("rain_stations.csv").read_bytes()


def read_register(content: bytes) -> Sequence[StationPeriod]:
    """Return the lines of a register, in its layout: CSV in UTF-8 with the columns of this package's, `#` for comments.

    Raises `RegisterError`.
    """
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError as error:
        raise RegisterError(f"byte {error.start} is not UTF-8: save the register as UTF-8") from error
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    if not numbered or tuple(numbered[0][1].split(",")) != _COLUMNS:
        raise RegisterError(f"the first line that is no comment must be: {','.join(_COLUMNS)}")
    periods = [_period(number, row) for number, row in _rows(numbered[1:])]
    if not any(period.from_at for period in periods):
        raise RegisterError("no station measures rain: add a line with measures_from")
    for contradiction in _contradictions(periods):
        raise RegisterError(contradiction)
    return periods


def _rows(numbered: Sequence[tuple[int, str]]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in numbered:
        (values,) = csv.reader([line])
        if len(values) != len(_COLUMNS):
            raise RegisterError(f"line {number} has {len(values)} values: give one for each of {len(_COLUMNS)} columns")
        yield number, dict(zip(_COLUMNS, values, strict=True))


def _period(line: int, row: dict[str, str]) -> StationPeriod:
    try:
        numbers = {name: _whole(row[name]) for name in ("number", "latitude_microdegrees", "longitude_microdegrees")}
        # By the limits of the contract: making a Station does not look at them.
        station = msgspec.convert({"network": row["network"], "name": row["name"], **numbers}, Station)
        uncertainty = _whole(row["uncertainty_metres"])
        from_at, until_at = (_moment(row[name]) for name in ("measures_from", "measures_until"))
    except ValueError as error:
        raise RegisterError(f"line {line}: {error}") from error
    if uncertainty > _MOST_UNCERTAIN_METRES:
        raise RegisterError(f"line {line}: uncertainty_metres is at most {_MOST_UNCERTAIN_METRES}")
    if from_at and until_at and until_at <= from_at:
        raise RegisterError(f"line {line}: measures_until must be after measures_from")
    return StationPeriod(station, row["wigos_id"], uncertainty, from_at, until_at)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError(f"{text!r} has no zone: write it in UTC, with a Z at its end")
    return moment


def _contradictions(periods: Sequence[StationPeriod]) -> Iterator[str]:
    """Lines of one station that cannot all be true: the lines of a station follow each other in time."""
    key_of = {id(period): (period.station.network, period.station.number) for period in periods}
    ordered = sorted(periods, key=lambda period: key_of[id(period)])
    for (network, number), of_station in groupby(ordered, key=lambda period: key_of[id(period)]):
        for earlier, later in pairwise(of_station):
            name = f"station {number} of network {network}"
            if later.from_at is None:
                yield f"{name} has a line without measures_from that is not its first"
            elif earlier.from_at is None and earlier.until_at is None:
                yield f"{name} measures no rain by one line and rain by another"
            elif earlier.until_at is None or later.from_at < earlier.until_at:
                yield f"{name} has a line that begins before the one above it has ended"
            elif later.from_at == earlier.until_at and later.station == earlier.station:
                yield f"{name} has two lines for one period without an interruption: make them one"
