"""The register of stations in the contracts."""

from __future__ import annotations

from contracts.rain_stations import register_sha256, station_periods
from weather_svc.domain.stations import StationTable


def load() -> StationTable:
    return StationTable(station_periods(), register_sha256=register_sha256())
