"""Hours without a figure that may still come, that never will, and figures that nobody should trust."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from rain_answers import answer
from rain_samples import at, interval, moment, request

from contracts.vocabulary import Establishment, LossInterval, Truth
from contracts.weather import DoubtKind, Quality, RainfallAssessed, UndeterminedReason
from weather_svc.domain.assessment import inquire, measure
from weather_svc.domain.hours import HourSpan, border_at, last_border
from weather_svc.domain.stations import shipped_stations
from weather_svc.domain.windows import Doubt, Figures

ESTABLISHED, NOT_ESTABLISHED, UNDETERMINED = Establishment
REASON = UndeterminedReason
NOON = last_border(at("2021-07-15T12:00"))
BEFORE_NOON = moment("2021-07-15T11:30")
LONG = interval("2021-07-15T11:30", "2021-07-19T11:30")


def assess(
    tenths_mm: Mapping[int, int | None], *doubtful: int, loss: LossInterval = BEFORE_NOON, stations: int = 1
) -> RainfallAssessed:
    """Answer from figures given by the hour they end, counted from noon; all others are dry.

    `doubtful` hours are lost when they have no figure, else suspect.
    """
    inquiry = inquire(request(loss=loss), stations=shipped_stations())
    hours = inquiry.hours
    doubts = tuple(
        Doubt(
            DoubtKind.LOST if tenths_mm.get(hour, 0) is None else DoubtKind.CLOGGED, HourSpan(NOON + hour, NOON + hour)
        )
        for hour in sorted(doubtful)
    )
    figures = Figures(hours.first, tuple(tenths_mm.get(hour - NOON, 0) for hour in hours.numbers), doubts)
    measured = measure(figures, question=inquiry.question)
    return answer(inquiry._replace(near=[*inquiry.near] * stations), [measured] * stations)


def said(assessed: RainfallAssessed) -> tuple[Establishment, UndeterminedReason | None]:
    return assessed.readings[0].establishment, assessed.readings[0].undetermined_reason


def test_an_open_hour_is_waited_for_and_a_lost_one_is_final_at_once() -> None:
    waiting, lost = assess({10: None}), assess({10: None}, 10)
    assert (said(waiting), waiting.final) == ((UNDETERMINED, REASON.MISSING_HOURS), False)
    assert (said(lost), lost.final) == ((UNDETERMINED, REASON.LOST_HOURS), True)


def test_an_answer_that_waits_says_by_when_its_last_open_hour_is_settled() -> None:
    assert assess({-5: None, 10: None, 20: None}, 20).settled_by == border_at(NOON + 10) + timedelta(days=9)
    assert assess({10: None}, 10).settled_by is None
    assert assess({0: 400, 10: None}).settled_by is None


def test_a_suspect_figure_counts_for_a_yes_and_never_for_a_no() -> None:
    assert said(assess({0: 400}, 0)) == (ESTABLISHED, None)
    assert said(assess({0: 399}, 0)) == (UNDETERMINED, REASON.SUSPECT_FIGURES)
    assert said(assess({}, 0)) == (UNDETERMINED, REASON.SUSPECT_FIGURES)
    assert assess({}, 0).final


@pytest.mark.parametrize(("figure", "reason"), [(None, REASON.LOST_HOURS), (0, REASON.SUSPECT_FIGURES)])
@pytest.mark.parametrize("hour", [-144, 72])
def test_a_no_rests_on_no_doubt_about_the_first_and_the_last_hour(
    hour: int, figure: int | None, reason: UndeterminedReason
) -> None:
    assert said(assess({hour: figure}, hour)) == (UNDETERMINED, reason)


def test_lost_hours_are_told_where_they_suffice_and_suspect_figures_where_they_do_not() -> None:
    assert said(assess({5: None}, 5, 6)) == (UNDETERMINED, REASON.LOST_HOURS)
    assert said(assess({40: None}, -1, 40)) == (UNDETERMINED, REASON.SUSPECT_FIGURES)


def test_open_hours_that_could_make_a_yes_are_waited_for_whatever_else_is_lost() -> None:
    assert said(assess({5: None, 6: None}, 6)) == (UNDETERMINED, REASON.MISSING_HOURS)


def test_a_certain_doubt_is_told_where_lost_hours_could_only_make_a_lesser_one() -> None:
    assert said(assess({3: 400, -97: None}, -97)) == (UNDETERMINED, REASON.RAIN_AFTER_LOSS)
    assert said(assess({3: 400, -96: None}, -96)) == (UNDETERMINED, REASON.LOST_HOURS)


def test_a_long_interval_whose_certain_hours_agree_leaves_its_doubt() -> None:
    assert said(assess({90: None}, 90, loss=LONG)) == (UNDETERMINED, REASON.LOST_HOURS)
    assert said(assess({20: 400}, 90, loss=LONG)) == (UNDETERMINED, REASON.LOSS_INTERVAL_TOO_LONG)
    assert said(assess({90: None, -20: None}, 90, loss=LONG)) == (UNDETERMINED, REASON.MISSING_HOURS)


def test_recent_rain_that_lost_hours_hide_stays_unknown_and_is_not_waited_for() -> None:
    lost, waiting = assess({-24 + 30: 400, -3: None}, -3), assess({-24 + 30: 400, -3: None})
    assert (lost.recent_rain, waiting.recent_rain) == (Truth.UNKNOWN, Truth.UNKNOWN)
    assert lost.final
    assert not waiting.final


def test_suspect_rain_is_recent_rain_and_suspect_drought_is_no_proof_of_none() -> None:
    assert assess({0: 10}, 0).recent_rain is Truth.TRUE
    assert assess({}, 0).recent_rain is Truth.UNKNOWN
    assert assess({}).recent_rain is Truth.FALSE


def test_a_suspect_cloudburst_costs_the_customer_nothing() -> None:
    assert assess({0: 400}).cloudburst is Truth.TRUE
    suspect = assess({0: 400}, 0)
    assert (suspect.cloudburst, suspect.stations[0].cloudburst_tenths_mm) == (Truth.UNKNOWN, 400)
    assert assess({0: None}, 0).cloudburst is Truth.UNKNOWN


def test_stations_that_doubt_alike_doubt_together() -> None:
    assert said(assess({5: None}, 5, stations=2)) == (UNDETERMINED, REASON.LOST_HOURS)


def test_hours_in_doubt_travel_with_the_hours() -> None:
    (station,) = assess({5: None}, 5, 7).stations
    assert [(doubt.kind, doubt.first_hour_ends_at, doubt.last_hour_ends_at) for doubt in station.hours.in_doubt] == [
        (DoubtKind.LOST, border_at(NOON + 5), border_at(NOON + 5)),
        (DoubtKind.CLOGGED, border_at(NOON + 7), border_at(NOON + 7)),
    ]


def test_hours_without_any_figure_have_no_label() -> None:
    inquiry = inquire(request(), stations=shipped_stations())
    nothing = Figures(inquiry.hours.first, (None,) * len(inquiry.hours.numbers))
    assert measure(nothing, question=inquiry.question).quality is None
    assert (
        measure(nothing._replace(quality=Quality.TEN_MINUTE), question=inquiry.question).quality is Quality.TEN_MINUTE
    )
