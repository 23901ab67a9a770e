"""KNMI's manual rain gauges, which are part of this package: `rain_gauges.csv`. They give second opinions only."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from contracts.vocabulary import Network, Station

GAUGE_UNCERTAINTY_METRES = 700
"""How far a gauge may stand from its position, which KNMI gives in whole kilometres."""


@dataclass(frozen=True, slots=True)
class ManualGauge:
    """A gauge, with the days of its first and its last reading; `read_until` is None while it is read still."""

    station: Station
    read_from: date
    read_until: date | None


@cache
def manual_gauges() -> Sequence[ManualGauge]:
    """Return all manual gauges that were read in 2011 or later, by number."""
    text = files("contracts").joinpath("rain_gauges.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [_gauge(row) for row in csv.DictReader(lines)]


def _gauge(row: dict[str, str]) -> ManualGauge:
    station = Station(
        network=Network.GAUGE,
        number=int(row["number"]),
        name=row["name"],
        latitude_microdegrees=int(row["latitude_microdegrees"]),
        longitude_microdegrees=int(row["longitude_microdegrees"]),
    )
    until = row["read_until"]
    return ManualGauge(station, date.fromisoformat(row["read_from"]), date.fromisoformat(until) if until else None)
