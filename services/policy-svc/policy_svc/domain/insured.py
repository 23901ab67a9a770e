"""What the terms of each kind of policy insure, and whether imported ones do and may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.policy import HOME_KINDS, HomeType, PolicyKind, PolicyTerms
from policy_svc.domain.acceptance import insured_since, refusals
from policy_svc.domain.licence_plates import LicencePlateError, parse
from policy_svc.products import PRODUCTS

_INSURES: Final = {
    PolicyKind.BUILDINGS: ("home",),
    PolicyKind.CONTENTS: ("home",),
    PolicyKind.CAR: ("car",),
    PolicyKind.PET: ("pet",),
    PolicyKind.LIABILITY: ("persons",),
    PolicyKind.TRAVEL: ("persons", "area"),
    PolicyKind.HEALTH: ("persons",),
}
_FIELDS: Final = ("home", "car", "pet", "persons", "area")
_HOME_TYPES: Final = ", ".join(kind for kind in HomeType if kind is not HomeType.NO_LONGER_ACCEPTED)


def contradiction_with_kind(kind: PolicyKind, terms: Sequence[PolicyTerms]) -> str | None:
    """Return why `terms` cannot be a policy's of this kind, or None."""
    for period in terms:
        if fault := _wrong_fields(kind, period) or _wrong_for_product(kind, period) or _wrong_plate(period):
            return f"the terms from {period.effective_on}: {fault}"
    return None


def _wrong_fields(kind: PolicyKind, period: PolicyTerms) -> str | None:
    given = [name for name in _FIELDS if getattr(period, name) is not None]
    if missing := [name for name in _INSURES[kind] if name not in given]:
        return f"{missing[0]} is missing: a policy of kind {kind} insures it (left out, the kind is that of a home)"
    if other := [name for name in given if name not in _INSURES[kind]]:
        return f"{other[0]} does not belong to a policy of kind {kind}"
    return None


def _wrong_for_product(kind: PolicyKind, period: PolicyTerms) -> str | None:
    """Return what the product does not have. Products from before that have no file are believed."""
    product = PRODUCTS.of(period.product_version)
    if product is None:
        return None
    if kind not in product.kinds:
        return f"product_version {product.version} is no product of kind {kind}"
    if unknown := [cover for cover in period.covers if cover not in product.kinds[kind].covers]:
        return f"covers must not hold {unknown[0]}: product {product.version} does not have it"
    return None


def _wrong_plate(period: PolicyTerms) -> str | None:
    if period.car is None:
        return None
    try:
        parse(period.car.licence_plate)
    except LicencePlateError as error:
        return f"car.licence_plate: {error}"
    return None


def refusal_of(kind: PolicyKind, terms: Sequence[PolicyTerms]) -> str | None:
    """Return why a home of these terms cannot be insured (domain.md §4), or None.

    Each period counts from its first day; a home that is insured here without a break since before 31 May 2015 stays
    insured. Policyholders of a file are private persons.
    """
    if kind not in HOME_KINDS:
        return None
    for period in terms:
        home = period.home
        if home is None:
            continue
        if home.home_type is HomeType.NO_LONGER_ACCEPTED:
            return f"the terms from {period.effective_on}: home.home_type must say which kind it is: {_HOME_TYPES}"
        since = insured_since(terms, home, on=period.effective_on)
        refused = refusals(home, policyholder_is_private=True, insured_since=since, on=period.effective_on)
        if refused:
            rules = "; ".join(f"{refusal.code}: {refusal.rule.en}" for refusal in refused)
            return f"the terms from {period.effective_on}: the home cannot be insured ({rules})"
    return None
