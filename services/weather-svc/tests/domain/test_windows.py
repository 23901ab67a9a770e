from __future__ import annotations

from collections.abc import Mapping

import pytest
from rain_samples import at, moment, read_sample, surface_water

from contracts.vocabulary import Establishment
from weather_svc.domain.hours import HourSpan, border_at, hours_touched, last_border
from weather_svc.domain.windows import Figures, Position, Rain, Threshold

ESTABLISHED, NOT_ESTABLISHED, UNDETERMINED = Establishment
NOON = last_border(at("2021-07-15T12:00"))
COUNTS = Position(may_lag_hours=24, rain_before_loss_tenths_mm=50)


def rain_of(tenths_mm: Mapping[int, int | None]) -> Rain:
    """Return figures given by the hour they end, counted from noon; all others are dry."""
    hours = range(NOON - 200, NOON + 200)
    figures = Figures(hours.start, tuple(tenths_mm.get(hour - NOON, 0) for hour in hours))
    return Rain(figures, most_in_an_hour_tenths_mm=1_000)


def counted_for(
    end: int, *, loss: str, until: str | None = None, tenths_mm: Mapping[int, int | None], length: int = 24
) -> list[str]:
    """Return the hours of a loss for which the window that ends so many hours after noon counts."""
    hours = HourSpan(hours_touched(moment(loss)).first, hours_touched(moment(until or loss)).last)
    ends = HourSpan(NOON + end, NOON + end)
    counted = COUNTS.loss_hours(ends, length=length, loss=hours, sums=rain_of(tenths_mm).known)
    return [] if counted is None else [f"{border_at(hour):%dT%H}" for hour in counted.numbers]


def test_a_moment_touches_its_hour_and_on_the_border_both() -> None:
    assert hours_touched(moment("2021-07-15T11:30")) == HourSpan(NOON, NOON)
    assert hours_touched(moment("2021-07-15T12:00")) == HourSpan(NOON, NOON + 1)


def test_a_window_counts_from_its_first_hour_on() -> None:
    day = {0: 400}
    assert counted_for(23, loss="2021-07-15T11:59", tenths_mm=day) == ["15T12"]
    assert counted_for(24, loss="2021-07-15T11:59", tenths_mm={1: 400}) == []


@pytest.mark.parametrize(
    ("loss", "hours"),
    [
        ("2021-07-16T11:59", ["16T12"]),
        ("2021-07-16T12:00", ["16T12", "16T13"]),
        ("2021-07-16T12:01", []),
    ],
)
def test_water_may_come_in_until_exactly_a_day_after_the_window(loss: str, hours: list[str]) -> None:
    assert counted_for(0, loss=loss, tenths_mm={0: 400}) == hours


def test_the_moment_of_a_later_hour_of_an_interval_is_its_beginning() -> None:
    hours = counted_for(0, loss="2021-07-16T10:20", until="2021-07-16T14:00", tenths_mm={0: 400})
    assert hours == ["16T11", "16T12", "16T13"]


@pytest.mark.parametrize(("before", "hours"), [(50, ["15T12"]), (49, [])])
def test_rain_must_have_fallen_by_the_end_of_the_hour_of_the_loss(before: int, hours: list[str]) -> None:
    assert counted_for(10, loss="2021-07-15T11:01", tenths_mm={0: before, 1: 400}) == hours


def test_only_rain_of_the_window_itself_counts_as_fallen_before() -> None:
    assert counted_for(10, loss="2021-07-15T11:30", tenths_mm={-14: 100, 1: 400}) == []
    assert counted_for(10, loss="2021-07-15T11:30", tenths_mm={-13: 100, 1: 400}) == ["15T12"]


def test_windows_in_a_row_count_for_the_hours_of_each() -> None:
    threshold, loss = Threshold(24, 400), HourSpan(NOON - 100, NOON + 100)
    hours = COUNTS.reached_for(threshold, loss=loss, sums=rain_of({0: 400}).known)
    assert hours == set(range(NOON, NOON + 49))


def test_of_equal_windows_the_earliest_is_found() -> None:
    found = COUNTS.wettest_reaching(
        Threshold(24, 400), loss=HourSpan(NOON + 10, NOON + 12), sums=rain_of({0: 400, 1: 0}).known
    )
    assert found == (NOON, NOON + 10)


def test_a_missing_hour_is_known_as_nothing_and_possibly_the_most() -> None:
    rain = rain_of({0: 20, 1: None})
    assert rain.known.of_window(NOON + 1, length=2) == 20
    assert rain.most.of_window(NOON + 1, length=2) == 1_020
    assert rain.missing_in(HourSpan(NOON, NOON + 1)) == 1
    assert rain.has_any_in(HourSpan(NOON, NOON + 1))
    assert not rain.has_any_in(HourSpan(NOON + 1, NOON + 1))


def test_without_a_missing_hour_there_is_one_sum() -> None:
    rain = rain_of({0: 20})
    assert rain.most is rain.known


@pytest.mark.parametrize(
    ("station", "loss", "hours", "sum_tenths_mm", "establishment"),
    [
        (215, "2019-10-01T10:00", 24, 400, ESTABLISHED),
        (260, "2023-01-12T10:00", 24, 400, ESTABLISHED),
        (330, "2021-08-22T10:00", 24, 399, NOT_ESTABLISHED),
        (348, "2014-07-28T08:30", 48, 531, ESTABLISHED),
        (270, "2021-08-08T12:30", 48, 531, ESTABLISHED),
        (330, "2020-09-26T06:30", 48, 529, NOT_ESTABLISHED),
        (215, "2016-06-22T10:30", 72, 671, ESTABLISHED),
        (270, "2021-08-08T12:30", 72, 669, NOT_ESTABLISHED),
    ],
)
def test_a_threshold_is_reached_to_the_tenth_of_a_millimetre(
    station: int, loss: str, hours: int, sum_tenths_mm: int, establishment: Establishment
) -> None:
    assessed = surface_water(station, loss=moment(loss), sample="near_the_thresholds.txt")
    window = next(window for window in assessed.windows if window.within_hours == hours)
    assert (window.best_sum_tenths_mm, window.missing_hours) == (sum_tenths_mm, 0)
    assert window.establishment is establishment


def test_ell_reached_40_mm_in_24_hours_though_no_calendar_day_did() -> None:
    assessed = surface_water(377, loss=moment("2021-07-15T06:30"))
    day = assessed.windows[0]
    assert day.best_sum_tenths_mm == 402
    assert (day.starts_at, day.ends_at) == (at("2021-07-14T16:00"), at("2021-07-15T16:00"))
    assert (day.loss_hour_ends_at, day.rain_by_loss_tenths_mm) == (at("2021-07-15T07:00"), 304)
    assert [window.establishment for window in assessed.windows] == [ESTABLISHED, NOT_ESTABLISHED, NOT_ESTABLISHED]
    assert assessed.establishment is ESTABLISHED
    by_day: dict[str, int] = {}
    for row in read_sample("july_2021.txt"):
        if row.station_number == 377:
            day_of_hour = f"{border_at(row.hour - 1):%Y-%m-%d}"
            by_day[day_of_hour] = by_day.get(day_of_hour, 0) + (row.tenths_mm or 0)
    assert max(by_day.values()) == 351


def test_maastricht_is_established_by_48_hours_when_its_24_hours_ended_too_long_ago() -> None:
    assessed = surface_water(380, loss=moment("2021-07-16T08:30"))
    assert [window.best_sum_tenths_mm for window in assessed.windows] == [486, 733, 795]
    assert [window.establishment for window in assessed.windows] == [UNDETERMINED, ESTABLISHED, ESTABLISHED]


def test_maastricht_is_established_by_72_hours_when_its_48_hours_ended_too_long_ago() -> None:
    assessed = surface_water(380, loss=moment("2021-07-17T03:30"))
    assert [window.best_sum_tenths_mm for window in assessed.windows] == [486, 733, 795]
    assert [window.establishment for window in assessed.windows] == [UNDETERMINED, UNDETERMINED, ESTABLISHED]
