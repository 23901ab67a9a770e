"""What a policy costs a year: each cover, a discount for the deductible, and insurance premium tax.

Every part is computed exactly and rounded once, half up, to whole cents; the premium is the sum of its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, pairwise

from msgspec.structs import replace

from contracts.policy import Car, Home, Pet, PolicyCover, PolicyKind, PolicyTerms, Premium, PremiumPart
from policy_svc.domain.money import part_of, quotient
from policy_svc.domain.reinstatement import postcode_area, reinstatement_value
from policy_svc.products import PRODUCTS
from policy_svc.products.product import (
    WHOLE,
    CarPremium,
    ContentsValue,
    HomePremium,
    HomeRate,
    PersonsPremium,
    PetPremium,
    Product,
    ReinstatementModel,
    factor_of,
)

_RATED_CENTS = 100_000
"""Rates are cents for so many cents of value."""
_MONTHS = 12
_TAX = "insurance_premium_tax"


@dataclass(frozen=True, slots=True)
class _Priced:
    """What each cover costs, what the history of claims makes of all of them, and whether anything was assumed."""

    covers: Mapping[PolicyCover, int]
    is_estimate: bool = False
    further: Mapping[str, int] = field(default_factory=dict)


def priced(kind: PolicyKind, terms: PolicyTerms, *, on: date) -> PolicyTerms:
    """Return `terms` in the product that is sold on a day, with their premium.

    What that product does not have stays as it is: an insurance that is kept elsewhere, a cover or a deductible from
    before, or terms that do not say what is insured.
    """
    if kind is PolicyKind.HEALTH:
        return terms
    product = PRODUCTS.current(kind, on)
    premium = _premium(product, kind, terms, on)
    return terms if premium is None else replace(terms, product_version=product.version, premium=premium)


def is_priced_by_model(kind: PolicyKind, terms: PolicyTerms, *, on: date) -> bool:
    """Return whether the product that is sold on a day has a premium for `terms`, whatever theirs is."""
    return priced(kind, replace(terms, premium=None), on=on).premium is not None


def changed_premium(kind: PolicyKind, before: PolicyTerms, after: PolicyTerms, *, on: date) -> PolicyTerms:
    """Return `after` in the product of a day, at the premium of `before` in the proportion of the model's for both.

    So a premium that another system computed stays what it was but for the change, nothing is dearer by what lowers a
    premium, nothing becomes free, and a change that is undone costs what it did but for cents. The premium stays where
    the model cannot price `after` or finds no difference, and is the model's where it is not known of `before`.
    """
    of_model = priced(kind, replace(after, premium=None), on=on)
    was, becomes = priced(kind, replace(before, premium=None), on=on).premium, of_model.premium
    paid = before.premium
    if becomes is None or (paid is not None and becomes == was):
        return replace(of_model, premium=paid)
    if paid is None or was is None or paid == was or not was.a_year_cents or not becomes.a_year_cents:
        return of_model
    # A cent is left of a cent: nothing of a premium of 0 has a proportion, so that there would be no way back.
    a_year_cents = max(quotient(paid.a_year_cents * becomes.a_year_cents, was.a_year_cents), min(paid.a_year_cents, 1))
    is_of_parts_of_model = _amounts(paid).keys() == _amounts(was).keys() and _adds_up(paid)
    tax = PRODUCTS.current(kind, on).premium.tax
    premium = replace(
        paid,
        a_year_cents=a_year_cents,
        parts=_scaled_parts(becomes, a_year_cents, tax) if is_of_parts_of_model else (),
        is_estimate=paid.is_estimate or becomes.is_estimate,
    )
    return replace(of_model, premium=premium)


def _scaled_parts(of_model: Premium, a_year_cents: int, tax: int) -> tuple[PremiumPart, ...]:
    """Return the parts of a premium in the proportion of the model's: the tax that is in it, then the rest by parts.

    Each part is the difference of two rounded running totals, so that all add up.
    """
    parts = _amounts(of_model)
    of_tax = quotient(a_year_cents * tax, WHOLE + tax)
    untaxed = of_model.a_year_cents - parts.pop(_TAX, 0)
    totals = [quotient(total * (a_year_cents - of_tax), untaxed) for total in accumulate(parts.values(), initial=0)]
    scaled = {code: until - since for code, (since, until) in zip(parts, pairwise(totals), strict=True)}
    return _told(scaled | {_TAX: of_tax})


def _amounts(premium: Premium) -> dict[str, int]:
    return {part.code: part.amount_cents for part in premium.parts}


def _adds_up(premium: Premium) -> bool:
    return sum(part.amount_cents for part in premium.parts) == premium.a_year_cents


def _told(parts: Mapping[str, int]) -> tuple[PremiumPart, ...]:
    return tuple(PremiumPart(code=code, amount_cents=cents) for code, cents in parts.items() if cents)


def a_month_cents(premium: Premium) -> int:
    """Return a twelfth of a premium, rounded half up."""
    return quotient(premium.a_year_cents, _MONTHS)


def _premium(product: Product, kind: PolicyKind, terms: PolicyTerms, on: date) -> Premium | None:
    kind_terms = product.kinds[kind]
    discount = kind_terms.deductible_discounts.get(terms.deductible_cents)
    if discount is None or kind_terms.wrong_in(terms.covers):
        return None
    found = _of_covers(product, terms, on)
    if found is None:
        return None
    parts = {str(cover): cents for cover, cents in found.covers.items()} | dict(found.further)
    parts["deductible"] = -part_of(sum(parts.values()), discount)
    parts[_TAX] = part_of(sum(parts.values()), product.premium.tax)
    return Premium(
        a_year_cents=sum(parts.values()),
        parts=_told(parts),
        model=product.premium.model,
        is_estimate=found.is_estimate,
    )


def _of_covers(product: Product, terms: PolicyTerms, on: date) -> _Priced | None:
    """Return what the covers of `terms` cost; None when these do not say what is insured."""
    match product.premium:
        case HomePremium() as model if terms.home is not None and product.reinstatement is not None:
            return _of_home(model, product.reinstatement, terms.home, terms.covers)
        case CarPremium() as model if terms.car is not None:
            return _of_car(model, terms.car, terms.covers)
        case PetPremium() as model if terms.pet is not None:
            return _of_pet(model, terms.pet, terms.covers, on)
        case PersonsPremium() as model:
            return _of_persons(model, terms)
        case _:
            return None


def _of_home(
    model: HomePremium, reinstatement: ReinstatementModel, home: Home, covers: tuple[PolicyCover, ...]
) -> _Priced:
    value = reinstatement_value(reinstatement, home)
    amounts = {}
    if PolicyCover.BUILDINGS in covers:
        features = [model.features[feature] for feature in set(home.features)]
        amounts[PolicyCover.BUILDINGS] = _of_value(model.buildings, home, value.cents, *features)
    if PolicyCover.CONTENTS in covers:
        contents_cents = _contents_cents(model.contents_value, value.building.floor_area_m2 or 0)
        amounts[PolicyCover.CONTENTS] = _of_value(model.contents, home, contents_cents)
    depends_on = set(value.assumed) if PolicyCover.BUILDINGS in covers else {"floor_area_m2"} & set(value.assumed)
    return _Priced(amounts, is_estimate=bool(depends_on))


def _of_value(rate: HomeRate, home: Home, value_cents: int, *factors: int) -> int:
    numerator = rate.fixed_cents * _RATED_CENTS + value_cents * rate.rates[home.home_type]
    for factor in (factor_of(rate.regions, postcode_area(home)), *factors):
        numerator *= factor
    return quotient(numerator, _RATED_CENTS * WHOLE ** (1 + len(factors)))


def _contents_cents(model: ContentsValue, floor_area_m2: int) -> int:
    """Return what the contents are taken to be worth: the end of the band in which their value lies."""
    cents = model.fixed_cents + floor_area_m2 * model.per_m2_cents
    return -(-cents // model.band_cents) * model.band_cents


def _of_car(model: CarPremium, car: Car, covers: tuple[PolicyCover, ...]) -> _Priced:
    list_price = model.assumed_list_price_cents if car.list_price_cents is None else car.list_price_cents
    amounts = {
        cover: quotient(rate.fixed_cents * _RATED_CENTS + list_price * rate.rate, _RATED_CENTS)
        for cover, rate in model.covers.items()
        if cover in covers
    }
    total, factor = sum(amounts.values()), factor_of(model.claim_free_years, car.claim_free_years)
    return _Priced(
        amounts,
        is_estimate=car.list_price_cents is None,
        further={"claim_free_years": part_of(total, factor) - total},
    )


def _of_pet(model: PetPremium, pet: Pet, covers: tuple[PolicyCover, ...], on: date) -> _Priced:
    factor = factor_of(model.ages, _years_between(pet.born_on, on))
    amounts = model.covers[pet.species]
    return _Priced({cover: part_of(cents, factor) for cover, cents in amounts.items() if cover in covers})


def _years_between(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def _of_persons(model: PersonsPremium, terms: PolicyTerms) -> _Priced | None:
    if terms.persons is None or (model.areas and terms.area is None):
        return None
    factor = model.areas[terms.area] if model.areas and terms.area is not None else WHOLE
    amounts = model.covers[terms.persons]
    return _Priced({cover: part_of(cents, factor) for cover, cents in amounts.items() if cover in terms.covers})
