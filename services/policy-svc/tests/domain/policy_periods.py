"""Policies and their terms as the domain's tests need them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from contracts.policy import Home, HomeType, PolicyCover, PolicyTerms
from contracts.vocabulary import Location

HOME = Home(
    postcode="6011RA",
    house_number="12",
    location=Location(latitude_microdegrees=51_190_000, longitude_microdegrees=5_790_000, accuracy_metres=25),
    home_type=HomeType.SEMI_DETACHED,
)
MARCH = datetime(2021, 3, 1, 9, tzinfo=UTC)
MAY = datetime(2021, 5, 3, 9, tzinfo=UTC)


def terms(effective_on: str, ends_on: str | None = None, *, recorded_at: datetime = MARCH) -> PolicyTerms:
    return PolicyTerms(
        effective_on=date.fromisoformat(effective_on),
        ends_on=date.fromisoformat(ends_on) if ends_on else None,
        recorded_at=recorded_at,
        home=HOME,
        covers=(PolicyCover.BUILDINGS,),
        deductible_cents=25_000,
        product_version="home-2021.1",
    )
