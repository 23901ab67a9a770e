from __future__ import annotations

import asyncio

import pytest
from rain_samples import NEAR_ARCEN, at, moment, request

from chassis.database import Connection
from chassis.testing import Harness
from contracts.vocabulary import Network
from contracts.weather import Quality
from weather_svc import repository, station_table
from weather_svc.domain.assessment import Span, StationKey, answer, inquire
from weather_svc.domain.hours import HourSpan, last_border
from weather_svc.knmi import HourlyFigure
from weather_svc.rainfall import Rainfall
from weather_svc.repository import Assessment, Recorded

NOW = at("2021-07-19T09:00")
SIX = last_border(at("2021-07-15T06:00"))
ELL = StationKey(Network.AWS, 377)
STATIONS = station_table.load()
PROVISIONAL, VALIDATED = Quality


async def record(
    connection: Connection, *figures: int | None, quality: Quality = PROVISIONAL, is_trace: bool = False
) -> list[tuple[int, int, int]]:
    """Record figures of Ell from the hour that ends at six on; return what was new, corrected and confirmed."""
    rows = [HourlyFigure(377, SIX + index, figure, is_trace) for index, figure in enumerate(figures)]
    recorded = await repository.record_observations(
        connection, network=Network.AWS, figures=rows, quality=quality, now=NOW
    )
    return [(change.new, change.corrected, change.confirmed) for change in recorded]


async def figures_now(connection: Connection, *, hours: int) -> list[int | None]:
    span = Span(ELL, HourSpan(SIX, SIX + hours - 1))
    newest = {row.hour: row.tenths_mm for row in await repository.observations_in(connection, spans=[span])}
    return [newest.get(hour) for hour in range(SIX, SIX + hours)]


async def test_the_same_figures_again_add_nothing(service: Harness) -> None:
    async with service.pool.acquire() as connection:
        assert await record(connection, 26, None, 0) == [(3, 0, 0)]
        assert await record(connection, 26, None, 0) == []
        assert await connection.fetchval("SELECT count(*) FROM observation") == 3


async def test_a_corrected_figure_counts_and_the_old_one_stays_on_record(service: Harness) -> None:
    async with service.pool.acquire() as connection:
        await record(connection, 26, None, 5)
        assert await record(connection, 28, 4, 5) == [(0, 2, 0)]
        assert await figures_now(connection, hours=3) == [28, 4, 5]
        assert await connection.fetchval("SELECT count(*) FROM observation") == 5


async def test_a_dry_hour_that_becomes_a_trace_is_a_correction(service: Harness) -> None:
    async with service.pool.acquire() as connection:
        await record(connection, 0)
        assert await record(connection, 0, is_trace=True) == [(0, 1, 0)]


async def test_a_figure_that_knmi_takes_back_is_missing_again(service: Harness) -> None:
    async with service.pool.acquire() as connection:
        await record(connection, 26)
        assert await record(connection, None) == [(0, 1, 0)]
        assert await figures_now(connection, hours=1) == [None]


async def test_validating_a_figure_as_it_was_is_remembered(service: Harness) -> None:
    async with service.pool.acquire() as connection:
        await record(connection, 26)
        assert await record(connection, 26, quality=VALIDATED) == [(0, 0, 1)]
        assert await record(connection, 26, quality=VALIDATED) == []


async def test_a_provisional_figure_never_replaces_a_validated_one(service: Harness) -> None:
    async with service.pool.acquire() as connection:
        await record(connection, 26, quality=VALIDATED)
        assert await record(connection, 30) == []
        assert await figures_now(connection, hours=1) == [26]


async def test_figures_in_memory_follow_what_is_recorded_later(service: Harness) -> None:
    rainfall, span = Rainfall(), Span(ELL, HourSpan(SIX - 2, SIX + 3))
    async with service.pool.acquire() as connection:
        await record(connection, 26, 8, quality=VALIDATED)
        await rainfall.bring_up_to_date(connection, spans=[span])
        before = rainfall.figures_of(span)
        await record(connection, 26, 9, 7, quality=VALIDATED)
        await record(connection, 26, 9, 7, 1)
        await rainfall.bring_up_to_date(connection, spans=[span])
    assert (before.tenths_mm, before.has_provisional) == ((None, None, 26, 8, None, None), False)
    after = rainfall.figures_of(span)
    assert (after.tenths_mm, after.has_provisional) == ((None, None, 26, 9, 7, 1), True)


async def test_figures_in_memory_come_from_blocks_on_both_sides_of_a_border(service: Harness) -> None:
    border = SIX - SIX % 1_024
    span = Span(ELL, HourSpan(border - 3, border + 2))
    rows = [
        HourlyFigure(377, border + offset, tenths_mm, is_trace=False)
        for offset, tenths_mm in ((-3, 26), (-1, 8), (0, 15))
    ]
    rainfall = Rainfall()
    async with service.pool.acquire() as connection:
        await repository.record_observations(connection, network=Network.AWS, figures=rows, quality=VALIDATED, now=NOW)
        await rainfall.bring_up_to_date(connection, spans=[span])
    assert rainfall.figures_of(span).tenths_mm == (26, None, 8, 15, None, None)


async def test_memory_starts_afresh_after_a_large_import_and_when_it_is_full(
    service: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weather_svc.rainfall._MOST_TO_CATCH_UP", 1)
    monkeypatch.setattr("weather_svc.rainfall._MOST_BLOCKS", 1)
    rainfall = Rainfall()
    ell, arcen = (Span(StationKey(Network.AWS, number), HourSpan(SIX, SIX + 1)) for number in (377, 391))
    async with service.pool.acquire() as connection:
        await record(connection, 26)
        await rainfall.bring_up_to_date(connection, spans=[ell])
        await record(connection, 27, 8)
        await rainfall.bring_up_to_date(connection, spans=[arcen])
        await rainfall.bring_up_to_date(connection, spans=[ell, arcen])
    assert rainfall.figures_of(ell).tenths_mm == (27, 8)
    assert rainfall.figures_of(arcen).tenths_mm == (None, None)


async def test_only_answers_that_rest_on_the_hours_become_stale(service: Harness) -> None:
    rainfall = Rainfall()
    asked = request(home=NEAR_ARCEN, loss=moment("2021-07-14T20:30"))
    inquiry = inquire(asked, stations=STATIONS)
    first, last = inquiry.hours
    async with service.pool.acquire() as connection:
        await rainfall.bring_up_to_date(connection, spans=inquiry.spans)
        said = [rainfall.measured(inquiry.question, span=span) for span in inquiry.spans]
        answered = answer(inquiry, measured=said, assessment_version=1)
        await repository.save_assessments(connection, assessments=[Assessment(inquiry, answered, trace=None)], now=NOW)

        async def touched(station: int, hours: HourSpan) -> int:
            change = Recorded(StationKey(Network.AWS, station), hours, new=1, corrected=0, confirmed=0)
            return await repository.mark_stale(connection, recorded=[change])

        assert await touched(391, HourSpan(first - 9, first - 1)) == 0
        assert await touched(391, HourSpan(last + 1, last + 9)) == 0
        assert await touched(377, HourSpan(first, last)) == 0
        assert await touched(391, HourSpan(last, last + 9)) == 1
        assert await touched(391, HourSpan(first - 9, first)) == 0
        (stale,) = await repository.take_stale(connection, limit=10)
        assert (stale.request, stale.answer) == (asked, answered)
        assert await repository.take_stale(connection, limit=10) == []


async def test_recording_waits_for_those_who_are_answering(service: Harness) -> None:
    async with service.pool.acquire() as answering, service.pool.acquire() as recording, recording.transaction():
        answer_transaction = answering.transaction()
        await answer_transaction.start()
        await repository.keep_observations_still(answering)
        recorder = asyncio.create_task(repository.lock_observations(recording))
        async with asyncio.timeout(10):
            while not await service.pool.fetchval(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ):
                await asyncio.sleep(0)
        assert not recorder.done()
        await answer_transaction.commit()
        await recorder
