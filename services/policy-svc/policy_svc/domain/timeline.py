"""The periods of a policy's terms, and what a change from a day on makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Final

from msgspec.structs import replace

from contracts.policy import PolicyTerms

_ANY_MOMENT: Final = datetime(2000, 1, 1, tzinfo=UTC)


def in_force(terms: Sequence[PolicyTerms], *, on: date) -> PolicyTerms | None:
    """Return the terms of a day; None when nothing is insured then."""
    return next((period for period in terms if _holds(period, on)), None)


def _holds(period: PolicyTerms, day: date) -> bool:
    return period.effective_on <= day and (period.ends_on is None or day < period.ends_on)


def unbroken(terms: Sequence[PolicyTerms]) -> list[tuple[date, date | None]]:
    """Return from when until when something is insured without a break, the end not included, in order."""
    stretches: list[tuple[date, date | None]] = []
    for period in terms:
        goes_on = bool(stretches) and stretches[-1][1] == period.effective_on
        began = stretches.pop()[0] if goes_on else period.effective_on
        stretches.append((began, period.ends_on))
    return stretches


def stretch(terms: Sequence[PolicyTerms], *, on: date) -> tuple[PolicyTerms, ...]:
    """Return the periods in which something is insured without a break, a day among them; none when it is not."""
    for began, ends_on in unbroken(terms):
        if began <= on and (ends_on is None or on < ends_on):
            return tuple(period for period in terms if began <= period.effective_on and _before(period, ends_on))
    return ()


def _before(period: PolicyTerms, day: date | None) -> bool:
    return day is None or period.effective_on < day


def changed_from(
    terms: Sequence[PolicyTerms],
    *,
    on: date,
    change: Callable[[PolicyTerms], PolicyTerms],
    recorded_at: datetime,
) -> tuple[PolicyTerms, ...]:
    """Return the periods as they are when everything insured on `on` and after is changed.

    The period that holds `on` is split there, so that the days before stay as they were. `change` gets a period and
    returns what becomes of it; the days are not its business.
    """
    result = []
    for period in terms:
        before, after = _split(period, on)
        if before is not None:
            result.append(before if after is None else replace(before, recorded_at=recorded_at))
        if after is not None:
            changed = change(after)
            result.append(
                replace(changed, effective_on=after.effective_on, ends_on=after.ends_on, recorded_at=recorded_at)
            )
    return tuple(result)


def ended_on(terms: Sequence[PolicyTerms], *, on: date, recorded_at: datetime) -> tuple[PolicyTerms, ...]:
    """Return the periods as they are when nothing is insured from `on` on."""
    kept = []
    for period in terms:
        before, after = _split(period, on)
        if before is not None:
            kept.append(before if after is None else replace(before, recorded_at=recorded_at))
    return tuple(kept)


def _split(period: PolicyTerms, day: date) -> tuple[PolicyTerms | None, PolicyTerms | None]:
    """Return what of a period lies before `day`, and what on it and after."""
    if period.ends_on is not None and period.ends_on <= day:
        return period, None
    if period.effective_on >= day:
        return None, period
    return replace(period, ends_on=day), replace(period, effective_on=day)


def first_difference(before: Sequence[PolicyTerms], after: Sequence[PolicyTerms]) -> date | None:
    """Return the first day of which two versions of a policy say different things; None when they say the same."""
    for was, becomes in zip_longest(_joined(before), _joined(after)):
        if was is None:
            return becomes.effective_on
        if becomes is None:
            return was.effective_on
        if replace(was, ends_on=None) != replace(becomes, ends_on=None):
            return min(was.effective_on, becomes.effective_on)
        if was.ends_on != becomes.ends_on:
            return min(end for end in (was.ends_on, becomes.ends_on) if end is not None)
    return None


def _joined(terms: Sequence[PolicyTerms]) -> Iterator[PolicyTerms]:
    """Yield the periods of equal contents that follow each other as one, whenever they were recorded."""
    joined: PolicyTerms | None = None
    for period in terms:
        if joined is not None and _goes_on(joined, period):
            joined = replace(joined, ends_on=period.ends_on)
            continue
        if joined is not None:
            yield joined
        joined = replace(period, recorded_at=_ANY_MOMENT)
    if joined is not None:
        yield joined


def _goes_on(period: PolicyTerms, later: PolicyTerms) -> bool:
    is_next = period.ends_on == later.effective_on
    return is_next and period == replace(
        later, effective_on=period.effective_on, ends_on=period.ends_on, recorded_at=period.recorded_at
    )
