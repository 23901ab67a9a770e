from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from publications import until_waiting
from rain_samples import (
    GROUNDWATER,
    HALFWAY_ELL_EINDHOVEN,
    NEAR_ARCEN,
    NOW,
    SURFACE_WATER,
    THRESHOLDS,
    interval,
    moment,
    request,
)

from chassis.database import Connection
from chassis.testing import Harness
from contracts.claims import RAINFALL_REQUESTED
from contracts.vocabulary import Network
from weather_svc.conclusions import Conclusions
from weather_svc.domain.assessment import inquire
from weather_svc.domain.blocks import Span, StationKey
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.stations import shipped_stations
from weather_svc.repository import assessments, blocks
from weather_svc.repository.assessments import Assessment

STATIONS = shipped_stations()


async def test_only_answers_that_rest_on_the_hours_become_stale(service: Harness) -> None:
    asked = request(home=NEAR_ARCEN, loss=moment("2021-07-14T20:30"))
    inquiry = inquire(asked, stations=STATIONS)
    first, last = inquiry.hours
    async with service.pool.acquire() as connection:
        (conclusion,) = await Conclusions().of(connection, [inquiry], stations=STATIONS)
        assessment = Assessment(inquiry, conclusion, 1, trace=None)
        assert await assessments.lock_versions(connection, requests=[asked]) == {}
        await assessments.save(connection, assessments=[assessment], now=NOW)
        assert await assessments.lock_versions(connection, requests=[asked]) == {asked.claim_id: (1, 1)}

        async def marked(station: int, hours: HourSpan) -> int:
            await blocks.note_changed_hours(connection, [Span(StationKey(Network.AWS, station), hours)])
            before = await connection.fetchval("SELECT count(*) FROM stale_assessment")
            assert not await assessments.mark_stale(connection, limit=10)
            return int(await connection.fetchval("SELECT count(*) FROM stale_assessment") - before)

        assert await marked(391, HourSpan(first - 9, first - 1)) == 0
        assert await marked(391, HourSpan(last + 1, last + 9)) == 0
        assert await marked(377, HourSpan(first, last)) == 0
        assert await marked(391, HourSpan(last, last + 9)) == 1
        assert await marked(391, HourSpan(first - 9, first)) == 0
        (stale,) = await assessments.pop_stale(connection, limit=10)
        assert (stale.request, stale.assessment_version, stale.stations) == (asked, 1, [391])
        assert stale.measured == tuple(station.without_windows() for station in conclusion.measured)
        assert await assessments.pop_stale(connection, limit=10) == []


async def test_a_request_is_read_back_as_it_was_asked_and_what_all_of_a_product_ask_is_kept_once(
    service: Harness,
) -> None:
    of_an_interval = interval("2021-07-14T20:30:15.000001", "2021-07-16T20:30")
    asked = [
        request(claim_id=UUID(int=1), version=3, home=HALFWAY_ELL_EINDHOVEN, loss=of_an_interval),
        request(claim_id=UUID(int=2)),
        request(claim_id=UUID(int=3), readings=(SURFACE_WATER, GROUNDWATER), thresholds=THRESHOLDS[:1]),
        request(claim_id=UUID(int=4), loss=moment("2000-01-01T00:00")),
    ]
    await service.deliver(RAINFALL_REQUESTED, *asked)
    await service.deliver(RAINFALL_REQUESTED, request(claim_id=UUID(int=5)))
    async with service.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM question") == 2
        await connection.execute("INSERT INTO stale_assessment SELECT claim_id FROM assessment")
        stale = await assessments.pop_stale(connection, limit=4)
        assert [assessment.request for assessment in stale] == asked
        assert [assessment.stations for assessment in stale] == [[370, 377], [377], [377], []]
        (last,) = await assessments.pop_stale(connection, limit=4)
        assert last.request.claim_id == UUID(int=5)


async def _ask(connection: Connection) -> None:
    await assessments.lock_versions(connection, requests=[request()])


@pytest.mark.parametrize("assess", [_ask, blocks.lock_for_assessing])
async def test_what_was_recorded_becomes_visible_when_nobody_assesses(
    service: Harness, assess: Callable[[Connection], Awaitable[None]]
) -> None:
    async with service.pool.acquire() as answering, service.pool.acquire() as recording, recording.transaction():
        answer_transaction = answering.transaction()
        await answer_transaction.start()
        await assess(answering)
        recorder = asyncio.create_task(blocks.wait_for_assessments(recording))
        await until_waiting(service)
        assert not recorder.done()
        await answer_transaction.commit()
        await recorder


async def test_who_waits_to_assess_while_others_commit_figures_has_locked_no_assessment_yet(service: Harness) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    async with service.pool.acquire() as answering, service.pool.acquire() as recording:
        async with recording.transaction():
            await blocks.wait_for_assessments(recording)
            asking = asyncio.create_task(_ask(answering))
            await until_waiting(service)
            await recording.execute("SELECT FROM assessment FOR UPDATE NOWAIT")
        await asking
