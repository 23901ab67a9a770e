"""What an answer about rain states beside its hours, for the home of the examples, near Ell."""

from __future__ import annotations

from msgspec.structs import replace

from contracts.rain_stations import measuring_periods, register_sha256
from contracts.weather import RAINFALL_ASSESSED, PassedOver, PassedOverReason

_STATIONS = {period.station.number: period.station for period in measuring_periods()}
STATED = replace(
    RAINFALL_ASSESSED.examples[0],
    passed_over=tuple(
        PassedOver(
            station=_STATIONS[number],
            distance_metres=metres,
            halfway_metres=halfway_metres,
            reason=PassedOverReason.FARTHER,
        )
        for number, metres, halfway_metres in ((380, 31_704, 15_455), (370, 40_714, 21_276), (391, 44_309, 21_773))
    ),
    register_sha256=register_sha256(),
)
"""The answer of the nearest station, Ell, in July 2021; its hours are those of the example."""
