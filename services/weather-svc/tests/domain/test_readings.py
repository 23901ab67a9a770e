from __future__ import annotations

from collections.abc import Mapping

import pytest
from rain_samples import GROUNDWATER, SURFACE_WATER, at, groundwater, interval, measured, moment, request, surface_water

from contracts.vocabulary import Establishment, LossInterval, Truth
from contracts.weather import ReadingAssessment, UndeterminedReason
from weather_svc.domain.assessment import Measured, Question, hours_of, measure
from weather_svc.domain.hours import last_border
from weather_svc.domain.windows import Figures

ESTABLISHED, NOT_ESTABLISHED, UNDETERMINED = Establishment
MISSING_HOURS = UndeterminedReason.MISSING_HOURS
BETWEEN_WHOLE_HOURS = UndeterminedReason.BETWEEN_WHOLE_HOURS
RAIN_AFTER_LOSS = UndeterminedReason.RAIN_AFTER_LOSS
RAIN_LONG_BEFORE_LOSS = UndeterminedReason.RAIN_LONG_BEFORE_LOSS
LOSS_INTERVAL_TOO_LONG = UndeterminedReason.LOSS_INTERVAL_TOO_LONG
NOON = last_border(at("2021-07-15T12:00"))
BEFORE_NOON = moment("2021-07-15T11:30")
LIMBURG = "limburg_summer_2021.txt"


def measure_made_up(tenths_mm: Mapping[int, int | None], *, loss: LossInterval = BEFORE_NOON) -> Measured:
    """Answer from figures given by the hour they end, counted from noon; all others are dry."""
    question = Question.of(request(loss=loss))
    span = hours_of(question)
    figures = Figures(span.first, tuple(tenths_mm.get(hour - NOON, 0) for hour in span.numbers))
    return measure(figures, question=question)


def verdict(
    tenths_mm: Mapping[int, int | None], *, loss: LossInterval = BEFORE_NOON
) -> tuple[Establishment, UndeterminedReason | None]:
    return said(measure_made_up(tenths_mm, loss=loss).readings[0])


def said(reading: ReadingAssessment) -> tuple[Establishment, UndeterminedReason | None]:
    return reading.establishment, reading.undetermined_reason


def test_a_loss_before_any_of_its_rain_is_not_paid_as_rain() -> None:
    """Herwijnen, 26 June 2011: the storm came two and a half days after the stated moment."""
    reading = surface_water(356, loss=moment("2011-06-26T18:30"), sample="herwijnen_june_2011.txt")
    assert said(reading) == (UNDETERMINED, RAIN_AFTER_LOSS)
    three_days = reading.windows[2]
    assert (three_days.best_sum_tenths_mm, three_days.rain_by_loss_tenths_mm) == (1_002, 0)
    assert (three_days.lag_minutes, three_days.missing_hours) == (0, 0)
    assert three_days.establishment is UNDETERMINED


@pytest.mark.parametrize(
    ("loss", "says", "sum_tenths_mm", "lag_hours"),
    [
        ("2021-07-15T17:30", (ESTABLISHED, None), 402, 2),
        ("2021-07-15T18:30", (ESTABLISHED, None), 402, 3),
        ("2021-07-15T19:30", (ESTABLISHED, None), 402, 4),
        ("2021-07-16T18:00", (ESTABLISHED, None), 401, 24),
        ("2021-07-16T18:01", (UNDETERMINED, BETWEEN_WHOLE_HOURS), 402, 27),
        ("2021-07-16T22:30", (UNDETERMINED, RAIN_LONG_BEFORE_LOSS), 402, 31),
        ("2021-07-18T06:00", (UNDETERMINED, RAIN_LONG_BEFORE_LOSS), 402, 62),
        ("2021-07-19T06:00", (NOT_ESTABLISHED, None), 0, 24),
    ],
)
def test_water_at_ell_follows_the_rain_of_14_and_15_july_2021(
    loss: str, says: tuple[Establishment, UndeterminedReason | None], sum_tenths_mm: int, lag_hours: int
) -> None:
    reading = surface_water(377, loss=moment(loss), sample=LIMBURG)
    assert said(reading) == says
    day = reading.windows[0]
    assert (day.best_sum_tenths_mm, day.lag_minutes, day.missing_hours) == (sum_tenths_mm, 60 * lag_hours, 0)


@pytest.mark.parametrize(
    ("loss", "says"),
    [
        ("2021-07-02T22:30", (ESTABLISHED, None)),
        ("2021-08-02T12:00", (UNDETERMINED, RAIN_LONG_BEFORE_LOSS)),
        ("2021-09-20T12:00", (NOT_ESTABLISHED, None)),
    ],
)
def test_groundwater_at_maastricht_follows_the_rain_of_weeks(
    loss: str, says: tuple[Establishment, UndeterminedReason | None]
) -> None:
    assert said(groundwater(380, loss=moment(loss))) == says


def test_groundwater_came_after_95_7_mm() -> None:
    day = groundwater(380, loss=moment("2021-07-02T22:30")).windows[0]
    assert (day.best_sum_tenths_mm, day.rain_by_loss_tenths_mm) == (957, 957)
    assert day.ends_at == at("2021-06-30T16:00")


def test_a_defence_at_arcen_was_overtopped_after_heavy_rain() -> None:
    assert said(surface_water(391, loss=moment("2021-07-16T04:00"))) == (ESTABLISHED, None)


def test_both_kinds_of_water_are_answered_when_both_are_asked() -> None:
    loss = moment("2021-07-18T06:30")
    assessed = measured(377, loss=loss, sample=LIMBURG, readings=(SURFACE_WATER, GROUNDWATER))
    assert [said(reading) for reading in assessed.readings] == [
        (UNDETERMINED, RAIN_LONG_BEFORE_LOSS),
        (ESTABLISHED, None),
    ]


@pytest.mark.parametrize("threshold", [(24, 400), (48, 530), (72, 670)])
def test_one_hour_more_than_the_window_cannot_tell(threshold: tuple[int, int]) -> None:
    apart, at_least = threshold
    half = at_least // 2
    assert verdict({0: half, apart - 1: half}) == (ESTABLISHED, None)
    assert verdict({0: half, apart: half}) == (UNDETERMINED, BETWEEN_WHOLE_HOURS)
    assert verdict({0: half, apart + 1: half}) == (NOT_ESTABLISHED, None)


def test_of_two_doubts_the_one_that_comes_nearer_to_a_yes_is_told() -> None:
    long_before = {-90: 400}
    after = {4: 345, 20: 60}
    between = {-20: 60, 4: 345}
    assert verdict(long_before) == (UNDETERMINED, RAIN_LONG_BEFORE_LOSS)
    assert verdict(long_before | after) == (UNDETERMINED, RAIN_AFTER_LOSS)
    assert verdict(long_before | after | between) == (UNDETERMINED, BETWEEN_WHOLE_HOURS)


def test_rain_after_the_loss_that_whole_hours_cannot_tell_is_never_a_no() -> None:
    assert verdict({0: 40, 1: 200, 24: 165}) == (UNDETERMINED, RAIN_AFTER_LOSS)


@pytest.mark.parametrize(("ago", "says"), [(96, (UNDETERMINED, RAIN_LONG_BEFORE_LOSS)), (97, (NOT_ESTABLISHED, None))])
def test_rain_longer_ago_than_its_water_may_take_at_most_is_a_no(
    ago: int, says: tuple[Establishment, UndeterminedReason | None]
) -> None:
    """The 25 hours that began with this hour ended 24 hours after it."""
    assert verdict({-ago: 400}, loss=moment("2021-07-15T12:00")) == says


def test_a_missing_hour_that_could_make_a_yes_or_a_doubt_is_waited_for() -> None:
    assert verdict({-10: None}) == (UNDETERMINED, MISSING_HOURS)
    assert verdict({10: None}) == (UNDETERMINED, MISSING_HOURS)
    assert verdict({-60: None}) == (UNDETERMINED, MISSING_HOURS)


@pytest.mark.parametrize(("hour", "matters"), [(-145, False), (-144, True), (72, True), (73, False)])
def test_a_no_rests_on_every_hour_of_every_window_that_could_count_or_leave_a_doubt(
    hour: int, *, matters: bool
) -> None:
    assert verdict({hour: None}) == ((UNDETERMINED, MISSING_HOURS) if matters else (NOT_ESTABLISHED, None))


def test_a_missing_hour_that_could_only_make_a_lesser_doubt_leaves_a_certain_one() -> None:
    assert verdict({3: 400, -97: None}) == (UNDETERMINED, RAIN_AFTER_LOSS)
    assert verdict({3: 400, -96: None}) == (UNDETERMINED, MISSING_HOURS)


def test_a_missing_hour_holds_at_most_what_the_question_says() -> None:
    assert verdict({-5: 49, 0: 0, 1: None}) == (UNDETERMINED, MISSING_HOURS)
    question = Question.of(request(loss=BEFORE_NOON))._replace(most_in_an_hour_tenths_mm=350)
    span = hours_of(question)
    for before, says in ((50, MISSING_HOURS), (49, None)):
        tenths_mm = {NOON - 5: before, NOON: None}
        figures = Figures(span.first, tuple(tenths_mm.get(hour, 0) for hour in span.numbers))
        assert measure(figures, question=question).readings[0].undetermined_reason is says


def test_known_hours_alone_can_reach_the_threshold() -> None:
    assert verdict({0: 400, 1: None}) == (ESTABLISHED, None)


def test_a_window_in_which_nothing_is_known_has_no_sum() -> None:
    assessed = measured(377, loss=moment("2021-09-15T06:30"))
    windows = assessed.readings[0].windows
    assert [window.best_sum_tenths_mm for window in windows] == [None, None, None]
    assert [window.missing_hours for window in windows] == [121, 169, 217]
    assert [window.ends_at for window in windows] == [None, None, None]
    assert (assessed.cloudburst, assessed.cloudburst_tenths_mm) == (Truth.UNKNOWN, None)
    assert (assessed.recent_rain, assessed.recent_rain_tenths_mm) == (Truth.UNKNOWN, None)


def test_hours_not_measured_yet_leave_it_undetermined_until_they_arrive() -> None:
    loss = moment("2021-07-14T20:30")
    assert said(surface_water(391, loss=loss, until_hour="2021-07-15T00:00")) == (UNDETERMINED, MISSING_HOURS)
    assert said(surface_water(391, loss=loss, until_hour="2021-07-15T05:00")) == (UNDETERMINED, MISSING_HOURS)
    assert said(surface_water(391, loss=loss, until_hour="2021-07-15T06:00")) == (ESTABLISHED, None)


def test_an_outage_leaves_it_undetermined_until_knmi_fills_it_in() -> None:
    loss = moment("2023-04-09T12:30")
    first = surface_water(391, loss=loss, sample="arcen_april_2023_first_published.txt")
    later = surface_water(391, loss=loss, sample="arcen_april_2023.txt")
    assert (said(first), first.windows[0].missing_hours) == ((UNDETERMINED, MISSING_HOURS), 42)
    assert (said(later), later.windows[0].missing_hours) == ((NOT_ESTABLISHED, None), 0)


def test_all_of_july_is_too_long_to_choose_its_best_hour() -> None:
    july = surface_water(377, loss=interval("2021-07-01T00:00", "2021-07-31T23:59"), sample=LIMBURG)
    assert said(july) == (UNDETERMINED, LOSS_INTERVAL_TOO_LONG)
    assert july.windows[0].establishment is ESTABLISHED


def test_thursday_to_saturday_is_judged_by_its_best_hour() -> None:
    until_saturday = surface_water(377, loss=interval("2021-07-15T00:00", "2021-07-17T23:59"), sample=LIMBURG)
    assert said(until_saturday) == (ESTABLISHED, None)


def test_the_best_hour_counts_up_to_exactly_three_days() -> None:
    first, day = "2021-07-16T06:00", {-32: 400}
    assert verdict(day, loss=interval(first, "2021-07-19T06:00")) == (UNDETERMINED, RAIN_LONG_BEFORE_LOSS)
    assert verdict(day, loss=interval(first, "2021-07-19T06:01")) == (UNDETERMINED, LOSS_INTERVAL_TOO_LONG)


def test_the_best_hour_for_the_customer_comes_before_waiting_and_waiting_before_a_doubt() -> None:
    loss = interval("2021-07-15T11:30", "2021-07-17T11:30")
    assert verdict({30: 400, 110: None}, loss=loss) == (ESTABLISHED, None)
    assert verdict({-60: 400, 80: None}, loss=loss) == (UNDETERMINED, MISSING_HOURS)
    assert verdict({-70: 400}, loss=loss) == (UNDETERMINED, RAIN_LONG_BEFORE_LOSS)


def test_a_long_interval_waits_only_while_all_its_hours_could_still_be_alike() -> None:
    loss = interval("2021-07-15T11:30", "2021-07-19T11:30")
    assert verdict({90: None}, loss=loss) == (UNDETERMINED, MISSING_HOURS)
    assert verdict({20: 400, 21: None}, loss=loss) == (UNDETERMINED, LOSS_INTERVAL_TOO_LONG)
    assert verdict({}, loss=loss) == (NOT_ESTABLISHED, None)


@pytest.mark.parametrize(
    ("figures", "loss", "cloudburst", "most"),
    [
        ({0: 250}, BEFORE_NOON, Truth.TRUE, 250),
        ({0: 249}, BEFORE_NOON, Truth.FALSE, 249),
        ({-1: 250, 1: 250}, BEFORE_NOON, Truth.FALSE, 0),
        ({0: None}, BEFORE_NOON, Truth.UNKNOWN, None),
        ({-1: None, 1: None}, BEFORE_NOON, Truth.FALSE, 0),
        ({0: 250, 1: 249}, moment("2021-07-15T12:00"), Truth.FALSE, 250),
        ({0: 250, 1: 250}, moment("2021-07-15T12:00"), Truth.TRUE, 250),
        ({0: 250, 1: None}, moment("2021-07-15T12:00"), Truth.UNKNOWN, 250),
    ],
)
def test_a_cloudburst_is_measured_in_every_hour_of_the_loss(
    figures: Mapping[int, int | None], loss: LossInterval, cloudburst: Truth, most: int | None
) -> None:
    assessed = measure_made_up(figures, loss=loss)
    assert (assessed.cloudburst, assessed.cloudburst_tenths_mm) == (cloudburst, most)


@pytest.mark.parametrize(
    ("figures", "recent", "most"),
    [
        ({-23: 4, 0: 6}, Truth.TRUE, 10),
        ({-23: 4, 0: 5}, Truth.FALSE, 9),
        ({-24: 400, 1: 400}, Truth.FALSE, 0),
        ({-23: None, 0: 9}, Truth.UNKNOWN, 9),
        ({-23: None, 0: 10}, Truth.TRUE, 10),
        ({-24: None, 1: None}, Truth.FALSE, 0),
    ],
)
def test_recent_rain_is_that_of_a_day_up_to_the_end_of_the_hour_of_loss(
    figures: Mapping[int, int | None], recent: Truth, most: int
) -> None:
    assessed = measure_made_up(figures)
    assert (assessed.recent_rain, assessed.recent_rain_tenths_mm) == (recent, most)


@pytest.mark.parametrize(
    ("figures", "until", "recent", "waits"),
    [
        ({10: 10}, "2021-07-18T11:30", Truth.TRUE, False),
        ({10: 10}, "2021-07-18T11:31", Truth.UNKNOWN, False),
        ({10: None}, "2021-07-18T11:31", Truth.UNKNOWN, True),
        (dict.fromkeys(range(0, 80, 20), 10), "2021-07-18T11:31", Truth.TRUE, False),
        ({}, "2021-07-18T11:31", Truth.FALSE, False),
    ],
)
def test_recent_rain_of_an_interval_is_that_of_its_best_hour_or_of_all(
    figures: Mapping[int, int | None], until: str, recent: Truth, *, waits: bool
) -> None:
    assessed = measure_made_up(figures, loss=interval("2021-07-15T11:30", until))
    assert (assessed.recent_rain, assessed.recent_rain_waits) == (recent, waits)
