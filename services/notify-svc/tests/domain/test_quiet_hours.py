from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from notify_svc.domain.quiet_hours import QuietHours

NIGHT = QuietHours(begin=time(22), end=time(8))


@pytest.mark.parametrize(
    ("moment", "is_quiet"),
    [
        (datetime(2021, 7, 16, 19, 59, 59, tzinfo=UTC), False),
        (datetime(2021, 7, 16, 20, 0, tzinfo=UTC), True),  # 22:00 in summer
        (datetime(2021, 7, 17, 5, 59, 59, tzinfo=UTC), True),
        (datetime(2021, 7, 17, 6, 0, tzinfo=UTC), False),
        (datetime(2021, 1, 16, 20, 30, tzinfo=UTC), False),  # 21:30 in winter
        (datetime(2021, 1, 16, 21, 0, tzinfo=UTC), True),
        # The night of 27 March 2021 has nine hours, that of 30 October eleven.
        (datetime(2021, 3, 27, 21, 0, tzinfo=UTC), True),
        (datetime(2021, 3, 28, 5, 59, 59, tzinfo=UTC), True),
        (datetime(2021, 3, 28, 6, 0, tzinfo=UTC), False),
        (datetime(2021, 10, 30, 20, 0, tzinfo=UTC), True),
        (datetime(2021, 10, 31, 6, 30, tzinfo=UTC), True),
        (datetime(2021, 10, 31, 7, 0, tzinfo=UTC), False),
    ],
)
def test_the_night_is_by_the_clock_on_the_wall(moment: datetime, is_quiet: bool) -> None:  # noqa: FBT001 - a table
    assert NIGHT.cover(moment) is is_quiet


@pytest.mark.parametrize(("hour", "is_quiet"), [(11, False), (12, True), (13, True), (14, False)])
def test_quiet_hours_may_be_in_the_day(hour: int, is_quiet: bool) -> None:  # noqa: FBT001 - a table
    afternoon = QuietHours(begin=time(12), end=time(14))

    assert afternoon.cover(datetime(2021, 1, 16, hour - 1, 0, tzinfo=UTC)) is is_quiet


def test_equal_ends_are_no_quiet_hours() -> None:
    never = QuietHours(begin=time(22), end=time(22))

    assert not any(never.cover(datetime(2021, 1, 16, hour, 0, tzinfo=UTC)) for hour in range(24))
