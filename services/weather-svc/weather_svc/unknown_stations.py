"""The alarm about a station that measures rain and is not in the register: it may be the nearest to somebody's home."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from weather_svc.metrics import UNKNOWN_STATION_HOURS

log = structlog.get_logger(__name__)


def raise_alarm(hours: Mapping[int, int], *, data_set: str) -> None:
    """Tell for each station number how many hours with a figure `data_set` holds of it. Nothing is told of none."""
    for number, count in sorted(hours.items()):
        log.warning("station.unknown", station=number, data_set=data_set, hours=count)
        UNKNOWN_STATION_HOURS.labels(station=str(number)).inc(count)
