"""What the product asks of the rain, by version: of a claim by claims-svc, of a place and a moment by whoever asks."""

from __future__ import annotations

from types import MappingProxyType

import msgspec

from contracts.claims import ReadingRequested
from contracts.vocabulary import Network, RainThreshold, WaterReading


class RainQuestion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What weather-svc is asked: which stations, how rain must lie around the loss, how much of it in how many hours.

    `surface_water` and `groundwater` say how long after the rain each may come in. `recent_rain` is what must have
    fallen up to the end of the hour of loss for rain to have come straight in. Of an interval of loss up to
    `interval_in_favour_hours` long the best hour for the customer counts. `most_in_an_hour_tenths_mm` is what an hour
    without a figure could at most have held.
    """

    network: Network
    surface_water: ReadingRequested
    groundwater: ReadingRequested
    thresholds: tuple[RainThreshold, ...]
    cloudburst: RainThreshold
    recent_rain: RainThreshold
    interval_in_favour_hours: int
    most_in_an_hour_tenths_mm: int


CURRENT_VERSION = "home-2021.1"
"""The version of the product that is sold now."""

RAIN_QUESTIONS = MappingProxyType(
    {
        "home-2021.1": RainQuestion(
            network=Network.AWS,
            surface_water=ReadingRequested(
                reading=WaterReading.SURFACE_WATER,
                may_lag_hours=24,
                may_lag_at_most_hours=72,
                rain_before_loss_tenths_mm=50,
            ),
            groundwater=ReadingRequested(
                reading=WaterReading.GROUNDWATER,
                may_lag_hours=240,
                may_lag_at_most_hours=720,
                rain_before_loss_tenths_mm=50,
            ),
            thresholds=(
                RainThreshold(within_hours=24, at_least_tenths_mm=400),
                RainThreshold(within_hours=48, at_least_tenths_mm=530),
                RainThreshold(within_hours=72, at_least_tenths_mm=670),
            ),
            cloudburst=RainThreshold(within_hours=1, at_least_tenths_mm=250),
            recent_rain=RainThreshold(within_hours=24, at_least_tenths_mm=10),
            interval_in_favour_hours=72,
            most_in_an_hour_tenths_mm=1_000,
        ),
    }
)
"""By the version of the product. A published one never changes: proofs carry and compare it."""
