"""The register of KNMI's stations that measure rain, which is part of this package: `rain_stations.csv`.

weather-svc finds the nearest station in it, and whoever verifies a decision finds the same one without weather-svc.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from contracts.vocabulary import Network, Station

PAST_REGISTERS_SHA256: tuple[str, ...] = ()
"""The hashes of earlier versions. A new version only adds periods and ends open ones, so it holds what they held."""


@dataclass(frozen=True, slots=True)
class MeasuringPeriod:
    """When a station measured hourly rain, short outages aside. `until_at` is None while it still does."""

    station: Station
    from_at: datetime
    until_at: datetime | None


@cache
def measuring_periods() -> Sequence[MeasuringPeriod]:
    """Return the lines of the register: a station that was interrupted has several."""
    lines = [line for line in _register().decode().splitlines() if not line.startswith("#")]
    return [_period(row) for row in csv.DictReader(lines)]


@cache
def register_sha256() -> str:
    """Return the hash by which a proof says which register it rests on."""
    return hashlib.sha256(_register()).hexdigest()


def _register() -> bytes:
    return files("contracts").joinpath("rain_stations.csv").read_bytes()


def _period(row: dict[str, str]) -> MeasuringPeriod:
    station = Station(
        network=Network(row["network"]),
        number=int(row["number"]),
        name=row["name"],
        latitude_microdegrees=int(row["latitude_microdegrees"]),
        longitude_microdegrees=int(row["longitude_microdegrees"]),
    )
    until = row["measures_until"]
    return MeasuringPeriod(
        station=station,
        from_at=datetime.fromisoformat(row["measures_from"]),
        until_at=datetime.fromisoformat(until) if until else None,
    )
