"""When a policy ends that its customer gives up: the rules of notice, day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from domain.policy_periods import terms
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_svc.domain.cancellation import Ending, EndReason, ending
from policy_svc.products.product import NoticeRules

RULES = NoticeRules(first_term_months=12, notice_days=30, cooling_off_days=14)
NEW = (terms("2026-11-20"),)
"""Begun on 20 November 2026: withdrawn until 4 December, the first term ends on 20 November 2027."""


def found(today: str, *, wished: str | None = None) -> Ending | None:
    return ending(
        NEW,
        RULES,
        today=date.fromisoformat(today),
        from_days=1,
        wished=date.fromisoformat(wished) if wished else None,
    )


@pytest.mark.parametrize(
    ("today", "wished", "ends_on", "reason"),
    [
        ("2026-11-27", None, "2026-11-28", EndReason.WITHDRAWN),
        ("2026-12-04", None, "2026-12-05", EndReason.WITHDRAWN),
        ("2026-12-05", None, "2027-11-20", EndReason.END_OF_FIRST_TERM),
        ("2026-11-27", "2026-12-02", "2026-12-02", EndReason.WITHDRAWN),
        ("2026-11-27", "2026-12-24", "2027-11-20", EndReason.END_OF_FIRST_TERM),
        ("2027-10-21", None, "2027-11-20", EndReason.END_OF_FIRST_TERM),
        ("2027-10-22", None, "2027-11-21", EndReason.NOTICE),
        ("2028-02-01", None, "2028-03-02", EndReason.NOTICE),
        ("2028-02-01", "2028-02-10", "2028-03-02", EndReason.NOTICE),
        ("2028-02-01", "2028-06-01", "2028-06-01", EndReason.NOTICE),
        ("2026-11-01", None, "2026-11-21", EndReason.WITHDRAWN),
    ],
    ids=[
        "withdrawn",
        "last day to withdraw",
        "first day too late to withdraw",
        "withdrawn on a later day",
        "a day beyond the time to withdraw is notice",
        "last day of notice for the end of the first term",
        "the first term is over when notice is",
        "any day after the first term",
        "a day too soon",
        "a later day",
        "before it has begun",
    ],
)
def test_the_day_follows_from_the_rules(today: str, wished: str | None, ends_on: str, reason: EndReason) -> None:
    result = found(today, wished=wished)

    assert result is not None
    assert (result.ends_on.isoformat(), result.reason) == (ends_on, reason)


def test_who_comes_back_after_a_break_has_a_new_insurance() -> None:
    broken = (terms("2019-01-01", "2020-01-01"), terms("2026-11-20"))
    unbroken = (terms("2019-01-01", "2026-11-20"), terms("2026-11-20"))

    for periods, reason in ((broken, EndReason.WITHDRAWN), (unbroken, EndReason.NOTICE)):
        result = ending(periods, RULES, today=date(2026, 11, 27), from_days=1, wished=None)
        assert result is not None
        assert result.reason is reason


def test_what_ends_by_then_anyway_is_not_cancelled() -> None:
    ends_soon = (terms("2019-01-01", "2026-12-01"),)

    assert ending(ends_soon, RULES, today=date(2026, 11, 27), from_days=1, wished=None) is None
    assert ending(ends_soon, RULES, today=date(2026, 12, 1), from_days=1, wished=None) is None


def test_a_first_term_that_began_on_29_february_ends_on_1_march() -> None:
    result = ending((terms("2024-02-29"),), RULES, today=date(2024, 6, 1), from_days=1, wished=None)

    assert result is not None
    assert result.ends_on == date(2025, 3, 1)


@given(
    days=st.integers(min_value=-100, max_value=1_500), wished_days=st.none() | st.integers(min_value=-50, max_value=400)
)
@settings(max_examples=100)
def test_no_insured_day_is_taken_back_and_none_ends_sooner_than_the_rules_allow(
    days: int, wished_days: int | None
) -> None:
    began = NEW[0].effective_on
    today = began + timedelta(days=days)
    wished = None if wished_days is None else today + timedelta(days=wished_days)
    result = ending(NEW, RULES, today=today, from_days=1, wished=wished)

    assert result is not None
    assert result.ends_on > max(today, began)
    assert result.ends_on >= (wished or result.ends_on)
    if result.reason is not EndReason.WITHDRAWN:
        assert result.ends_on >= max(today + timedelta(days=30), result.first_term_ends_on)
    else:
        assert today <= result.last_day_to_withdraw
