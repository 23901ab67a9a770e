from __future__ import annotations

import pytest
from rain_samples import at, measured, moment, read_sample, request

from contracts.vocabulary import Establishment, LossInterval, Truth, WindowReading
from weather_svc.domain.assessment import Question, hours_of, measure
from weather_svc.domain.hours import LossHours, border_at, last_border
from weather_svc.domain.windows import Figures, Threshold, assess_window, window_ends

ESTABLISHED, NOT_ESTABLISHED, UNDETERMINED = Establishment
CONTAINS_LOSS, ENDS_BY_LOSS = WindowReading
THRESHOLDS = (Threshold(24, 400), Threshold(48, 530), Threshold(72, 670))
NOON = last_border(at("2021-07-15T12:00"))


def ends_at(loss: LossInterval, *, length: int, reading: WindowReading = CONTAINS_LOSS) -> list[str]:
    ends = window_ends(LossHours.of(loss), length=length, reading=reading)
    return [f"{border_at(end):%dT%H}" for end in ends.windows]


def verdict_of(tenths_mm: dict[int, int | None], *, loss: LossInterval, threshold: Threshold) -> Establishment:
    """Judge figures given by the hour they end, counted from noon; all others are dry."""
    ends = window_ends(LossHours.of(loss), length=threshold.within_hours, reading=CONTAINS_LOSS)
    hours = range(ends.hours.first - 5, ends.hours.last + 6)
    figures = Figures(first_hour=hours.start, tenths_mm=[tenths_mm.get(hour - NOON, 0) for hour in hours])
    return assess_window(figures, threshold=threshold, ends=ends).establishment


def test_windows_contain_the_moment_of_loss() -> None:
    assert ends_at(moment("2021-07-15T11:30"), length=3) == ["15T12", "15T13", "15T14"]


def test_a_loss_on_the_hour_belongs_to_the_window_that_ends_there_and_to_the_one_that_begins_there() -> None:
    assert ends_at(moment("2021-07-15T12:00"), length=3) == ["15T12", "15T13", "15T14", "15T15"]


def test_windows_overlap_an_interval_of_loss() -> None:
    loss = LossInterval(from_at=at("2021-07-15T11:30"), until_at=at("2021-07-15T13:30"))
    assert ends_at(loss, length=3) == ["15T12", "15T13", "15T14", "15T15", "15T16"]


def test_windows_that_must_end_by_the_loss_end_in_its_last_hour() -> None:
    loss = LossInterval(from_at=at("2021-07-15T11:30"), until_at=at("2021-07-15T13:30"))
    assert ends_at(moment("2021-07-15T11:30"), length=3, reading=ENDS_BY_LOSS) == ["15T12"]
    assert ends_at(moment("2021-07-15T12:00"), length=3, reading=ENDS_BY_LOSS) == ["15T12"]
    assert ends_at(loss, length=3, reading=ENDS_BY_LOSS) == ["15T12", "15T13", "15T14"]


@pytest.mark.parametrize(
    ("station", "loss", "hours", "sum_tenths_mm", "establishment"),
    [
        (215, "2019-09-30T21:00", 24, 400, ESTABLISHED),
        (260, "2023-01-12T10:00", 24, 400, ESTABLISHED),
        (330, "2021-08-22T10:00", 24, 399, NOT_ESTABLISHED),
        (348, "2014-07-27T12:30", 48, 531, ESTABLISHED),
        (270, "2021-08-08T12:30", 48, 531, ESTABLISHED),
        (330, "2020-09-26T06:30", 48, 529, NOT_ESTABLISHED),
        (215, "2016-06-22T10:30", 72, 671, ESTABLISHED),
        (270, "2021-08-08T12:30", 72, 669, NOT_ESTABLISHED),
    ],
)
def test_a_threshold_is_reached_to_the_tenth_of_a_millimetre(
    station: int, loss: str, hours: int, sum_tenths_mm: int, establishment: Establishment
) -> None:
    assessed = measured(station, loss=moment(loss), sample="near_the_thresholds.txt")
    window = next(window for window in assessed.windows if window.within_hours == hours)
    assert (window.best_sum_tenths_mm, window.missing_hours) == (sum_tenths_mm, 0)
    assert window.establishment is establishment


def test_ell_reached_40_mm_in_24_hours_though_no_calendar_day_did() -> None:
    assessed = measured(377, loss=moment("2021-07-15T06:30"))
    day = assessed.windows[0]
    assert day.best_sum_tenths_mm == 402
    assert (day.starts_at, day.ends_at) == (at("2021-07-14T16:00"), at("2021-07-15T16:00"))
    assert [window.establishment for window in assessed.windows] == [ESTABLISHED, NOT_ESTABLISHED, NOT_ESTABLISHED]
    assert assessed.establishment is ESTABLISHED
    by_day: dict[str, int] = {}
    for row in read_sample("july_2021.txt"):
        if row.station_number == 377:
            day_of_hour = f"{border_at(row.hour - 1):%Y-%m-%d}"
            by_day[day_of_hour] = by_day.get(day_of_hour, 0) + (row.tenths_mm or 0)
    assert max(by_day.values()) == 351


def test_maastricht_is_established_by_48_hours_only() -> None:
    assessed = measured(380, loss=moment("2021-07-15T10:30"))
    assert [window.best_sum_tenths_mm for window in assessed.windows] == [329, 720, 795]
    assert [window.establishment for window in assessed.windows] == [NOT_ESTABLISHED, ESTABLISHED, ESTABLISHED]


def test_maastricht_is_established_by_72_hours_only() -> None:
    assessed = measured(380, loss=moment("2021-07-16T03:30"))
    assert [window.best_sum_tenths_mm for window in assessed.windows] == [104, 504, 795]
    assert [window.establishment for window in assessed.windows] == [NOT_ESTABLISHED, NOT_ESTABLISHED, ESTABLISHED]


def test_of_equal_windows_the_earliest_is_reported() -> None:
    ends = window_ends(LossHours.of(moment("2021-07-15T11:30")), length=24, reading=CONTAINS_LOSS)
    hours = range(ends.hours.first, ends.hours.last + 1)
    figures = Figures(first_hour=hours.start, tenths_mm=[70 if hour == NOON else 0 for hour in hours])
    window = assess_window(figures, threshold=THRESHOLDS[0], ends=ends)
    assert (window.starts_at, window.ends_at) == (at("2021-07-14T12:00"), at("2021-07-15T12:00"))


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_one_hour_more_than_the_window_cannot_tell(threshold: Threshold) -> None:
    half = threshold.at_least_tenths_mm // 2
    apart = threshold.within_hours
    loss = moment("2021-07-15T11:30")
    assert verdict_of({0: half, apart - 1: half}, loss=loss, threshold=threshold) is ESTABLISHED
    assert verdict_of({0: half, apart: half}, loss=loss, threshold=threshold) is UNDETERMINED
    assert verdict_of({0: half, apart + 1: half}, loss=loss, threshold=threshold) is NOT_ESTABLISHED


def test_ell_in_the_evening_is_an_hour_too_long_to_tell() -> None:
    assessed = measured(377, loss=moment("2021-07-15T18:30"))
    assert assessed.windows[0].best_sum_tenths_mm == 384
    assert assessed.windows[0].missing_hours == 0
    assert assessed.windows[0].establishment is UNDETERMINED


def test_a_missing_hour_within_reach_rules_a_no_out() -> None:
    loss, day = moment("2021-07-15T11:30"), THRESHOLDS[0]
    assert verdict_of({-24: None}, loss=loss, threshold=day) is UNDETERMINED
    assert verdict_of({24: None}, loss=loss, threshold=day) is UNDETERMINED


def test_a_missing_hour_out_of_reach_does_not_matter() -> None:
    loss, day = moment("2021-07-15T11:30"), THRESHOLDS[0]
    assert verdict_of({-25: None, 25: None}, loss=loss, threshold=day) is NOT_ESTABLISHED


def test_known_hours_alone_can_reach_the_threshold() -> None:
    assert verdict_of({0: 400, 1: None}, loss=moment("2021-07-15T11:30"), threshold=THRESHOLDS[0]) is ESTABLISHED


def test_a_window_in_which_nothing_is_known_has_no_sum() -> None:
    assessed = measured(377, loss=moment("2021-09-15T06:30"))
    assert [window.best_sum_tenths_mm for window in assessed.windows] == [None, None, None]
    assert [window.missing_hours for window in assessed.windows] == [49, 97, 145]
    assert [window.ends_at for window in assessed.windows] == [None, None, None]
    assert assessed.cloudburst is Truth.UNKNOWN


def test_hours_not_measured_yet_leave_it_undetermined_until_they_arrive() -> None:
    loss = moment("2021-07-14T20:30")
    assert measured(391, loss=loss, until_hour="2021-07-15T00:00").establishment is UNDETERMINED
    assert measured(391, loss=loss, until_hour="2021-07-15T05:00").establishment is UNDETERMINED
    assert measured(391, loss=loss, until_hour="2021-07-15T06:00").establishment is ESTABLISHED


def test_an_outage_leaves_it_undetermined_until_knmi_fills_it_in() -> None:
    loss = moment("2023-04-09T12:30")
    first = measured(391, loss=loss, sample="arcen_april_2023_first_published.txt")
    later = measured(391, loss=loss, sample="arcen_april_2023.txt")
    assert (first.establishment, first.windows[0].missing_hours) == (UNDETERMINED, 42)
    assert (later.establishment, later.windows[0].missing_hours) == (NOT_ESTABLISHED, 0)


@pytest.mark.parametrize(
    ("figures", "cloudburst"),
    [
        ({0: 250}, Truth.TRUE),
        ({0: 249}, Truth.FALSE),
        ({-1: 250, 1: 250}, Truth.FALSE),
        ({0: None}, Truth.UNKNOWN),
        ({-1: None, 1: None}, Truth.FALSE),
    ],
)
def test_a_cloudburst_is_measured_in_the_hour_of_the_loss(figures: dict[int, int | None], cloudburst: Truth) -> None:
    question = Question.of(request(loss=moment("2021-07-15T11:30")))
    hours = range(hours_of(question).first, hours_of(question).last + 1)
    series = Figures(first_hour=hours.start, tenths_mm=[figures.get(hour - NOON, 0) for hour in hours])
    assert measure(series, question=question).cloudburst is cloudburst
