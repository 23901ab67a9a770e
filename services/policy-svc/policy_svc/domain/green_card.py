"""The international motor insurance certificate ("green card"): from when until when, and in which countries.

Its form is that of the UN's Resolution R.E.4 (annex 1) and the Council of Bureaux (cobx.org): eleven numbered fields in
the language of the bureau's country, the title in French and English as well. Since 2021 it is black on white.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.policy import Car, PolicyCover, PolicyTerms
from policy_svc.domain.renewal import last_renewal, next_renewal
from policy_svc.domain.timeline import in_force

SHORTEST: Final = timedelta(days=15)
"""No card is valid for less."""
_A_DAY: Final = timedelta(days=1)

COUNTRIES: Final = (
    *("A", "B", "BG", "CY", "CZ", "D", "DK", "E", "EST", "F", "FIN", "GR", "H", "HR", "I", "IRL", "IS", "L", "LT"),
    *("LV", "M", "N", "NL", "P", "PL", "RO", "S", "SK", "SLO", "CH", "AL", "AND", "AZ", "BIH", "BY", "IL", "IR"),
    *("MA", "MD", "MNE", "NMK", "RUS", "SRB", "TN", "TR", "UA", "UK"),
)
"""The members of the system by their distinguishing signs: the EEA and Switzerland, then the others."""
STRUCK_OUT: Final = frozenset({"BY", "IR", "RUS"})
"""Where the card is not valid: Belarus and Russia are suspended since 30 June 2023, Iran because of sanctions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """A card's car and its first and last day, both inclusive."""

    car: Car
    from_day: date
    until_day: date


def validity(terms: Sequence[PolicyTerms], *, on: date) -> Validity | None:
    """Return the card of a day: for this insurance year, and the next one where too little is left of this.

    None when no car is insured against liability then, or not for long enough.
    """
    period = in_force(terms, on=on)
    if period is None or period.car is None or PolicyCover.THIRD_PARTY not in period.covers:
        return None
    begins_on, ends_on = _same_car(terms, period)
    renewed_on = next_renewal(terms, after=on + SHORTEST - _A_DAY)
    ends = min(day for day in (ends_on, renewed_on, date.max) if day is not None)
    if ends - on < SHORTEST:
        return None
    return Validity(car=period.car, from_day=max(begins_on, last_renewal(terms, on=on)), until_day=ends - _A_DAY)


def _on_card(period: PolicyTerms) -> tuple[str, str, str] | None:
    """Return what a card prints of a period's car. Its price and its years without claims make it no other car."""
    car = period.car
    return None if car is None else (car.licence_plate, car.make, car.model)


def _same_car(terms: Sequence[PolicyTerms], period: PolicyTerms) -> tuple[date, date | None]:
    """Return from when until when this car is insured without a break, the end not included."""
    begins_on, ends_on = period.effective_on, period.ends_on
    of_this_car = [
        each for each in terms if _on_card(each) == _on_card(period) and PolicyCover.THIRD_PARTY in each.covers
    ]
    for each in reversed(of_this_car):
        if each.ends_on == begins_on:
            begins_on = each.effective_on
    for each in of_this_car:
        if each.effective_on == ends_on:
            ends_on = each.ends_on
    return begins_on, ends_on
