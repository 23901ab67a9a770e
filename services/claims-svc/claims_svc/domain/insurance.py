"""What was insured at the moment of loss, by Dutch calendar days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache

import msgspec

from claims_svc.domain.dutch_time import dutch_day
from contracts.policy import HOME_KINDS, PolicyChanged, PolicyCover, PolicyTerms
from contracts.vocabulary import Cover, Location, LossInterval


class InsuranceState(StrEnum):
    """Whether the loss was insured."""

    INSURED = "insured"
    NOT_INSURED = "not_insured"
    CHANGED_DURING_LOSS = "changed_during_loss"
    UNKNOWN = "unknown"
    """No policy of a home was found (yet), or the position of the home is not known (yet)."""


class InsuredTerms(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The terms a decision rests on: of the home only the place the rain is measured for and its postcode area."""

    effective_on: date
    ends_on: date | None
    covers: tuple[Cover, ...]
    deductible_cents: int
    product_version: str
    location: Location
    postcode_area: str


class Insurance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The insurance at loss; `terms` is there exactly when the state is INSURED."""

    state: InsuranceState
    terms: InsuredTerms | None = None


def insurance_at(policy: PolicyChanged | None, *, loss: LossInterval) -> Insurance:
    """Return the insurance at loss, by Dutch calendar days (domain.md, "Cover by route").

    Terms that follow each other without a change in substance, as at a renewal, count as one. A policy that insures no
    home says nothing about damage to one: doubt never denies.
    """
    if policy is None or policy.kind not in HOME_KINDS:
        return Insurance(state=InsuranceState.UNKNOWN)
    in_force = _in_force(policy.terms, loss=loss)
    if not any(in_force):
        return Insurance(state=InsuranceState.NOT_INSURED)
    first, *others = in_force
    if first is None or (others and any(terms is None or _substance(terms) != _substance(first) for terms in others)):
        return Insurance(state=InsuranceState.CHANGED_DURING_LOSS)
    terms = _insured(first)
    return Insurance(state=InsuranceState.UNKNOWN if terms is None else InsuranceState.INSURED, terms=terms)


def _in_force(terms: Sequence[PolicyTerms], *, loss: LossInterval) -> list[PolicyTerms | None]:
    """Return the terms of the first day of the loss and of each later day of it on which terms begin or end."""
    first, last = dutch_day_span(loss)
    if first == last:
        return [_on(terms, day=first)]
    borders = {day for each in terms for day in (each.effective_on, each.ends_on) if day and first < day <= last}
    return [_on(terms, day=day) for day in (first, *sorted(borders))]


def dutch_day_span(loss: LossInterval) -> tuple[date, date]:
    """Return the Dutch calendar days on which the loss began and ended at the latest."""
    first = dutch_day(loss.from_at)
    return first, first if loss.until_at == loss.from_at else dutch_day(loss.until_at)


def _on(terms: Sequence[PolicyTerms], *, day: date) -> PolicyTerms | None:
    """Return the terms of `day`; what was recorded later corrects what was recorded before."""
    newest: PolicyTerms | None = None
    for each in terms:
        is_in_force = each.effective_on <= day and (each.ends_on is None or day < each.ends_on)
        if is_in_force and (newest is None or each.recorded_at > newest.recorded_at):
            newest = each
    return newest


def _substance(terms: PolicyTerms) -> tuple[object, ...]:
    return terms.home, frozenset(terms.covers), terms.deductible_cents, terms.product_version


def _insured(terms: PolicyTerms) -> InsuredTerms | None:
    """Return what a decision rests on; None as long as the home or its position is not known."""
    home = terms.home
    if home is None or home.location is None:
        return None
    return InsuredTerms(
        effective_on=terms.effective_on,
        ends_on=terms.ends_on,
        covers=_of_home(terms.covers),
        deductible_cents=terms.deductible_cents,
        product_version=terms.product_version,
        location=home.location,
        postcode_area=home.postcode[:4],
    )


@lru_cache(maxsize=64)
def _of_home(covers: tuple[PolicyCover, ...]) -> tuple[Cover, ...]:
    return tuple(Cover(cover) for cover in covers if cover in _COVERS_OF_HOMES)


_COVERS_OF_HOMES = frozenset(map(PolicyCover, Cover))
