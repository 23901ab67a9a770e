"""What claims share is what each would be told alone, and who says no is heard beside the stations around."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace
from publications import publication, record
from rain_samples import (
    ELL,
    GROUNDWATER,
    HALFWAY_ELL_EINDHOVEN,
    NEAR_ARCEN,
    NEAR_ELL,
    NOW,
    SIX,
    SURFACE_WATER,
    THRESHOLDS,
    answers,
    at,
    import_files,
    july,
    read_sample,
    request,
)

from chassis.database import Connection
from chassis.testing import Harness
from contracts.claims import RAINFALL_REQUESTED, RainfallRequested
from contracts.vocabulary import Establishment, LossInterval, Network, RainThreshold, Truth
from contracts.weather import DoubtKind, UndeterminedReason
from weather_svc.conclusions import Conclusions
from weather_svc.domain.assessment import Question, conclude, inquire, measure
from weather_svc.domain.blocks import Span, StationKey
from weather_svc.domain.hours import hours_touched, last_border
from weather_svc.domain.readings import Reading
from weather_svc.domain.stations import shipped_stations
from weather_svc.domain.windows import Threshold

STATIONS = shipped_stations()
AROUND_ELL = (370, 380, 391)


async def test_a_gauge_that_stays_dry_in_the_rain_of_all_around_it_does_not_deny(service: Harness) -> None:
    """Ell without the 40.2 mm of 14 and 15 July 2021."""
    storm = range(last_border(at("2021-07-13T00:00")) + 1, last_border(at("2021-07-16T00:00")) + 1)
    hours = {row.hour: row.tenths_mm for row in read_sample("july_2021.txt") if row.station_number == 377}
    dry = [0 if hour in storm else figure for hour, figure in hours.items()]
    await record(service, publication(*dry, first_hour=min(hours), published_at=NOW))
    await service.deliver(RAINFALL_REQUESTED, request())
    (alone,) = await answers(service)
    assert alone.readings[0].establishment is Establishment.NOT_ESTABLISHED
    assert alone.final
    rested_on = await service.pool.fetch("SELECT lower(hours) / 10000000 AS station FROM rested_on ORDER BY station")
    assert [row["station"] for row in rested_on] == sorted((ELL.number, *AROUND_ELL))

    for number in AROUND_ELL:
        around = {row.hour: row.tenths_mm for row in read_sample("july_2021.txt") if row.station_number == number}
        station = StationKey(Network.AWS, number)
        said = publication(*around.values(), first_hour=min(around), station=station, published_at=NOW)
        await record(service, said)
    while await service.fire_due_timers():
        pass

    (*_, beside) = await answers(service)
    (reading,) = beside.readings
    assert (reading.establishment, reading.undetermined_reason) == (
        Establishment.UNDETERMINED,
        UndeterminedReason.SUSPECT_FIGURES,
    )
    assert beside.final
    assert {doubt.kind for doubt in beside.stations[0].hours.in_doubt} == {DoubtKind.CLOGGED}


async def test_a_no_that_could_not_be_compared_with_the_stations_around_is_not_remembered(
    service: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await import_files(service, july(tmp_path)) == 0
    dry = [0] * 24 * 40
    clogged = publication(*dry, first_hour=SIX - 24 * 20, published_at=NOW + timedelta(days=30), is_forced=True)
    await record(service, clogged)
    conclusions, inquiry = Conclusions(), inquire(request(), stations=STATIONS)
    load, failures = conclusions.hours.load, iter([None, ConnectionError("the database went away")])

    async def failing(connection: Connection, *, spans: Iterable[Span]) -> None:
        if (failure := next(failures, None)) is not None:
            raise failure
        await load(connection, spans=spans)

    monkeypatch.setattr(conclusions.hours, "load", failing)
    async with service.pool.acquire() as connection:
        with pytest.raises(ConnectionError):
            await conclusions.of(connection, [inquiry], stations=STATIONS)
        (concluded,) = await conclusions.of(connection, [inquiry], stations=STATIONS)
    assert concluded.readings[0].undetermined_reason is UndeterminedReason.SUSPECT_FIGURES


async def test_a_gauge_that_stays_dry_in_the_rain_of_all_around_it_does_not_deny_recent_rain(service: Harness) -> None:
    """The rain of two days before leaves the reading undetermined; it denies nothing."""
    hours = range(SIX - 24 * 8, SIX + 24 * 4)
    earlier = [20 if SIX - 60 <= hour < SIX - 36 else 0 for hour in hours]
    lately = [4 if SIX - 30 <= hour < SIX + 20 else rain for hour, rain in zip(hours, earlier, strict=True)]
    for number, rain in ((ELL.number, earlier), *((number, lately) for number in AROUND_ELL)):
        station = StationKey(Network.AWS, number)
        await record(service, publication(*rain, first_hour=hours.start, station=station, published_at=NOW))
    await service.deliver(RAINFALL_REQUESTED, request())
    (answer,) = await answers(service)
    assert answer.readings[0].establishment is Establishment.UNDETERMINED
    assert (answer.recent_rain, answer.final) == (Truth.UNKNOWN, True)


async def test_what_claims_share_is_what_each_would_be_told_alone(service: Harness, tmp_path: Path) -> None:
    assert await import_files(service, july(tmp_path)) == 0
    chance, conclusions = Random(0), Conclusions()  # noqa: S311 - the same cases at every run
    answers = set()
    for asked in [some_request(chance) for _ in range(400)]:
        inquiry = inquire(asked, stations=STATIONS)
        assert inquiry.question == question_built_anew(asked)
        async with service.pool.acquire() as connection:
            (shared,) = await conclusions.of(connection, [inquiry], stations=STATIONS)
        hours = conclusions.hours
        measured = [measure(hours.figures_of(span), question=inquiry.question) for span in inquiry.spans]
        alone = conclude(measured, question=inquiry.question)
        assert shared.answer(inquiry, assessment_version=1, sources=hours.sources) == alone.answer(
            inquiry, assessment_version=1, sources=hours.sources
        ), asked
        answers.add((inquiry.question, inquiry.stations))
    assert 50 < len(answers) < 300, "many answers were shared, and many were not"


def some_request(chance: Random) -> RainfallRequested:
    """Return a request that differs little from the others: in a minute, in one parameter, in metres."""
    from_at = at("2021-07-14T20:00") + timedelta(minutes=20 * chance.randrange(6))
    asked = request(
        home=replace(
            chance.choice((NEAR_ELL, NEAR_ARCEN, HALFWAY_ELL_EINDHOVEN)), accuracy_metres=chance.choice((0, 25))
        ),
        loss=LossInterval(from_at=from_at, until_at=from_at + timedelta(hours=chance.choice((0, 0, 0, 80)))),
        readings=chance.choice(((SURFACE_WATER,), (SURFACE_WATER, GROUNDWATER))),
    )
    return chance.choice(
        (
            asked,
            asked,
            replace(asked, thresholds=THRESHOLDS[:2]),
            replace(asked, cloudburst=RainThreshold(within_hours=1, at_least_tenths_mm=20)),
            replace(asked, recent_rain=RainThreshold(within_hours=6, at_least_tenths_mm=10)),
            replace(asked, interval_in_favour_hours=80),
            replace(asked, most_in_an_hour_tenths_mm=300),
        )
    )


def question_built_anew(asked: RainfallRequested) -> Question:
    def threshold(given: RainThreshold) -> Threshold:
        return Threshold(given.within_hours, given.at_least_tenths_mm)

    return Question(
        loss=hours_touched(asked.loss),
        best_hour_counts=asked.loss.until_at - asked.loss.from_at <= timedelta(hours=asked.interval_in_favour_hours),
        readings=tuple(
            Reading(given.reading, given.may_lag_hours, given.may_lag_at_most_hours, given.rain_before_loss_tenths_mm)
            for given in asked.readings
        ),
        thresholds=tuple(map(threshold, asked.thresholds)),
        cloudburst=threshold(asked.cloudburst),
        recent_rain=threshold(asked.recent_rain),
        most_in_an_hour_tenths_mm=asked.most_in_an_hour_tenths_mm,
    )
