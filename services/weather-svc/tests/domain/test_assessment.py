from __future__ import annotations

import pytest
from msgspec.structs import replace
from rain_answers import STATIONS, answer, assess, of_two_stations, saying
from rain_samples import (
    GROUNDWATER,
    HALFWAY_ELL_EINDHOVEN,
    SURFACE_WATER,
    at,
    interval,
    moment,
    request,
)

from contracts.vocabulary import Establishment, Location, Network, Truth, WaterReading
from contracts.weather import Quality, RainfallAssessed, UndeterminedReason
from weather_svc.domain.assessment import Measured, Question, hours_of, inquire, measure
from weather_svc.domain.hours import border_at
from weather_svc.domain.windows import Figures

ESTABLISHED, NOT_ESTABLISHED, UNDETERMINED = Establishment
MISSING_HOURS = UndeterminedReason.MISSING_HOURS
BETWEEN_WHOLE_HOURS = UndeterminedReason.BETWEEN_WHOLE_HOURS
RAIN_AFTER_LOSS = UndeterminedReason.RAIN_AFTER_LOSS
STATIONS_DISAGREE = UndeterminedReason.STATIONS_DISAGREE
NEAR_EINDHOVEN = Location(latitude_microdegrees=51_440_000, longitude_microdegrees=5_380_000, accuracy_metres=25)
HALFWAY_ELL_ARCEN = Location(latitude_microdegrees=51_346_976, longitude_microdegrees=5_979_370, accuracy_metres=25)


def verdict(assessed: RainfallAssessed) -> tuple[Establishment, UndeterminedReason | None]:
    return assessed.readings[0].establishment, assessed.readings[0].undetermined_reason


def halfway(home: Location, loss: str) -> RainfallAssessed:
    return assess(request(home=home, loss=moment(loss)))


def test_an_answer_names_the_station_its_distance_and_every_hour_it_rests_on() -> None:
    assessed = assess(request())
    (ell,) = assessed.stations
    assert (ell.station.number, ell.station.name, ell.distance_metres) == (377, "Ell", 2_045)
    assert verdict(assessed) == (ESTABLISHED, None)
    assert assessed.final
    assert assessed.readings[0].final
    assert assessed.readings[0].reading is WaterReading.SURFACE_WATER
    assert ell.hours.first_hour_ends_at == at("2021-07-09T07:00")
    assert len(ell.hours.tenths_mm) == 144 + 1 + 72
    assert ell.quality is Quality.VALIDATED
    assert (ell.cloudburst, assessed.cloudburst) == (Truth.FALSE, Truth.FALSE)
    assert (ell.recent_rain, assessed.recent_rain) == (Truth.TRUE, Truth.TRUE)


@pytest.mark.parametrize(
    ("loss", "lag_minutes"),
    [("2021-07-15T15:59:59", 0), ("2021-07-15T17:00:01", 61), ("2021-07-15T17:30", 90), ("2021-07-15T18:00", 120)],
)
def test_a_lag_is_told_to_the_minute_and_rounded_up(loss: str, lag_minutes: int) -> None:
    day = assess(request(loss=moment(loss))).stations[0].readings[0].windows[0]
    assert (day.ends_at, day.lag_minutes) == (at("2021-07-15T16:00"), lag_minutes)


def test_the_minutes_of_a_loss_matter_to_no_memoised_answer() -> None:
    early, late = request(loss=moment("2021-07-15T17:01")), request(loss=moment("2021-07-15T17:59:59"))
    assert Question.of(early) == Question.of(late)
    assert Question.of(early) != Question.of(request(loss=moment("2021-07-15T17:00")))


def test_the_hours_of_groundwater_reach_back_further() -> None:
    span = hours_of(Question.of(request(readings=(SURFACE_WATER, GROUNDWATER))))
    assert border_at(span.first) == at("2021-06-12T07:00")
    assert border_at(span.last) == at("2021-07-18T07:00")


def test_each_reading_has_its_own_verdict_and_the_answer_is_final_when_all_are() -> None:
    asked = request(loss=moment("2021-07-18T06:30"), readings=(SURFACE_WATER, GROUNDWATER))
    assessed = assess(asked, until_hour="2021-07-18T06:00")
    assert [(reading.reading, reading.establishment, reading.final) for reading in assessed.readings] == [
        (WaterReading.SURFACE_WATER, UNDETERMINED, False),
        (WaterReading.GROUNDWATER, ESTABLISHED, True),
    ]
    assert not assessed.final


def test_a_no_is_final_only_when_every_window_that_could_count_has_closed() -> None:
    asked = request(loss=moment("2021-07-13T02:30"), home=NEAR_EINDHOVEN)
    early, late = assess(asked, until_hour="2021-07-16T02:00"), assess(asked, until_hour="2021-07-16T03:00")
    assert (verdict(early), early.final) == ((UNDETERMINED, MISSING_HOURS), False)
    assert (verdict(late), late.final) == ((NOT_ESTABLISHED, None), True)


def test_a_yes_is_final_at_once() -> None:
    assessed = assess(request(), until_hour="2021-07-15T16:00")
    assert (verdict(assessed), assessed.final) == ((ESTABLISHED, None), True)


def test_an_answer_is_not_final_while_missing_hours_could_be_recent_rain() -> None:
    inquiry = inquire(request(), stations=STATIONS)
    span, loss_hour = inquiry.hours, inquiry.question.loss.first
    known: dict[int, int | None] = {loss_hour - 24: 400, loss_hour: None}
    tenths_mm = tuple(known.get(hour, 0) for hour in span.numbers)
    station = measure(Figures(span.first, tenths_mm), question=inquiry.question)
    assessed = answer(inquiry, [station])
    assert (verdict(assessed), assessed.readings[0].final) == ((ESTABLISHED, None), True)
    assert (assessed.recent_rain, assessed.final) == (Truth.UNKNOWN, False)


def test_waiting_does_not_help_when_whole_hours_cannot_tell() -> None:
    assessed = assess(request(loss=moment("2021-07-16T18:01")))
    assert (verdict(assessed), assessed.final) == ((UNDETERMINED, BETWEEN_WHOLE_HOURS), True)


def test_waiting_helps_while_hours_are_missing_though_a_stretch_reaches_already() -> None:
    assessed = assess(request(loss=moment("2021-07-16T18:01")), until_hour="2021-07-16T20:00")
    assert not assessed.final
    assert verdict(assessed) == (UNDETERMINED, MISSING_HOURS)


def test_two_stations_that_agree_give_their_common_verdict() -> None:
    assessed = halfway(HALFWAY_ELL_ARCEN, "2021-07-15T06:30")
    assert [station.station.number for station in assessed.stations] == [391, 377]
    assert (verdict(assessed), assessed.final) == ((ESTABLISHED, None), True)


def test_two_stations_that_differ_leave_it_to_a_human() -> None:
    assessed = halfway(HALFWAY_ELL_EINDHOVEN, "2021-07-15T06:30")
    assert [station.readings[0].establishment for station in assessed.stations] == [NOT_ESTABLISHED, ESTABLISHED]
    assert (verdict(assessed), assessed.final) == ((UNDETERMINED, STATIONS_DISAGREE), True)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (saying(ESTABLISHED), saying(UNDETERMINED, MISSING_HOURS), (UNDETERMINED, MISSING_HOURS)),
        (saying(UNDETERMINED, RAIN_AFTER_LOSS), saying(UNDETERMINED, MISSING_HOURS), (UNDETERMINED, MISSING_HOURS)),
        (saying(UNDETERMINED, RAIN_AFTER_LOSS), saying(NOT_ESTABLISHED), (UNDETERMINED, STATIONS_DISAGREE)),
        (
            saying(UNDETERMINED, RAIN_AFTER_LOSS),
            saying(UNDETERMINED, BETWEEN_WHOLE_HOURS),
            (UNDETERMINED, RAIN_AFTER_LOSS),
        ),
    ],
)
def test_what_two_stations_say_together(
    one: Measured, other: Measured, both: tuple[Establishment, UndeterminedReason | None]
) -> None:
    assessed = of_two_stations(one, other)
    assert verdict(assessed) == both
    assert assessed.final == (both[1] is not MISSING_HOURS)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Truth.TRUE, Truth.TRUE, Truth.TRUE),
        (Truth.TRUE, Truth.FALSE, Truth.FALSE),
        (Truth.FALSE, Truth.UNKNOWN, Truth.FALSE),
        (Truth.TRUE, Truth.UNKNOWN, Truth.UNKNOWN),
    ],
)
def test_a_cloudburst_must_have_been_measured_by_every_station(one: Truth, other: Truth, both: Truth) -> None:
    ell = saying(ESTABLISHED)
    assert of_two_stations(ell._replace(cloudburst=one), ell._replace(cloudburst=other)).cloudburst is both


def test_recent_rain_is_unknown_when_stations_differ_about_it() -> None:
    ell = saying(ESTABLISHED)
    assessed = of_two_stations(ell, ell._replace(recent_rain=Truth.FALSE))
    assert (assessed.recent_rain, assessed.final) == (Truth.UNKNOWN, True)


def test_a_yes_of_one_station_waits_for_the_hours_of_the_other() -> None:
    asked = request(home=HALFWAY_ELL_EINDHOVEN)
    assessed = assess(asked, until_hour="2021-07-16T12:00")
    assert [station.readings[0].establishment for station in assessed.stations] == [UNDETERMINED, ESTABLISHED]
    assert not assessed.final
    assert verdict(assessed) == (UNDETERMINED, MISSING_HOURS)


@pytest.mark.parametrize(
    ("network", "loss", "reason"),
    [
        (Network.AWS, "2010-12-31T23:59", UndeterminedReason.BEFORE_REGISTER),
        (Network.GAUGE, "2011-01-01T00:00", UndeterminedReason.NO_STATION),
    ],
)
def test_without_a_station_the_answer_is_undetermined_and_final(
    network: Network, loss: str, reason: UndeterminedReason
) -> None:
    """The register knows no measurement from before 2011, and no manual gauge at all."""
    assessed = assess(replace(request(loss=moment(loss)), network=network))
    assert assessed.stations == ()
    assert (verdict(assessed), assessed.final, assessed.settled_by) == ((UNDETERMINED, reason), True, None)
    assert (assessed.cloudburst, assessed.recent_rain) == (Truth.UNKNOWN, Truth.UNKNOWN)


def test_an_interval_of_a_month_is_answered_from_all_its_hours() -> None:
    (ell,) = assess(request(loss=interval("2021-06-20T00:00", "2021-07-20T00:00"))).stations
    assert len(ell.hours.tenths_mm) == 144 + 30 * 24 + 2 + 72
