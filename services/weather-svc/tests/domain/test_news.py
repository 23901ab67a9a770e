"""Which answers that were worked out again are published again, and what they say was corrected."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec.structs
import pytest
from rain_answers import concluded, saying
from rain_samples import NEAR_ARCEN, at, moment, request

from contracts.example_values import ELL
from contracts.vocabulary import Establishment, Truth
from contracts.weather import DoubtKind, HourlySeries, HoursInDoubt, Quality, UndeterminedReason
from weather_svc.domain.assessment import Conclusion, Measured, Question, conclude
from weather_svc.domain.news import corrected_hours, is_news

ARCEN = request(home=NEAR_ARCEN, loss=moment("2021-07-14T20:30"))


def of_stations(*measured: Measured) -> Conclusion:
    return conclude(measured, question=Question.of(request()))


def with_figure(conclusion: Conclusion, place: int, tenths_mm: int | None) -> Conclusion:
    """Return the same with another figure of the first station, whatever would follow from it."""
    first, *others = conclusion.measured
    figures = list(first.hours.tenths_mm)
    figures[place] = tenths_mm
    hours = msgspec.structs.replace(first.hours, tenths_mm=tuple(figures))
    return replace(conclusion, measured=(first._replace(hours=hours), *others))


def test_every_hour_that_arrives_is_news_until_the_answer_is_final() -> None:
    before = concluded(ARCEN, until_hour="2021-07-14T23:00")
    after = concluded(ARCEN, until_hour="2021-07-15T00:00")
    assert not before.final
    assert is_news(after, previous=before)
    assert not is_news(concluded(ARCEN, until_hour="2021-07-15T00:00"), previous=after)


def test_hours_that_arrive_after_a_final_yes_are_no_news() -> None:
    before, after = concluded(request(), until_hour="2021-07-15T16:00"), concluded(request())
    assert before.measured != after.measured
    assert not is_news(after, previous=before)


@pytest.mark.parametrize(
    ("hour", "known", "corrected"),
    [(144, 28, 0), (144, 28, None), (144, 28, 40), (0, 0, 1), (0, 0, None)],
)
def test_a_corrected_figure_is_news_after_a_final_answer(hour: int, known: int, corrected: int | None) -> None:
    before = concluded(request())
    assert before.measured[0].hours.tenths_mm[hour] == known
    assert is_news(with_figure(before, hour, corrected), previous=before)


@pytest.mark.parametrize("until_hour", ["2021-07-14T23:00", None])
def test_another_label_source_or_time_by_which_hours_are_settled_is_no_news(until_hour: str | None) -> None:
    before = concluded(ARCEN, until_hour=until_hour)
    (arcen,) = before.measured
    settled_by = before.settled_by and before.settled_by - timedelta(hours=40)
    relabelled = arcen._replace(quality=Quality.PROVISIONAL, sources=(7,), settled_by=settled_by)
    after = replace(before, measured=(relabelled,), settled_by=settled_by)
    assert after != before
    assert not is_news(after, previous=before)


def test_an_hour_that_is_given_up_is_no_news_until_it_decides() -> None:
    before = concluded(ARCEN, until_hour="2021-07-14T23:00")
    (arcen,) = before.measured
    first = arcen.hours.first_hour_ends_at
    lost = HoursInDoubt(kind=DoubtKind.LOST, first_hour_ends_at=first, last_hour_ends_at=first)
    hours = msgspec.structs.replace(arcen.hours, in_doubt=(lost,))
    assert not is_news(replace(before, measured=(arcen._replace(hours=hours),)), previous=before)


def test_a_doubt_that_takes_the_place_of_another_is_news_after_a_final_answer() -> None:
    suspect, lost = (
        of_stations(saying(Establishment.UNDETERMINED, reason))
        for reason in (UndeterminedReason.SUSPECT_FIGURES, UndeterminedReason.LOST_HOURS)
    )
    assert suspect.final
    assert is_news(lost, previous=suspect)


def test_a_cloudburst_that_becomes_known_is_news_after_a_final_answer() -> None:
    before = concluded(request())
    (ell,) = before.measured
    assert is_news(of_stations(ell._replace(cloudburst=Truth.UNKNOWN)), previous=before)


def test_recent_rain_that_becomes_known_is_news_after_a_final_answer() -> None:
    before = concluded(request())
    after = replace(before, recent_rain=Truth.UNKNOWN)
    assert is_news(after, previous=before)


def test_a_reading_that_changes_is_news_after_a_final_answer() -> None:
    before = of_stations(saying(Establishment.ESTABLISHED), saying(Establishment.NOT_ESTABLISHED))
    after = of_stations(saying(Establishment.NOT_ESTABLISHED), saying(Establishment.ESTABLISHED))
    assert before.readings == after.readings
    assert is_news(after, previous=before)


def series(*tenths_mm: int | None) -> HourlySeries:
    return HourlySeries(first_hour_ends_at=at("2021-07-15T01:00"), tenths_mm=tenths_mm)


def test_a_correction_names_the_hour_and_both_figures() -> None:
    named = corrected_hours([(ELL, series(29, 0, 3, None))], previous={ELL.number: series(28, 0, None, 7)})
    assert [(hour.station, hour.hour_ends_at, hour.was_tenths_mm, hour.is_tenths_mm) for hour in named] == [
        (ELL, at("2021-07-15T01:00"), 28, 29),
        (ELL, at("2021-07-15T04:00"), 7, None),
    ]


def test_a_station_that_did_not_answer_before_corrects_nothing() -> None:
    assert corrected_hours([(ELL, series(28))], previous={391: series(1)}) == ()


def test_no_more_than_200_corrected_hours_are_named() -> None:
    named = corrected_hours([(ELL, series(*[2] * 300))], previous={ELL.number: series(*[1] * 300)})
    assert (len(named), named[-1].hour_ends_at) == (200, at("2021-07-15T01:00") + timedelta(hours=199))
