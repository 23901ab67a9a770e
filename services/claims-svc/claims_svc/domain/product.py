"""The parameters of the product, by version: every choice the policy's text leaves to the insurer has a name here."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

import msgspec

from contracts.claims import ReadingRequested
from contracts.vocabulary import FactSource, Network, RainThreshold, WaterReading


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


class Product(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One version of the product's parameters. A published version never changes: proofs carry and compare it.

    `deductibles_cents` are those a customer can choose. `weather_deductible_minimum_cents` is the least a customer
    bears in an event of heavy local precipitation or a cloudburst. Up to `customer_estimate_limit_cents` an event the
    customer's own amounts count. `occurrence_hours` is how long an event lasts, from its earliest loss. A report comes
    late when it comes more than `reported_within_years` after the loss. Reports are surely about the same loss when
    their moments lie within `same_loss_within` and their damage is the same. The waits count from the moment the system
    starts waiting. `trusted_sources` may deny on what a resident cannot know: which flood defence failed, whether it is
    a primary one, whether an area is unembanked, whether government acted, whether the water came from the sea.
    """

    version: str
    rain: RainQuestion
    deductibles_cents: tuple[int, ...]
    weather_deductible_minimum_cents: int
    customer_estimate_limit_cents: int
    occurrence_hours: int
    reported_within_years: int
    same_loss_within: timedelta
    policy_wait: timedelta
    rainfall_wait: timedelta
    trusted_sources: tuple[FactSource, ...]


CURRENT_PRODUCT = Product(
    version="home-2021.1",
    rain=RainQuestion(
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
    deductibles_cents=(0, 25_000, 50_000, 100_000),
    weather_deductible_minimum_cents=25_000,
    customer_estimate_limit_cents=250_000,
    occurrence_hours=72,
    reported_within_years=3,
    same_loss_within=timedelta(hours=1),
    policy_wait=timedelta(days=2),
    rainfall_wait=timedelta(days=10),
    trusted_sources=(FactSource.HANDLER, FactSource.REGISTER),
)
"""What is sold now. Its waits also apply to a claim whose policy is not known yet."""

PRODUCTS = MappingProxyType({product.version: product for product in (CURRENT_PRODUCT,)})

EVENT_LENGTH = timedelta(hours=CURRENT_PRODUCT.occurrence_hours)
"""How long an event lasts. Claims of several products can share an event, so that all products agree on it."""
