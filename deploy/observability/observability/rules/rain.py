"""Alerts about rain, and about where homes lie."""

from __future__ import annotations

from typing import Final

from observability.prometheus import appeared_or_rose
from observability.rules.model import Alert, Group, Severity

_WHERE_KNMI_IS_ASKED = 'and on () count(part_failing_seconds{part="KNMI"}) > 0'

GROUP: Final = Group(
    name="rain",
    rules=(
        Alert(
            name="RainStops",
            expr=f"time() - max(weather_newest_hour_timestamp_seconds) > 6 * 3600\n  {_WHERE_KNMI_IS_ASKED}",
            lasts="15m",
            severity=Severity.PAGE,
            summary="The newest hour of rain of all stations is {{ $value | humanizeDuration }} old",
        ),
        Alert(
            name="RainLate",
            expr=f"max(weather_stations_late) > 3\n  {_WHERE_KNMI_IS_ASKED}",
            lasts="1h",
            severity=Severity.TICKET,
            summary="{{ $value }} stations are behind with their hours",
        ),
        Alert(
            name="StationsUnknown",
            expr=appeared_or_rose("weather_unknown_station_hours_total", within="1d"),
            lasts="0s",
            severity=Severity.TICKET,
            summary="KNMI publishes hours of station {{ $labels.station }}, which the register does not hold",
        ),
        Alert(
            name="HomesWithoutPosition",
            expr="max(policy_positions_pending) > 100",
            lasts="6h",
            severity=Severity.TICKET,
            summary="Of {{ $value }} insured homes nobody knows yet where they lie",
        ),
    ),
)
