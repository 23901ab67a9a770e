"""The parameters of the product, by version: every choice the policy's text leaves to the insurer has a name here."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

import msgspec

from contracts.rain_terms import CURRENT_VERSION, RAIN_QUESTIONS, RainQuestion
from contracts.vocabulary import FactSource


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
    version=CURRENT_VERSION,
    rain=RAIN_QUESTIONS[CURRENT_VERSION],
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
