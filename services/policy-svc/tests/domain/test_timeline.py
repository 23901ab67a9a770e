"""What a change or an end from a day on makes of a policy's periods."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from domain.policy_periods import MARCH, MAY, terms
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.policy import PolicyTerms
from policy_svc.domain.terms import contradiction_in
from policy_svc.domain.timeline import changed_from, ended_on, in_force

FIRST = date(2021, 1, 1)
DAYS = tuple(FIRST + timedelta(days=number) for number in range(30))


@st.composite
def periods(draw: st.DrawFn) -> tuple[PolicyTerms, ...]:
    bounds = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=6, unique=True)))
    found = [terms(begin.isoformat(), end.isoformat()) for begin, end in pairwise(bounds)]
    kept = [period for period in found if draw(st.booleans())] or found[:1]
    return (*kept[:-1], replace(kept[-1], ends_on=None)) if draw(st.booleans()) else tuple(kept)


def free_of_charge(period: PolicyTerms) -> PolicyTerms:
    return replace(period, deductible_cents=0)


def told(period: PolicyTerms | None) -> int | None:
    return None if period is None else period.deductible_cents


@given(before=periods(), day=st.sampled_from(DAYS))
def test_a_change_from_a_day_leaves_all_days_before_it_and_changes_all_others(
    before: tuple[PolicyTerms, ...], day: date
) -> None:
    after = changed_from(before, on=day, change=free_of_charge, recorded_at=MAY)
    assert contradiction_in(after) is None
    for each in DAYS:
        was = told(in_force(before, on=each))
        assert told(in_force(after, on=each)) == (was if each < day or was is None else 0)


@given(before=periods(), day=st.sampled_from(DAYS))
def test_an_end_on_a_day_leaves_all_days_before_it_and_nothing_after(
    before: tuple[PolicyTerms, ...], day: date
) -> None:
    after = ended_on(before, on=day, recorded_at=MAY)
    assert contradiction_in(after) is None
    for each in DAYS:
        assert told(in_force(after, on=each)) == (told(in_force(before, on=each)) if each < day else None)


@given(before=periods(), day=st.sampled_from(DAYS))
def test_what_a_change_leaves_as_it_was_keeps_the_moment_it_was_recorded(
    before: tuple[PolicyTerms, ...], day: date
) -> None:
    after = changed_from(before, on=day, change=free_of_charge, recorded_at=MAY)
    for period in after:
        assert period.recorded_at == (MARCH if period in before else MAY)
