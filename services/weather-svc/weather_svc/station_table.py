"""The stations that measure rain, from the register in the contracts."""

from __future__ import annotations

from contracts.rain_stations import measuring_periods
from weather_svc.domain.stations import StationTable


def load() -> StationTable:
    return StationTable(measuring_periods())
