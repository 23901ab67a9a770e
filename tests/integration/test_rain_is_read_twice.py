"""weather-svc and the verifier of proofs read the same rain apart from each other, and never differ."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from claims_svc.domain.rainfall_check import discrepancies
from claims_svc.domain.rainfall_reading import asked_hours
from claims_svc.domain.station_check import wrong_stations
from contracts import example_values
from contracts.claims import RAINFALL_REQUESTED, RainfallRequested, ReadingRequested
from contracts.vocabulary import Location, LossInterval, Network, RainThreshold, WaterReading
from contracts.weather import RAINFALL_ASSESSED, DoubtKind, Quality, RainfallAssessed, UndeterminedReason
from weather_svc.domain.assessment import Inquiry, conclude, inquire, measure
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.stations import NearStation, shipped_stations
from weather_svc.domain.windows import Doubt, Figures

(EXAMPLE,) = RAINFALL_REQUESTED.examples
STATIONS = shipped_stations()
MIDNIGHT = datetime(2021, 7, 15, tzinfo=UTC)
BEFORE_THE_REGISTER = datetime(2010, 8, 26, tzinfo=UTC)
MINUTES = (0, 0, 1, 30, 59, 60, 75)
"""Moments of loss on the border of two hours and beside it."""
LONGEST_HOURS = 12
SUSPECT = [kind for kind in DoubtKind if kind is not DoubtKind.LOST]


def small_question(chance: random.Random) -> RainfallRequested:
    """Return a question with windows and lags of a few hours, in which everything borders on everything else."""
    midnight = BEFORE_THE_REGISTER if chance.random() < 0.05 else MIDNIGHT
    loss_at = midnight + timedelta(minutes=chance.choice(MINUTES))
    lasts = timedelta(minutes=chance.choice((0, 0, 1, 30, 60, 90, 60 * 5, 60 * 8, 60 * LONGEST_HOURS)))
    surface = ReadingRequested(
        reading=WaterReading.SURFACE_WATER,
        may_lag_hours=chance.choice((0, 1, 3, 6)),
        may_lag_at_most_hours=chance.choice((0, 2, 6, 9)),
        rain_before_loss_tenths_mm=chance.choice((0, 3, 5, 50)),
    )
    ground = replace(surface, reading=WaterReading.GROUNDWATER, may_lag_at_most_hours=12)
    update = {
        "loss": LossInterval(from_at=loss_at, until_at=loss_at + lasts),
        "readings": (surface, ground)[: chance.choice((1, 2))],
        "thresholds": tuple(
            RainThreshold(within_hours=hours, at_least_tenths_mm=rain) for hours, rain in ((3, 20), (5, 26), (8, 33))
        ),
        "cloudburst": RainThreshold(within_hours=chance.choice((1, 2)), at_least_tenths_mm=10),
        "recent_rain": RainThreshold(within_hours=4, at_least_tenths_mm=10),
        "interval_in_favour_hours": chance.choice((0, 5, 8)),
        "most_in_an_hour_tenths_mm": chance.choice((15, 1_000)),
    }
    return replace(EXAMPLE, **update)


def question_of_the_product(chance: random.Random) -> RainfallRequested:
    loss_at = MIDNIGHT + timedelta(minutes=chance.choice(MINUTES))
    lasts = timedelta(minutes=chance.choice((0, 60, 60 * 24, 60 * 72, 60 * 72 + 1)))
    return replace(EXAMPLE, loss=LossInterval(from_at=loss_at, until_at=loss_at + lasts))


def figures(chance: random.Random, question: RainfallRequested, *, most_in_an_hour: int) -> Figures:
    """Return random hours: dry ones, wet ones, and sometimes missing ones, scattered or from some hour on."""
    hours = asked_hours(question)
    wet, missing = chance.choice((0.05, 0.12, 0.2)), chance.choice((0, 0, 0, 0, 0.02, 0.3, 1))
    rain = [chance.randrange(most_in_an_hour) if chance.random() < wet else 0 for _ in hours]
    end = len(hours) if chance.random() < 0.7 else chance.randrange(len(hours))
    tenths_mm = tuple(None if place >= end or chance.random() < missing else rain[place] for place in range(len(hours)))
    has_any = any(figure is not None for figure in tenths_mm)
    return Figures(hours[0], tenths_mm, doubts(chance, hours, tenths_mm), Quality.PROVISIONAL if has_any else None)


def doubts(chance: random.Random, hours: range, tenths_mm: Sequence[int | None]) -> tuple[Doubt, ...]:
    """Return doubts about none, some or most of the hours."""
    share = chance.choice((0, 0, 0, 0.02, 0.1, 0.8))
    return tuple(
        Doubt(DoubtKind.LOST if figure is None else chance.choice(SUSPECT), HourSpan(hour, hour))
        for hour, figure in zip(hours, tenths_mm, strict=True)
        if chance.random() < share
    )


def answer_of_weather_svc(
    chance: random.Random, question: RainfallRequested, *, most_in_an_hour: int
) -> RainfallAssessed:
    """Return the answer from one station mostly, sometimes from several or none."""
    inquiry = inquire(question, stations=STATIONS)
    near = [NearStation(example_values.ELL, 2_045)] * chance.choice((1, 1, 1, 2, 3, 0))
    inquiry = inquiry._replace(near=near, is_before_register=question.loss.from_at < STATIONS.begins_at)
    measured = [
        measure(figures(chance, question, most_in_an_hour=most_in_an_hour), question=inquiry.question) for _ in near
    ]
    conclusion = conclude(measured, question=inquiry.question, is_before_register=inquiry.is_before_register)
    return conclusion.answer(inquiry, assessment_version=1, sources={})


def reasons(answers: Sequence[RainfallAssessed]) -> Counter[UndeterminedReason | None]:
    return Counter(verdict.undetermined_reason for given in answers for verdict in given.readings)


def test_small_questions_are_answered_alike() -> None:
    chance = random.Random(0)  # noqa: S311 - the same cases at every run
    answers = []
    for _ in range(1_200):
        question = small_question(chance)
        answers.append(answer_of_weather_svc(chance, question, most_in_an_hour=12))
        assert list(discrepancies(answers[-1], question=question)) == [], question

    assert {*UndeterminedReason, None} <= reasons(answers).keys(), "every kind of answer was among them"


def test_questions_of_the_product_are_answered_alike() -> None:
    chance = random.Random(0)  # noqa: S311 - the same cases at every run
    for _ in range(60):
        question = question_of_the_product(chance)
        given = answer_of_weather_svc(chance, question, most_in_an_hour=60)
        assert list(discrepancies(given, question=question)) == [], question


def test_the_nearest_stations_are_found_alike() -> None:
    chance = random.Random(0)  # noqa: S311 - the same cases at every run
    several = 0
    for _ in range(600):
        home = Location(
            latitude_microdegrees=chance.randrange(50_700_000, 53_600_000),
            longitude_microdegrees=chance.randrange(3_300_000, 7_300_000),
            accuracy_metres=chance.choice((0, 25, 100, 1_000, 20_000, 100_000)),
        )
        loss_at = datetime(2010, 7, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 365 * 16))
        question = replace(
            EXAMPLE, home=home, loss=LossInterval(from_at=loss_at, until_at=loss_at), network=Network.AWS
        )
        inquiry = inquire(question, stations=STATIONS)
        several += len(inquiry.near) > 1
        assert list(wrong_stations(answer_from(inquiry), question=question)) == [], home

    assert several > 80


def answer_from(inquiry: Inquiry) -> RainfallAssessed:
    (example,) = RAINFALL_ASSESSED.examples
    return replace(
        example,
        stations=tuple(
            replace(example.stations[0], station=station, distance_metres=metres) for station, metres in inquiry.near
        ),
        passed_over=inquiry.passed_over,
        register_sha256=inquiry.register_sha256,
    )
