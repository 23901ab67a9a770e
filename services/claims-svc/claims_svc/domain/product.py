"""The parameters of the product, by version: every choice the policy's text leaves to the insurer has a name here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from contracts.vocabulary import FactSource, Network, RainThreshold, WindowReading


@dataclass(frozen=True, kw_only=True)
class RainQuestion:
    """What weather-svc is asked: which stations, how windows lie around the loss, how much rain in how many hours."""

    network: Network
    reading: WindowReading
    thresholds: tuple[RainThreshold, ...]
    cloudburst: RainThreshold


@dataclass(frozen=True, kw_only=True)
class Product:
    """One version of the product's parameters. A published version never changes: proofs carry and compare it.

    `weather_deductible_minimum_cents` is the least a customer bears in an event of heavy local precipitation or a
    cloudburst. Up to `customer_estimate_limit_cents` the customer's own amount counts. `occurrence_hours` is how long
    an event lasts, from its earliest loss. The waits count from the moment the system starts waiting.
    `trusted_sources` may deny on what a resident cannot know: which flood defence failed, whether it is a primary one,
    whether an area is unembanked, whether government acted.
    """

    version: str
    rain: RainQuestion
    weather_deductible_minimum_cents: int
    customer_estimate_limit_cents: int
    occurrence_hours: int
    policy_wait: timedelta
    rainfall_wait: timedelta
    trusted_sources: tuple[FactSource, ...]


CURRENT_PRODUCT = Product(
    version="home-2021.1",
    rain=RainQuestion(
        network=Network.AWS,
        reading=WindowReading.CONTAINS_LOSS,
        thresholds=(
            RainThreshold(within_hours=24, at_least_tenths_mm=400),
            RainThreshold(within_hours=48, at_least_tenths_mm=530),
            RainThreshold(within_hours=72, at_least_tenths_mm=670),
        ),
        cloudburst=RainThreshold(within_hours=1, at_least_tenths_mm=250),
    ),
    weather_deductible_minimum_cents=25_000,
    customer_estimate_limit_cents=250_000,
    occurrence_hours=72,
    policy_wait=timedelta(days=2),
    rainfall_wait=timedelta(days=10),
    trusted_sources=(FactSource.HANDLER, FactSource.REGISTER),
)
"""What is sold now. Its waits also apply to a claim whose policy is not known yet."""

PRODUCTS = MappingProxyType({product.version: product for product in (CURRENT_PRODUCT,)})

EVENT_LENGTH = timedelta(hours=CURRENT_PRODUCT.occurrence_hours)
"""How long an event lasts. Claims of several products can share an event, so that all products agree on it."""
