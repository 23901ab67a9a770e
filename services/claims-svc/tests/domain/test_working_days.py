from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from claims_svc.domain.working_days import due_at, is_working_day, last_day_of, warning_at, working_days_later


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 27), True),
        (date(2026, 11, 28), False),
        (date(2026, 4, 6), False),
        (date(2026, 4, 27), False),
        (date(2026, 5, 14), False),
        (date(2026, 5, 15), True),
        (date(2026, 12, 25), False),
    ],
)
def test_weekends_and_holidays_are_no_working_days(day: date, works: bool) -> None:  # noqa: FBT001 - of a table
    assert is_working_day(day) is works


def test_two_working_days_from_a_friday_are_over_after_tuesday() -> None:
    friday = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
    due = due_at(friday, working_days=2)
    assert due == datetime(2026, 12, 1, 23, 0, tzinfo=UTC), "the end of Tuesday, in Dutch winter time"
    assert last_day_of(due) == date(2026, 12, 1)
    assert warning_at(due) == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def test_a_day_begins_at_dutch_midnight() -> None:
    late_on_thursday = datetime(2026, 7, 9, 22, 30, tzinfo=UTC)
    assert due_at(late_on_thursday, working_days=2) == datetime(2026, 7, 14, 22, 0, tzinfo=UTC), "it is Friday already"


def test_christmas_and_the_weekend_after_it_do_not_count() -> None:
    assert working_days_later(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert working_days_later(date(2026, 12, 24), 2) == date(2026, 12, 29)


def test_a_warning_over_a_change_to_summer_time_is_at_nine_by_the_clock() -> None:
    friday = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
    due = due_at(friday, working_days=1)
    assert (warning_at(due), due) == (datetime(2026, 3, 30, 7, 0, tzinfo=UTC), datetime(2026, 3, 30, 22, 0, tzinfo=UTC))
