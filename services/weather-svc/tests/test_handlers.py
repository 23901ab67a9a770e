from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from publications import until_waiting
from rain_samples import (
    CLAIM_ID,
    HEADER,
    NEAR_ARCEN,
    NEAR_ELL,
    NOW,
    answers,
    at,
    import_files,
    july,
    moment,
    request,
)

from chassis.consuming.delivery import Delivery
from chassis.testing import Harness
from chassis.unit_of_work import Timer
from contracts.claims import RAINFALL_REQUESTED, RainfallRequested
from contracts.envelope import encode
from contracts.vocabulary import Establishment
from contracts.weather import RainfallAssessed
from weather_svc.recording import REASSESSMENT
from weather_svc.repository import blocks

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACE = f"00-{TRACE_ID}-b7ad6b7169203331-01"


async def settle(service: Harness) -> None:
    """Let everything be assessed again that should be."""
    while await service.fire_due_timers():
        pass


def verdict(assessed: RainfallAssessed) -> tuple[Establishment, bool]:
    """Return what the one reading says, and whether the answer is final."""
    (reading,) = assessed.readings
    return reading.establishment, assessed.final


async def test_a_request_is_answered_from_the_hours_of_the_nearest_station(service: Harness, tmp_path: Path) -> None:
    assert await import_files(service, july(tmp_path)) == 0
    await service.deliver(RAINFALL_REQUESTED, request())
    (assessed,) = await answers(service)
    assert (assessed.claim_id, assessed.request_version, assessed.assessment_version) == (CLAIM_ID, 1, 1)
    assert verdict(assessed) == (Establishment.ESTABLISHED, True)
    assert assessed.stations[0].station.name == "Ell"
    assert assessed.stations[0].readings[0].windows[0].best_sum_tenths_mm == 402


async def test_without_hours_the_answer_says_so_at_once(service: Harness) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    (assessed,) = await answers(service)
    assert verdict(assessed) == (Establishment.UNDETERMINED, False)


async def test_an_equal_or_lower_request_version_changes_nothing(service: Harness, tmp_path: Path) -> None:
    assert await import_files(service, july(tmp_path)) == 0
    await service.deliver(RAINFALL_REQUESTED, request(version=2))
    await service.published()
    await service.deliver(RAINFALL_REQUESTED, request(version=2), request(version=1))
    assert await answers(service) == []


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_a_higher_request_version_is_answered_anew(
    service: Harness, tmp_path: Path, *, in_one_batch: bool
) -> None:
    assert await import_files(service, july(tmp_path)) == 0
    asked = request(), request(version=2, home=NEAR_ARCEN), request(version=2, home=NEAR_ELL)
    if in_one_batch:
        await service.deliver(RAINFALL_REQUESTED, *asked)
    else:
        for event in asked:
            await service.deliver(RAINFALL_REQUESTED, event)
    published = [
        (event.request_version, event.assessment_version, event.stations[0].station.number)
        for event in await answers(service)
    ]
    assert published == [(1, 1, 377), (2, 2, 391)]
    (stored,) = await service.pool.fetch("SELECT request_version, assessment_version, stations FROM assessment")
    assert tuple(stored) == (2, 2, [391])


async def test_hours_that_arrive_decide_an_answer_that_waited(service: Harness, tmp_path: Path) -> None:
    assert await import_files(service, july(tmp_path, arcen_until="20210714")) == 0
    asked = request(home=NEAR_ARCEN, loss=moment("2021-07-14T20:30"))
    await service.deliver(RAINFALL_REQUESTED, asked, traceparent=TRACE)
    (waiting,) = await answers(service)
    assert verdict(waiting) == (Establishment.UNDETERMINED, False)

    assert await import_files(service, july(tmp_path)) == 0
    await settle(service)
    ((decided, trace),) = await service.published_with_traces()
    assert isinstance(decided, RainfallAssessed)
    assert (decided.request_version, decided.assessment_version) == (1, 2)
    assert verdict(decided) == (Establishment.ESTABLISHED, True)
    assert decided.stations[0].readings[0].windows[0].best_sum_tenths_mm == 415
    assert (trace or "").split("-")[1:2] == [TRACE_ID]


async def test_answers_are_given_again_when_what_is_recorded_is_visible(service: Harness, tmp_path: Path) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    assert await import_files(service, july(tmp_path)) == 0
    async with service.pool.acquire() as recording, recording.transaction():
        await blocks.wait_for_assessments(recording)
        again = asyncio.create_task(settle(service))
        await until_waiting(service)
        assert [event.assessment_version for event in await answers(service)] == [1]
    await again
    assert [event.assessment_version for event in await answers(service)] == [2]


async def test_hours_that_touch_no_answer_publish_nothing(service: Harness, tmp_path: Path) -> None:
    await service.deliver(RAINFALL_REQUESTED, request(loss=moment("2021-09-15T06:30")))
    assert len(await answers(service)) == 1
    assert await import_files(service, july(tmp_path)) == 0
    await settle(service)
    assert await answers(service) == []
    assert await service.pool.fetchval("SELECT count(*) FROM changed_hours") == 0


async def test_hours_that_leave_a_final_answer_as_it_was_publish_nothing(service: Harness, tmp_path: Path) -> None:
    assert await import_files(service, july(tmp_path, arcen_until="20210715")) == 0
    await service.deliver(RAINFALL_REQUESTED, request(home=NEAR_ARCEN))
    (assessed,) = await answers(service)
    assert assessed.final
    assert await import_files(service, july(tmp_path)) == 0
    await settle(service)
    assert await answers(service) == []


async def test_a_corrected_hour_reopens_a_final_answer(service: Harness, tmp_path: Path) -> None:
    assert await import_files(service, july(tmp_path)) == 0
    await service.deliver(RAINFALL_REQUESTED, request())
    (before,) = await answers(service)
    lowered = tmp_path / "corrected.txt"
    lowered.write_text(HEADER + "  377,20210715,    7,   25\n")
    assert before.stations[0].hours.tenths_mm[144] == 28

    assert await import_files(service, lowered, published_at=NOW) == 0
    await settle(service)
    (after,) = await answers(service)
    assert after.assessment_version == 2
    (corrected,) = after.corrected
    assert (corrected.station, corrected.hour_ends_at) == (after.stations[0].station, at("2021-07-15T07:00"))
    assert (corrected.was_tenths_mm, corrected.is_tenths_mm) == (28, 25)
    assert after.stations[0].hours.tenths_mm[144] == 25
    assert after.stations[0].readings[0].windows[0].best_sum_tenths_mm == 399
    assert verdict(after) == (Establishment.NOT_ESTABLISHED, True)


async def test_every_version_of_an_answer_is_kept(service: Harness, tmp_path: Path) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    await service.deliver(RAINFALL_REQUESTED, request(version=2, home=NEAR_ARCEN))
    assert await import_files(service, july(tmp_path)) == 0
    await service.fire_due_timers()
    rows = await service.pool.fetch(
        """
        SELECT request_version, assessment_version, stations FROM superseded_assessment
         UNION ALL SELECT request_version, assessment_version, stations FROM assessment ORDER BY assessment_version
        """
    )
    assert [tuple(row) for row in rows] == [(1, 1, [377]), (2, 2, [391]), (2, 3, [391])]


async def test_an_answer_names_the_publications_that_its_figures_come_from(service: Harness, tmp_path: Path) -> None:
    file = july(tmp_path)
    assert await import_files(service, file) == 0
    await service.deliver(RAINFALL_REQUESTED, request())
    (assessed,) = await answers(service)
    (source,) = assessed.stations[0].sources
    assert (source.sha256, source.name) == (sha256(file.read_bytes()).hexdigest(), file.name)
    assert (source.attribution, source.published_at) == ("KNMI", at("2021-07-20T00:00"))


async def test_more_stale_answers_than_one_timer_reassesses_are_all_assessed_again(
    service: Harness, tmp_path: Path
) -> None:
    asked = [request(claim_id=UUID(int=number)) for number in range(1, 502)]
    await service.deliver(RAINFALL_REQUESTED, *asked)
    assert len(await answers(service)) == 501
    assert await import_files(service, july(tmp_path)) == 0
    fired = 0
    while await service.fire_due_timers():
        fired += 1
    assert fired == 2
    again = await answers(service)
    assert {event.claim_id for event in again} == {event.claim_id for event in asked}
    assert {event.assessment_version for event in again} == {2}


async def test_an_answer_from_another_station_than_before_is_news(service: Harness, tmp_path: Path) -> None:
    assert await import_files(service, july(tmp_path, arcen_until="20210715")) == 0
    await service.deliver(RAINFALL_REQUESTED, request(home=NEAR_ARCEN))
    (before,) = await answers(service)
    assert before.final
    await service.pool.execute("UPDATE assessment SET stations = '{377}'")
    await service.pool.execute("INSERT INTO stale_assessment SELECT claim_id FROM assessment")

    async with service.runtime.transaction() as work:
        work.schedule(Timer(REASSESSMENT, "test", work.now))
    await settle(service)

    (after,) = await answers(service)
    assert (after.assessment_version, after.stations) == (2, before.stations)
    assert await service.pool.fetchval("SELECT stations FROM assessment") == [391]


async def test_a_request_answered_after_its_hours_came_is_not_answered_again(service: Harness, tmp_path: Path) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    assert await import_files(service, july(tmp_path)) == 0
    await service.deliver(RAINFALL_REQUESTED, request(version=2))
    assert [event.assessment_version for event in await answers(service)] == [1, 2]
    await settle(service)
    assert await answers(service) == []
    assert await service.pool.fetchval("SELECT count(*) FROM stale_assessment") == 0


@pytest.mark.parametrize("count", [1, 500])
async def test_a_batch_of_any_size_takes_the_same_five_statements(service: Harness, tmp_path: Path, count: int) -> None:
    assert await import_files(service, july(tmp_path)) == 0
    await service.deliver(RAINFALL_REQUESTED, request())
    batch = [delivery(service, request(claim_id=UUID(int=number))) for number in range(1, count + 1)]
    statements: list[str] = []
    async with service.runtime.transaction() as work:
        with work.connection.query_logger(lambda logged: statements.append(logged.query)):
            await service.service.consumers[0].handle(batch, work)
    assert len(statements) == 4, "the fifth is a COPY, which asyncpg does not log"
    assert len(await answers(service)) == count + 1


async def test_of_two_processes_that_answer_a_new_claim_at_once_the_later_one_follows_the_other(
    service: Harness,
) -> None:
    async with service.runtime.transaction() as work:
        await service.service.consumers[0].handle([delivery(service, request())], work)
        later = asyncio.create_task(service.deliver(RAINFALL_REQUESTED, request(version=2)))
        async with asyncio.timeout(10):
            while not await service.pool.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ):
                await asyncio.sleep(0)
    await later

    published = [(event.request_version, event.assessment_version) for event in await answers(service)]
    assert published == [(1, 1), (2, 2)]
    (stored,) = await service.pool.fetch("SELECT request_version, assessment_version FROM assessment")
    assert tuple(stored) == (2, 2)


def delivery(service: Harness, asked: RainfallRequested) -> Delivery[RainfallRequested]:
    event_id, source, time = str(uuid4()), "/test", NOW
    message = encode(RAINFALL_REQUESTED, asked, event_id=event_id, source=source, time=time)
    return Delivery(asked, event_id, source, time, None, service.record(message))
