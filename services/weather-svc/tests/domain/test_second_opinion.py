from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random

import pytest
from msgspec.structs import replace
from rain_answers import STATIONS
from rain_samples import at, moment, read_sample, request

from contracts.rain_gauges import ManualGauge, manual_gauges
from contracts.vocabulary import Establishment, Location, Network, Station
from contracts.weather import DoubtKind, Quality, SecondOpinion
from weather_svc.domain.assessment import Conclusion, Inquiry, conclude, inquire, measure
from weather_svc.domain.gauge_days import GaugeDay, day_of, days_touched, gauge, last_hour_of
from weather_svc.domain.hours import HourSpan, last_border
from weather_svc.domain.second_opinion import Sought, gauges_around, is_wanted, second_opinion, seek
from weather_svc.domain.windows import Doubt, Figures

AT_DE_BILT = Location(latitude_microdegrees=52_098_000, longitude_microdegrees=5_179_000, accuracy_metres=25)
LOSS = moment("2019-06-19T20:30")
JUNE_19_20_21 = tuple(last_hour_of(date(2019, 6, day)) for day in (19, 20, 21))


def ask(*, home: Location = AT_DE_BILT) -> Inquiry:
    return inquire(request(home=home, loss=LOSS), stations=STATIONS)


def answered(inquiry: Inquiry, *, lost: tuple[str, str] | None = None, measured_at_all: bool = True) -> Conclusion:
    """Conclude from the hours of De Bilt in June 2019, of which those from one to another may be lost."""
    known = {row.hour: row.tenths_mm for row in read_sample("de_bilt_june_2019.txt")}
    doubts: tuple[Doubt, ...] = ()
    if lost is not None:
        gap = HourSpan(*(last_border(at(text)) for text in lost))
        known |= dict.fromkeys(gap.numbers)
        doubts = (Doubt(DoubtKind.LOST, gap),)
    figures = Figures(
        inquiry.hours.first, tuple(known.get(hour) for hour in inquiry.hours.numbers), doubts, Quality.VALIDATED
    )
    measured = [measure(figures, question=inquiry.question)] if measured_at_all else []
    return conclude(measured, question=inquiry.question)


def sought(*, lost: tuple[str, str] | None = ("2019-06-19T18:00", "2019-06-19T21:00")) -> Sought:
    inquiry = ask()
    return seek(inquiry, answered(inquiry, lost=lost), gauges=manual_gauges())


def collected(numbers: Iterable[int], *, days: Iterable[int]) -> dict[GaugeDay, int]:
    return {GaugeDay(gauge(number), last_hour): 423 for number in numbers for last_hour in days}


@pytest.mark.parametrize(
    ("hour", "day"),
    [
        ("2019-06-19T08:00", "2019-06-19"),
        ("2019-06-19T09:00", "2019-06-20"),
        ("2019-06-20T00:00", "2019-06-20"),
        ("2019-06-20T08:00", "2019-06-20"),
    ],
)
def test_an_hour_lies_in_the_day_whose_reading_follows_it(hour: str, day: str) -> None:
    number = last_border(at(hour))
    (last_hour,) = days_touched(HourSpan(number, number))
    assert last_hour == last_border(at(f"{day}T08:00"))
    assert (day_of(last_hour), last_hour_of(date.fromisoformat(day))) == (date.fromisoformat(day), last_hour)


def test_the_reading_of_a_day_holds_the_rain_that_the_station_beside_it_measured_until_then() -> None:
    """On 20 June 2019 the gauge of De Bilt held 42.3 mm; the station beside it had measured 39.8 mm."""
    hours = {row.hour: row.tenths_mm or 0 for row in read_sample("de_bilt_june_2019.txt")}
    end = last_hour_of(date(2019, 6, 20))
    assert sum(hours[hour] for hour in range(end - 23, end + 1)) == 398


def test_only_what_no_waiting_helps_and_hours_in_doubt_want_a_second_opinion() -> None:
    inquiry = ask()
    plain = answered(inquiry)
    assert (plain.final, is_wanted(plain)) == (True, False)
    lost = answered(inquiry, lost=("2019-06-19T18:00", "2019-06-19T21:00"))
    assert (lost.final, lost.readings[0].establishment) == (True, Establishment.UNDETERMINED)
    assert is_wanted(lost)
    assert is_wanted(answered(inquiry, lost=("2019-06-15T01:00", "2019-06-15T02:00")))
    assert is_wanted(answered(inquiry, measured_at_all=False))


def test_the_days_asked_are_those_of_the_windows_that_decide_and_of_the_hours_in_doubt() -> None:
    windows_only = seek(ask(), answered(ask()), gauges=manual_gauges()).last_hours
    with_doubts = sought(lost=("2019-06-14T07:00", "2019-06-14T09:00")).last_hours
    assert set(JUNE_19_20_21[:2]) <= set(windows_only)
    assert with_doubts[0] == last_hour_of(date(2019, 6, 14))
    assert with_doubts[-1] == windows_only[-1]


def test_without_a_station_the_days_before_the_loss_are_asked() -> None:
    inquiry = ask()
    asked = seek(inquiry, answered(inquiry, measured_at_all=False), gauges=manual_gauges())
    assert tuple(asked.last_hours) == JUNE_19_20_21[:2]


def test_the_nearest_gauge_in_use_on_all_days_is_asked_first_and_few_are() -> None:
    asked = sought()
    assert [near.station.name for near in asked.near][:1] == ["De Bilt"]
    assert len(asked.near) == 5
    assert [near.distance_metres for near in asked.near] == sorted(near.distance_metres for near in asked.near)
    begun_later = [
        ManualGauge(each.station, date(2019, 6, 20), None) if each.station.number == 550 else each
        for each in manual_gauges()
    ]
    assert "De Bilt" not in [near.station.name for near in seek(ask(), answered(ask()), gauges=begun_later).near]
    ended = [
        ManualGauge(each.station, each.read_from, date(2019, 6, 1)) if each.station.number == 550 else each
        for each in manual_gauges()
    ]
    assert "De Bilt" not in [near.station.name for near in seek(ask(), answered(ask()), gauges=ended).near]


def test_a_gauge_far_away_is_not_asked() -> None:
    far = Station(
        network=Network.GAUGE, number=1, name="Far", latitude_microdegrees=52_280_000, longitude_microdegrees=5_179_000
    )
    inquiry = ask()
    only = [ManualGauge(far, date(1950, 1, 1), None)]
    assert seek(inquiry, answered(inquiry), gauges=only).near == []


def test_the_nearest_gauge_with_all_days_gives_the_opinion() -> None:
    asked = sought()
    first, second = asked.near[:2]
    both = collected([first.station.number, second.station.number], days=asked.last_hours)
    opinion = second_opinion(asked, both)
    assert opinion == SecondOpinion(
        station=first.station,
        distance_metres=first.distance_metres,
        first_day_ends_at=at(f"{day_of(asked.last_hours[0])}T08:00"),
        tenths_mm=(423,) * len(asked.last_hours),
    )
    del both[GaugeDay(gauge(first.station.number), asked.last_hours[-1])]
    opinion = second_opinion(asked, both)
    assert opinion is not None
    assert opinion.station == second.station
    assert second_opinion(asked, {}) is None


def test_a_second_opinion_changes_nothing_else_of_an_answer() -> None:
    inquiry = ask()
    concluded = answered(inquiry, lost=("2019-06-19T18:00", "2019-06-19T21:00"))
    asked = sought()
    opinion = second_opinion(asked, collected([550], days=asked.last_hours))
    with_it = concluded.answer(inquiry, assessment_version=1, sources={}, second_opinion=opinion)
    assert with_it.second_opinion is not None
    assert sum(figure or 0 for figure in with_it.second_opinion.tenths_mm) > 400
    assert replace(with_it, second_opinion=None) == concluded.answer(inquiry, assessment_version=1, sources={})


def test_around_a_home_no_gauge_is_left_out_that_all_would_name() -> None:
    chance = Random(11)  # noqa: S311 - the same homes at every run
    for _ in range(300):
        home = Location(
            latitude_microdegrees=chance.randrange(50_700_000, 53_600_000),
            longitude_microdegrees=chance.randrange(3_300_000, 7_300_000),
            accuracy_metres=25,
        )
        inquiry = ask(home=home)
        conclusion = answered(inquiry, lost=("2019-06-19T18:00", "2019-06-19T21:00"))
        of_all = seek(inquiry, conclusion, gauges=manual_gauges())
        assert seek(inquiry, conclusion, gauges=gauges_around(home)) == of_all
        assert len(gauges_around(home)) < 60
