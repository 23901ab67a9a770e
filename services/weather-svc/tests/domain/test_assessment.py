from __future__ import annotations

import pytest
from rain_samples import HALFWAY_ELL_EINDHOVEN, NEAR_ARCEN, measured, moment, request

from contracts.claims import RainfallRequested
from contracts.vocabulary import Establishment, Location, LossInterval, Truth
from contracts.weather import Quality, RainfallAssessed, UndeterminedReason
from weather_svc import station_table
from weather_svc.domain.assessment import answer, inquire, is_news

STATIONS = station_table.load()
HALFWAY_ELL_ARCEN = Location(latitude_microdegrees=51_346_976, longitude_microdegrees=5_979_370, accuracy_metres=25)


def assess(asked: RainfallRequested, *, until_hour: str | None = None, version: int = 1) -> RainfallAssessed:
    inquiry = inquire(asked, stations=STATIONS)
    by_station = [measured(near.station.number, loss=asked.loss, until_hour=until_hour) for near in inquiry.near]
    return answer(inquiry, measured=by_station, assessment_version=version)


def halfway(home: Location, loss: str) -> RainfallAssessed:
    return assess(request(home=home, loss=moment(loss)))


def test_an_answer_names_the_station_its_distance_and_every_hour_it_rests_on() -> None:
    assessed = assess(request())
    (ell,) = assessed.stations
    assert (ell.station.number, ell.station.name, ell.distance_metres) == (377, "Ell", 2_045)
    assert assessed.establishment is Establishment.ESTABLISHED
    assert assessed.final
    assert assessed.undetermined_reason is None
    assert len(ell.hours.tenths_mm) == 145
    assert ell.quality is Quality.VALIDATED
    assert ell.cloudburst is Truth.FALSE


def test_a_no_is_final_only_when_every_window_has_closed() -> None:
    asked = request(loss=moment("2021-07-14T02:30"))
    early, late = assess(asked, until_hour="2021-07-17T02:00"), assess(asked, until_hour="2021-07-17T03:00")
    assert (early.establishment, early.final) == (Establishment.UNDETERMINED, False)
    assert early.undetermined_reason is UndeterminedReason.MISSING_HOURS
    assert (late.establishment, late.final) == (Establishment.NOT_ESTABLISHED, True)


def test_a_yes_is_final_at_once() -> None:
    assessed = assess(request(), until_hour="2021-07-15T16:00")
    assert (assessed.establishment, assessed.final) == (Establishment.ESTABLISHED, True)


def test_waiting_does_not_help_when_whole_hours_cannot_tell() -> None:
    assessed = assess(request(loss=moment("2021-07-15T18:30")))
    assert (assessed.establishment, assessed.final) == (Establishment.UNDETERMINED, True)
    assert assessed.undetermined_reason is UndeterminedReason.BETWEEN_WHOLE_HOURS


def test_waiting_helps_while_hours_are_missing_though_a_stretch_reaches_already() -> None:
    assessed = assess(request(loss=moment("2021-07-15T18:30")), until_hour="2021-07-16T12:00")
    assert not assessed.final
    assert assessed.undetermined_reason is UndeterminedReason.MISSING_HOURS


def test_two_stations_that_agree_give_their_common_verdict() -> None:
    assessed = halfway(HALFWAY_ELL_ARCEN, "2021-07-15T06:30")
    assert [station.station.number for station in assessed.stations] == [391, 377]
    assert (assessed.establishment, assessed.final) == (Establishment.ESTABLISHED, True)


def test_two_stations_that_differ_leave_it_to_a_human() -> None:
    assessed = halfway(HALFWAY_ELL_EINDHOVEN, "2021-07-15T06:30")
    assert [station.establishment for station in assessed.stations] == [
        Establishment.NOT_ESTABLISHED,
        Establishment.ESTABLISHED,
    ]
    assert (assessed.establishment, assessed.final) == (Establishment.UNDETERMINED, True)
    assert assessed.undetermined_reason is UndeterminedReason.STATIONS_DISAGREE


def test_a_yes_of_one_station_waits_for_the_hours_of_the_other() -> None:
    asked = request(home=HALFWAY_ELL_EINDHOVEN)
    assessed = assess(asked, until_hour="2021-07-16T12:00")
    assert [station.establishment for station in assessed.stations] == [
        Establishment.UNDETERMINED,
        Establishment.ESTABLISHED,
    ]
    assert not assessed.final
    assert assessed.undetermined_reason is UndeterminedReason.MISSING_HOURS


def test_without_a_station_the_answer_is_undetermined_and_final() -> None:
    assessed = assess(request(loss=moment("2010-08-26T12:00")))
    assert assessed.stations == ()
    assert (assessed.establishment, assessed.final) == (Establishment.UNDETERMINED, True)
    assert assessed.undetermined_reason is UndeterminedReason.NO_STATION


def test_an_interval_of_a_month_is_answered_from_all_its_hours() -> None:
    loss = LossInterval(from_at=moment("2021-06-20T00:00").from_at, until_at=moment("2021-07-20T00:00").until_at)
    (ell,) = assess(request(loss=loss)).stations
    assert len(ell.hours.tenths_mm) == 30 * 24 + 2 * 72
    assert ell.establishment is Establishment.ESTABLISHED


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
    [(72, 28, 0), (72, 28, None), (72, 28, 40), (0, 0, 1), (0, 0, None)],
)
def test_a_corrected_figure_is_news_after_a_final_answer(hour: int, known: int, corrected: int | None) -> None:
    before = assess(request())
    (ell,) = before.stations
    figures = list(ell.hours.tenths_mm)
    assert figures[hour] == known
    figures[hour] = corrected
    hours = ell.hours.model_copy(update={"tenths_mm": tuple(figures)})
    after = before.model_copy(update={"stations": (ell.model_copy(update={"hours": hours}),)})
    assert is_news(after, previous=before)


def test_a_cloudburst_that_becomes_known_is_news_after_a_final_answer() -> None:
    before = assess(request())
    (ell,) = before.stations
    after = before.model_copy(update={"stations": (ell.model_copy(update={"cloudburst": Truth.UNKNOWN}),)})
    assert is_news(after, previous=before)
