"""How the conditions of an insurance are told."""

from __future__ import annotations

from datetime import date
from typing import Final

from pydantic import Field

from chassis.http.values import Cents, Day, ExactModel
from contracts.policy import HOME_KINDS, PolicyChanged, PolicyKind, PolicyTerms
from policy_svc.documents import described
from policy_svc.documents.writer import Writer
from policy_svc.domain.changes import LEAST_IN_HEAVY_WEATHER_CENTS
from policy_svc.domain.policy_status import status_and_terms
from policy_svc.domain.texts import Text
from policy_svc.products import PRODUCTS
from policy_svc.products.product import Product
from policy_svc.routes.policy_views import CoverView, cover_views

_NO_DEDUCTIBLE: Final = Text(nl="U hebt geen eigen risico.", en="You have no deductible.")
_DEDUCTIBLE: Final = Text(
    nl="Van elke schade betaalt u de eerste {amount} zelf.", en="Of each loss you pay the first {amount} yourself."
)
_HEAVY_WEATHER: Final = Text(
    nl=" Bij storm, hevige plaatselijke neerslag en stortbuien is dat ten minste {amount} per gebeurtenis.",
    en=" In a storm, heavy local precipitation or a cloudburst that is at least {amount} for each event.",
)
_NOTICE: Final = Text(
    nl="De verzekering loopt eerst {months} maanden. Daarna kunt u op elke dag opzeggen, {notice} dagen van tevoren. "
    "Een nieuwe verzekering kunt u binnen {cooling_off} dagen herroepen.",
    en="The insurance runs for {months} months first. After that you can cancel on any day, {notice} days ahead. "
    "From a new insurance you can withdraw within {cooling_off} days.",
)


class ConditionsView(ExactModel):
    """By which conditions an insurance counts on a day."""

    policy_number: str = Field(examples=["123456-531-04"])
    kind: PolicyKind = Field(examples=["buildings"])
    name: str = Field(examples=["Woonverzekering"])
    on: Day
    product_version: str = Field(description="The version of the conditions", examples=["home-2021.1"])
    policy_terms: str | None = Field(
        description="Where the policy terms are, clause by clause and as PDF; null for a version from before, which is "
        "on paper only",
        examples=["/products/home-2021.1/terms"],
    )
    covers: list[CoverView]
    deductible_cents: Cents = Field(examples=[25_000])
    deductible: str = Field(
        description="What it means, in words", examples=["Van elke schade betaalt u de eerste € 250,00 zelf."]
    )
    notice: str | None = Field(description="How it ends, in words", examples=["De verzekering loopt eerst 12 maanden."])


def conditions_view(policy: PolicyChanged, *, on: date, write: Writer) -> ConditionsView | None:
    """Return the conditions of a policy on a day; None for an insurance that is kept elsewhere."""
    if policy.kind is PolicyKind.HEALTH:
        return None
    _, terms = status_and_terms(policy.terms, on=on)
    product = PRODUCTS.of(terms.product_version)
    return ConditionsView(
        policy_number=policy.policy_number,
        kind=policy.kind,
        name=described.title(policy.kind, terms, write),
        on=on,
        product_version=terms.product_version,
        policy_terms=None if product is None else f"/products/{product.version}/terms",
        covers=cover_views(policy.kind, terms, write),
        deductible_cents=terms.deductible_cents,
        deductible=_deductible(policy.kind, terms, write),
        notice=None if product is None else _notice(product, write),
    )


def _deductible(kind: PolicyKind, terms: PolicyTerms, write: Writer) -> str:
    cents = terms.deductible_cents
    told = write(_DEDUCTIBLE, amount=write.euros(cents)) if cents else write(_NO_DEDUCTIBLE)
    if kind in HOME_KINDS and cents < LEAST_IN_HEAVY_WEATHER_CENTS:
        told += write(_HEAVY_WEATHER, amount=write.euros(LEAST_IN_HEAVY_WEATHER_CENTS))
    return told


def _notice(product: Product, write: Writer) -> str:
    rules = product.notice
    return write(
        _NOTICE,
        months=str(rules.first_term_months),
        notice=str(rules.notice_days),
        cooling_off=str(rules.cooling_off_days),
    )
