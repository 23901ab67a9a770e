"""What is asked, when, by whom, and what is recorded of it: two processes, one database, one KNMI."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from knmi_server import FIVE, KEY, Answer, Knmi, as_json, coverage
from prometheus_client import REGISTRY
from publications import grades_in, what_counts
from rain_samples import ELL, NOW, SIX, at, request

from chassis.clock import SettableClock
from chassis.testing import Harness
from contracts.claims import RAINFALL_REQUESTED
from contracts.vocabulary import Network
from weather_svc.domain.blocks import Grade, Span, StationKey
from weather_svc.domain.hours import HourSpan, border_at, last_border
from weather_svc.repository import blocks
from weather_svc.settings import Settings
from weather_svc.sources import poller as pollers
from weather_svc.sources.poller import Poller
from weather_svc.sources.workers import workers

LAST = last_border(NOW)


async def poll_all(service: Harness, client: httpx.AsyncClient, settings: Settings) -> int:
    """Ask until nothing is due; how many polls were."""
    polls = 0
    while await Poller(settings).poll_once(service.runtime, client):
        polls += 1
    return polls


async def rows(service: Harness, sql: str, *arguments: object) -> list[tuple[object, ...]]:
    async with service.pool.acquire() as connection:
        return [tuple(row) for row in await connection.fetch(sql, *arguments)]


async def counts(service: Harness, *, hours: int = 3) -> list[int | None]:
    async with service.pool.acquire() as connection:
        return await what_counts(connection, first_hour=SIX, hours=hours)


async def test_one_request_serves_the_whole_network_and_a_day_of_polls_is_26(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient, clock: SettableClock
) -> None:
    assert await poll_all(service, client, settings) == 2, "hours, and the last ten days"
    assert len(server.asked) == 2
    assert set(FIVE) < set(server.asked[0].stations)
    assert await counts(service, hours=1) == [server.figures[377][SIX]]
    assert await poll_all(service, client, settings) == 0
    for _ in range(24 * 6):
        clock.advance(timedelta(minutes=10))
        await poll_all(service, client, settings)
    assert len(server.asked) == 2 + 24 + 1


async def test_a_storm_of_reports_costs_not_one_request(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient
) -> None:
    await poll_all(service, client, settings)
    asked = len(server.asked)
    for _ in range(2):
        await service.deliver(RAINFALL_REQUESTED, *(request(claim_id=uuid4()) for _ in range(500)))
        await service.fire_due_timers()
    assert len(await service.published()) == 1_000
    await poll_all(service, client, settings)
    assert len(server.asked) == asked


async def test_two_instances_ask_once(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient
) -> None:
    both = Poller(settings), Poller(settings)
    for _ in range(3):
        await asyncio.gather(*(each.poll_once(service.runtime, client) for each in both))
    assert len(server.asked) == 2


async def test_a_request_is_counted_before_it_is_sent(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient
) -> None:
    server.faults.append(replace(as_json({}), after=60))
    asking = asyncio.create_task(Poller(settings).poll_once(service.runtime, client))
    while not server.asked:
        await asyncio.sleep(0.01)
    assert await rows(service, "SELECT budget, requests FROM request_count") == [("edr", 1)]
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert await rows(service, "SELECT budget, requests FROM request_count") == [("edr", 1)]


async def test_errors_and_restarts_do_not_use_more_than_the_budget(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient, clock: SettableClock
) -> None:
    frugal = settings.model_copy(update={"knmi_requests_an_hour": 4})
    server.faults.extend([Answer(status=500)] * 1_000)
    for _ in range(50):
        await poll_all(service, client, frugal)
        clock.advance(timedelta(minutes=1))
    assert len(server.asked) == 4
    assert clock.at.hour == NOW.hour
    clock.advance(timedelta(minutes=15))
    await poll_all(service, client, frugal)
    assert len(server.asked) > 4, "a new hour has a budget of its own"


async def test_who_dies_between_the_request_and_recording_is_followed_by_another_who_records_once(
    service: Harness,
    server: Knmi,
    settings: Settings,
    client: httpx.AsyncClient,
    clock: SettableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def die(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(pollers, "_record", die)
        with pytest.raises(asyncio.CancelledError):
            await Poller(settings).poll_once(service.runtime, client)
    assert await counts(service, hours=1) == [None]
    await poll_all(service, client, settings)
    first = len(server.asked)
    clock.advance(pollers.LEASE)
    await poll_all(service, client, settings)
    assert len(server.asked) > first
    assert await counts(service, hours=1) == [server.figures[377][SIX]]


async def test_who_outlives_its_lease_records_nothing(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient, clock: SettableClock
) -> None:
    server.faults.append(replace(as_json(coverage(377, ["2021-07-20T06:00:00Z"], RH=[49.9])), after=0.5))
    slow = asyncio.create_task(Poller(settings).poll_once(service.runtime, client))
    while not server.asked:
        await asyncio.sleep(0.01)
    clock.advance(pollers.LEASE)
    await poll_all(service, client, settings)
    await slow
    async with service.pool.acquire() as connection:
        assert await what_counts(connection, first_hour=last_border(at("2021-07-20T06:00")), hours=1) == [None]


@pytest.mark.parametrize(
    ("fault", "problem", "minutes"),
    [
        (Answer(status=500), "unreachable", 1),
        (as_json({"error": "Quota exceeded"}), "quota", 60),
        (as_json({}, status=403), "key", 60),
    ],
)
async def test_what_fails_is_tried_again_when_it_may_have_mended(
    service: Harness,
    server: Knmi,
    settings: Settings,
    client: httpx.AsyncClient,
    fault: Answer,
    problem: str,
    minutes: int,
) -> None:
    server.faults.extend([fault, fault])
    await poll_all(service, client, settings)
    assert await rows(service, "SELECT DISTINCT problem, due_at FROM poll") == [
        (problem, NOW + timedelta(minutes=minutes))
    ]
    assert await counts(service, hours=1) == [None], "an error is not dry weather"


@pytest.mark.parametrize(
    ("answer", "is_there"),
    [(Answer(status=500), False), (as_json({"error": "Quota exceeded"}), True), (as_json({}, status=403), True)],
    ids=["server error", "quota", "key"],
)
async def test_when_knmi_was_missed_and_reached_is_told_whatever_it_answered(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient, answer: Answer, *, is_there: bool
) -> None:
    def stamp(what: str) -> float:
        return REGISTRY.get_sample_value(f"server_{what}_timestamp_seconds", {"server": "KNMI"}) or 0

    before = stamp("reached" if is_there else "missed")
    server.faults.extend([answer] * 2)
    await poll_all(service, client, settings)

    assert (stamp("reached") > stamp("missed")) is is_there
    assert stamp("reached" if is_there else "missed") > before


async def test_hours_become_validated_and_lost_by_the_daily_poll(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient, clock: SettableClock
) -> None:
    server.figures[377][SIX + 1] = None
    span = Span(ELL, HourSpan(SIX, SIX + 1))

    async def grades() -> list[Grade]:
        async with service.pool.acquire() as connection:
            return grades_in(await blocks.counting(connection, keys=span.blocks), span=span)

    await poll_all(service, client, settings)
    assert await grades() == [Grade.PROVISIONAL, Grade.OPEN]
    server.published_until = last_border(border_at(SIX) + timedelta(days=20))
    server.figures[275] |= dict.fromkeys(range(LAST, server.published_until), 0)
    while clock.at < border_at(SIX) + timedelta(days=10, hours=12):
        clock.advance(timedelta(hours=12))
        await poll_all(service, client, settings)
    assert await grades() == [Grade.VALIDATED, Grade.LOST]


async def test_after_an_outage_as_much_more_is_asked_for(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient, clock: SettableClock
) -> None:
    await poll_all(service, client, settings)
    clock.advance(timedelta(days=5))
    server.asked.clear()
    await poll_all(service, client, settings)
    firsts = sorted(asked.query["datetime"].partition("/")[0] for asked in server.asked)
    assert firsts == ["2021-07-11T09:00:00Z", "2021-07-17T10:00:00Z"]


async def test_a_closed_station_is_looked_for_once_a_day(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient, clock: SettableClock
) -> None:
    server.closed = {380}
    await poll_all(service, client, settings)
    found = len(server.asked)
    assert found > 3
    clock.advance(timedelta(hours=1))
    await poll_all(service, client, settings)
    assert len(server.asked) == found + 1
    clock.advance(timedelta(hours=24))
    await poll_all(service, client, settings)
    assert len(server.asked) > found + 5
    assert await counts(service, hours=1) == [server.figures[377][SIX]]


async def test_the_script_is_asked_when_edr_has_failed_for_long(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient, clock: SettableClock
) -> None:
    settings = settings.model_copy(update={"knmi_script_url": server.script_url})
    server.key = "another"

    async def hours_by_script() -> int:
        clock.advance(timedelta(hours=1))
        await poll_all(service, client, settings)
        return sum(asked.method == "POST" for asked in server.asked)

    assert [await hours_by_script() for _ in range(5)] == [0] * 5
    clock.advance(timedelta(hours=2))
    assert await hours_by_script() > 0
    assert await counts(service, hours=1) == [server.figures[377][SIX]]
    assert (True,) in await rows(service, "SELECT failures > 0 FROM poll WHERE answered_at IS NOT NULL")
    server.key = KEY
    clock.advance(timedelta(days=1))
    await poll_all(service, client, settings)
    assert await rows(service, "SELECT name FROM poll WHERE failures > 0") == []


async def test_a_change_of_a_validated_hour_is_refused_and_told_and_no_other_station_waits_for_it(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient, clock: SettableClock
) -> None:
    clock.advance(border_at(SIX + 1) + timedelta(days=9) - NOW)
    await poll_all(service, client, settings)
    server.figures[377][SIX + 1] = 400
    server.figures[380][SIX + 48] = 77
    clock.advance(timedelta(hours=6))
    await poll_all(service, client, settings)
    assert await rows(service, "SELECT name, problem FROM poll WHERE failures > 0") == [("control", "late_change")]
    assert (await counts(service))[1] != 400
    async with service.pool.acquire() as connection:
        elsewhere = StationKey(Network.AWS, 380)
        assert await what_counts(connection, station=elsewhere, first_hour=SIX + 48, hours=1) == [77]


async def test_bulk_files_are_asked_for_once_a_week_within_a_budget_of_their_own(
    service: Harness, server: Knmi, settings: Settings, client: httpx.AsyncClient
) -> None:
    settings = settings.model_copy(update={"knmi_bulk_url": server.bulk_url, "knmi_edr_url": None})
    polls = await poll_all(service, client, settings)
    assert len(server.asked) == polls > 60
    assert await poll_all(service, client, settings) == 0
    assert {row[0] for row in await rows(service, "SELECT budget FROM request_count")} == {"bulk"}


async def test_replies_that_break_their_reader_end_nothing(
    service: Harness,
    settings: Settings,
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("weather_svc.sources.edr.read_coverages", broken)
    await poll_all(service, client, settings)
    assert await rows(service, "SELECT DISTINCT problem FROM poll") == [("unreadable",)]


async def test_no_key_is_stored_or_logged(
    service: Harness,
    server: Knmi,
    settings: Settings,
    client: httpx.AsyncClient,
    capfd: pytest.CaptureFixture[str],
) -> None:
    server.faults.append(as_json({"error": f"the key {KEY} is disallowed"}, status=403))
    await poll_all(service, client, settings)
    stored = await rows(service, "SELECT poll::text FROM poll UNION SELECT publication::text FROM publication")
    output = capfd.readouterr()
    assert stored
    assert KEY not in f"{stored}{output.out}{output.err}{settings!r}"


async def test_the_worker_asks_by_itself_tells_what_fails_and_ends_at_once(
    service: Harness, server: Knmi, settings: Settings, clock: SettableClock
) -> None:
    server.faults.extend([as_json({}, status=403)] * 2)
    poller = Poller(settings)
    working = asyncio.create_task(poller.run(service.runtime))
    while len(await rows(service, "SELECT name FROM poll WHERE failures > 0")) < 2:
        await asyncio.sleep(0.01)
    (trouble,) = service.runtime.troubles
    while (problem := trouble.problem(tolerated_seconds=0)) is None:
        await asyncio.sleep(0.01)
    assert "KnmiFailsError" in problem
    clock.advance(timedelta(hours=2))
    poller.wake.set()
    while trouble.problem(tolerated_seconds=0) is not None:
        await asyncio.sleep(0.01)
    service.runtime.stopping.set()
    async with asyncio.timeout(1):
        await working


def test_without_an_address_nothing_is_asked(database: str) -> None:
    settings = Settings(kafka_bootstrap_servers="unused.invalid:9092", database_url=database)
    assert workers(settings) == ()
