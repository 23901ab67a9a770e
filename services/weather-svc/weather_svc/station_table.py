"""Reads `stations.csv`, the table of KNMI stations that measure rain, which is part of this package."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files

from contracts.vocabulary import Network, Station
from weather_svc.domain.stations import MeasuringPeriod, StationTable


def load() -> StationTable:
    return StationTable(measuring_periods())


def measuring_periods() -> Sequence[MeasuringPeriod]:
    """Return the lines of the table: a station that was interrupted has several."""
    text = files("weather_svc").joinpath("stations.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return [_period(row) for row in rows]


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
