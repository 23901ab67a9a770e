"""When a policy ends that its customer gives up: withdrawn, at the end of its first term, or by notice on any day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from contracts.policy import PolicyTerms
from contracts.topic import Part
from policy_svc.domain.timeline import unbroken
from policy_svc.products.product import NoticeRules

_MONTHS_OF_YEAR: Final = 12
_ONE_DAY: Final = timedelta(days=1)


class EndReason(StrEnum):
    """By which rule the day of the end was found."""

    WITHDRAWN = "withdrawn"
    """Within the cooling-off period of a new insurance: all of the premium comes back."""
    END_OF_FIRST_TERM = "end_of_first_term"
    """Before that it cannot end."""
    NOTICE = "notice"
    """After the first term it ends on any day, with a period of notice."""


class Ending(Part):
    """`ends_on` is the first day no longer insured, `last_day_to_withdraw` until when a new insurance can be."""

    ends_on: date
    reason: EndReason
    first_term_ends_on: date
    last_day_to_withdraw: date
    notice_days: int


def ending(
    terms: Sequence[PolicyTerms], rules: NoticeRules, *, today: date, from_days: int, wished: date | None
) -> Ending | None:
    """Return when a policy ends that is given up `today`; None when it ends by then anyway.

    It ends on the `wished` day, or on the first one after it that the rules allow. What was insured until today stays
    so: a withdrawn insurance ends `from_days` from today, when its first day has passed, and costs nothing. Who wishes
    to be insured beyond the time to withdraw gives notice instead.
    """
    began = _began(terms, on=today)
    if began is None:
        return None
    first_term_ends_on = _months_later(began, rules.first_term_months)
    last_day_to_withdraw = began + timedelta(days=rules.cooling_off_days)
    is_withdrawn = max(today, wished or today) <= last_day_to_withdraw
    if is_withdrawn:
        earliest = max(today + timedelta(days=from_days), began + _ONE_DAY)
    else:
        earliest = max(today + timedelta(days=rules.notice_days), first_term_ends_on)
    ends_on = max(earliest, wished or earliest)
    if all(period.ends_on is not None and period.ends_on <= ends_on for period in terms):
        return None
    by_notice = EndReason.NOTICE if ends_on > first_term_ends_on else EndReason.END_OF_FIRST_TERM
    return Ending(
        ends_on=ends_on,
        reason=EndReason.WITHDRAWN if is_withdrawn else by_notice,
        first_term_ends_on=first_term_ends_on,
        last_day_to_withdraw=last_day_to_withdraw,
        notice_days=rules.notice_days,
    )


def _began(terms: Sequence[PolicyTerms], *, on: date) -> date | None:
    """Return when the insurance began that is in force on a day, or comes next: without a break since."""
    return next((began for began, ends_on in unbroken(terms) if ends_on is None or ends_on > on), None)


def _months_later(day: date, months: int) -> date:
    """Return the same day so many months later; the first of the month after where there is none."""
    year, month = divmod(day.year * _MONTHS_OF_YEAR + day.month - 1 + months, _MONTHS_OF_YEAR)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year, month + 2, 1)
