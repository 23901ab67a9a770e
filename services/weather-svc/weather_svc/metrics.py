"""Every metric of weather-svc, by its name."""

from __future__ import annotations

from prometheus_client import Counter

UNKNOWN_STATION_HOURS = Counter(
    "weather_unknown_station_hours", "Hours of rain of a station that the register does not hold", ["station"]
)
