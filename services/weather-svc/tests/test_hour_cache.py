from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace
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
    at,
    import_files,
    july,
    record,
    request,
)

from chassis.testing import Harness
from contracts.claims import RainfallRequested
from contracts.vocabulary import LossInterval, Network, RainThreshold
from contracts.weather import Quality
from weather_svc import station_table
from weather_svc.domain.assessment import Question, Span, StationKey, answer, inquire, measure
from weather_svc.domain.hours import HourlyFigure, HourSpan, hours_touched
from weather_svc.domain.readings import Reading
from weather_svc.domain.windows import Threshold
from weather_svc.hour_cache import HourCache
from weather_svc.repository import observations

STATIONS = station_table.load()


async def test_cached_figures_follow_what_is_recorded_later(service: Harness) -> None:
    hour_cache, span = HourCache(), Span(ELL, HourSpan(SIX - 2, SIX + 3))
    async with service.pool.acquire() as connection:
        await record(connection, 26, 8, quality=Quality.VALIDATED)
        await hour_cache.refresh(connection, spans=[span])
        before = hour_cache.figures_of(span)
        await record(connection, 26, 9, 7, quality=Quality.VALIDATED)
        await record(connection, 26, 9, 7, 1)
        await hour_cache.refresh(connection, spans=[span])
    assert (before.tenths_mm, before.has_provisional) == ((None, None, 26, 8, None, None), False)
    after = hour_cache.figures_of(span)
    assert (after.tenths_mm, after.has_provisional) == ((None, None, 26, 9, 7, 1), True)


async def test_cached_figures_come_from_blocks_on_both_sides_of_a_border(service: Harness) -> None:
    border = SIX - SIX % 1_024
    span = Span(ELL, HourSpan(border - 3, border + 2))
    rows = [
        HourlyFigure(377, border + offset, tenths_mm, is_trace=False)
        for offset, tenths_mm in ((-3, 26), (-1, 8), (0, 15))
    ]
    hour_cache = HourCache()
    async with service.pool.acquire() as connection:
        await observations.record(connection, network=Network.AWS, figures=rows, quality=Quality.VALIDATED, now=NOW)
        await hour_cache.refresh(connection, spans=[span])
    assert hour_cache.figures_of(span).tenths_mm == (26, None, 8, 15, None, None)


async def test_the_cache_is_emptied_after_a_large_import_and_when_it_is_full(
    service: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weather_svc.hour_cache._MAX_NEW_ROWS", 1)
    monkeypatch.setattr("weather_svc.hour_cache._MAX_BLOCKS", 1)
    hour_cache = HourCache()
    ell, arcen = (Span(StationKey(Network.AWS, number), HourSpan(SIX, SIX + 1)) for number in (377, 391))
    async with service.pool.acquire() as connection:
        await record(connection, 26)
        await hour_cache.refresh(connection, spans=[ell])
        await record(connection, 27, 8)
        await hour_cache.refresh(connection, spans=[arcen])
        await hour_cache.refresh(connection, spans=[ell, arcen])
    assert hour_cache.figures_of(ell).tenths_mm == (27, 8)
    assert hour_cache.figures_of(arcen).tenths_mm == (None, None)


@pytest.mark.parametrize("hours_after", [1, 2, 3], ids=["fewer", "as-many", "more"])
async def test_cached_figures_are_those_of_a_database_that_was_restored_meanwhile(
    service: Harness, hours_after: int
) -> None:
    """What a backup did not have yet is gone, and its ids are given again to what is recorded afterwards."""
    hour_cache, span = HourCache(), Span(ELL, HourSpan(SIX, SIX + 3))
    async with service.pool.acquire() as connection:
        await record(connection, 26, 8)
        await hour_cache.refresh(connection, spans=[span])
        await connection.execute(
            "TRUNCATE observation; ALTER TABLE observation ALTER COLUMN observation_id RESTART WITH 1"
        )
        figures = [HourlyFigure(377, SIX + offset, 7, is_trace=False) for offset in range(1, 1 + hours_after)]
        await observations.record(
            connection,
            network=Network.AWS,
            figures=figures,
            quality=Quality.PROVISIONAL,
            now=NOW + timedelta(microseconds=1),
        )

        await hour_cache.refresh(connection, spans=[span])

    assert hour_cache.figures_of(span).tenths_mm == (None, *[7] * hours_after, *[None] * (3 - hours_after))


async def test_what_claims_share_is_what_each_would_be_told_alone(service: Harness, tmp_path: Path) -> None:
    assert await import_files(service, july(tmp_path)) == 0
    chance, hour_cache = Random(0), HourCache()  # noqa: S311 - the same cases at every run
    answers = set()
    for asked in [some_request(chance) for _ in range(400)]:
        inquiry = inquire(asked, stations=STATIONS)
        assert inquiry.question == question_built_anew(asked)
        async with service.pool.acquire() as connection:
            await hour_cache.refresh(connection, spans=inquiry.spans)
        shared = hour_cache.conclusion(inquiry).answer(inquiry, assessment_version=1)
        measured = [measure(hour_cache.figures_of(span), question=inquiry.question) for span in inquiry.spans]
        assert shared == answer(inquiry, measured=measured, assessment_version=1), asked
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
