"""Every metric of weather-svc, by its name."""

from __future__ import annotations

from chassis.telemetry.bounded_metrics import counter, gauge

NEWEST_HOUR_TIMESTAMP_SECONDS = gauge(
    "weather_newest_hour_timestamp_seconds",
    "End of the newest hour of which KNMI has published a figure of this station, as Unix time; none of a station "
    "without any",
    station="numbers of the automatic stations that measure rain by the register, some 50",
)
STATIONS_LATE = gauge(
    "weather_stations_late",
    "Automatic stations that measure rain and of which the newest hour is older than three hours",
)
UNKNOWN_STATION_HOURS = counter(
    "weather_unknown_station_hours",
    "Hours of rain of a station that the register does not hold",
    station="numbers that KNMI uses and the register lacks, from 1 to 999: hardly ever any",
)
