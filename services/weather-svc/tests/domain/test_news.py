"""Which answers that were worked out again are published again."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from rain_answers import assess, of_two_stations, saying
from rain_samples import NEAR_ARCEN, moment, request

from contracts.vocabulary import Establishment, Truth
from weather_svc.domain.news import is_news


def test_every_hour_that_arrives_is_news_until_the_answer_is_final() -> None:
    asked = request(home=NEAR_ARCEN, loss=moment("2021-07-14T20:30"))
    before, after = assess(asked, until_hour="2021-07-14T23:00"), assess(asked, until_hour="2021-07-15T00:00")
    assert is_news(after, previous=before)
    assert not is_news(assess(asked, until_hour="2021-07-15T00:00", version=2), previous=after)


def test_hours_that_arrive_after_a_final_yes_are_no_news() -> None:
    before, after = assess(request(), until_hour="2021-07-15T16:00"), assess(request())
    assert before.stations != after.stations
    assert not is_news(after, previous=before)


@pytest.mark.parametrize(
    ("hour", "known", "corrected"),
    [(144, 28, 0), (144, 28, None), (144, 28, 40), (0, 0, 1), (0, 0, None)],
)
def test_a_corrected_figure_is_news_after_a_final_answer(hour: int, known: int, corrected: int | None) -> None:
    before = assess(request())
    (ell,) = before.stations
    figures = list(ell.hours.tenths_mm)
    assert figures[hour] == known
    figures[hour] = corrected
    hours = replace(ell.hours, tenths_mm=tuple(figures))
    after = replace(before, stations=(replace(ell, hours=hours),))
    assert is_news(after, previous=before)


def test_a_cloudburst_that_becomes_known_is_news_after_a_final_answer() -> None:
    before = assess(request())
    (ell,) = before.stations
    after = replace(before, stations=(replace(ell, cloudburst=Truth.UNKNOWN),))
    assert is_news(after, previous=before)


def test_recent_rain_that_becomes_known_is_news_after_a_final_answer() -> None:
    before = assess(request())
    after = replace(before, recent_rain=Truth.UNKNOWN)
    assert is_news(after, previous=before)


def test_a_reading_that_changes_is_news_after_a_final_answer() -> None:
    before = of_two_stations(saying(Establishment.ESTABLISHED), saying(Establishment.NOT_ESTABLISHED))
    after = of_two_stations(saying(Establishment.NOT_ESTABLISHED), saying(Establishment.ESTABLISHED))
    assert before.readings == after.readings
    assert is_news(after, previous=before)
