"""When a policy is renewed: each year on the day on which it began."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from contracts.policy import PolicyChanged, PolicyKind, PolicyTerms
from policy_svc.domain.premium import priced
from policy_svc.domain.timeline import changed_from, unbroken


def next_renewal(terms: Sequence[PolicyTerms], *, after: date) -> date | None:
    """Return the first anniversary of the policy's beginning later than `after`; None when it ends before.

    Insurance after a break begins anew. What began on 29 February is renewed on 1 March in other years.
    """
    for began, ends_on in unbroken(terms):
        renewal = _next_anniversary(began, after=max(began, after))
        if ends_on is None or renewal < ends_on:
            return renewal
    return None


def is_last_year(terms: Sequence[PolicyTerms], *, on: date) -> bool:
    """Return whether what is insured on the day of a renewal ends by the next one."""
    return any(
        began <= on < ends_on <= _next_anniversary(began, after=on)
        for began, ends_on in unbroken(terms)
        if ends_on is not None
    )


def last_renewal(terms: Sequence[PolicyTerms], *, on: date) -> date:
    """Return the last anniversary of the policy's beginning up to a day; in its first year the beginning."""
    began = max((day for day, _ in unbroken(terms) if day <= on), default=terms[0].effective_on)
    renewal = _anniversary(began, on.year)
    return max(began, renewal if renewal <= on else _anniversary(began, on.year - 1))


def _next_anniversary(began: date, *, after: date) -> date:
    renewal = _anniversary(began, after.year)
    return renewal if renewal > after else _anniversary(began, after.year + 1)


def _anniversary(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def renewed(policy: PolicyChanged, *, on: date, recorded_at: datetime) -> tuple[PolicyTerms, ...]:
    """Return the policy's periods when it is renewed on a day: from then on in the present product, at its premium."""
    return changed_from(policy.terms, on=on, change=partial(_renewed, policy.kind, on), recorded_at=recorded_at)


def _renewed(kind: PolicyKind, on: date, terms: PolicyTerms) -> PolicyTerms:
    return priced(kind, terms, on=on)
