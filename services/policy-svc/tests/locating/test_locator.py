"""Homes get their position after their policy: once, whoever asks, and whatever PDOK does meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pdok_server import Answer, Pdok, address, found, pdok
from pydantic import ValidationError
from stored_policies import insured, period, store
from structlog.testing import capture_logs

from chassis.clock import SettableClock
from chassis.testing import Harness, harness
from contracts.policy import Home, HomeType, PolicyChanged, PolicyKind
from contracts.vocabulary import Location
from policy_svc.app import build
from policy_svc.locating import worker
from policy_svc.locating.metrics import PENDING
from policy_svc.locating.pdok import Problem, open_client
from policy_svc.locating.worker import Locator
from policy_svc.settings import Settings

NOW = datetime.fromisoformat("2026-11-27T09:00:00Z")
NUMBER = "123456-531-04"
PLACE = Location(latitude_microdegrees=51_190_000, longitude_microdegrees=5_790_000, accuracy_metres=10)


@pytest.fixture
async def server() -> AsyncIterator[Pdok]:
    async with pdok() as running:
        running.documents = [address("6011RA", 12, "5.79 51.19"), address("6011RA", 14, "5.8 51.2")]
        yield running


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def settings(database: str, server: Pdok) -> Settings:
    nobody = "http://127.0.0.1:1"
    return Settings(
        kafka_bootstrap_servers="unused.invalid:9092",
        database_url=database,
        api_issuer=nobody,
        api_jwks_url=nobody,
        pdok_url=server.url,
    )


@pytest.fixture
async def service(settings: Settings, clock: SettableClock) -> AsyncIterator[Harness]:
    async with harness(replace(build(settings), clock=clock)) as running:
        yield running


async def look_up(service: Harness, settings: Settings) -> Location | Problem | None:
    async with open_client(5) as client:
        return await Locator(settings).locate_next(service.runtime, client)


async def versions(service: Harness) -> list[PolicyChanged]:
    return [event for event in await service.published() if isinstance(event, PolicyChanged)]


async def pending(service: Harness) -> list[tuple[str, int, str | None]]:
    async with service.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT house_number, failures, problem FROM pending_position ORDER BY house_number"
        )
    return [tuple(row) for row in rows]


async def insure(service: Harness, number: str = NUMBER) -> PolicyChanged:
    """Store a policy of a home without a position, renewed once."""
    kind = PolicyKind.BUILDINGS
    policy = await store(
        service.runtime, number, kind, period(kind, "2019-04-01", "2020-04-01"), period(kind, "2020-04-01")
    )
    await service.published()
    return policy


async def test_a_position_becomes_a_version_of_its_own_that_tells_nobody_by_mail(
    service: Harness, settings: Settings, clock: SettableClock
) -> None:
    policy = await insure(service)
    clock.at += timedelta(minutes=1)

    assert await look_up(service, settings) == PLACE

    (event,) = await service.published()
    assert isinstance(event, PolicyChanged)
    assert event.version == policy.version + 1
    assert [terms.home.location if terms.home else None for terms in event.terms] == [PLACE, PLACE]
    assert {terms.recorded_at for terms in event.terms} == {clock.at}
    async with service.pool.acquire() as connection:
        reason = await connection.fetchval("SELECT reason FROM policy_version WHERE upper_inf(known)")
    assert reason == "located"
    assert await pending(service) == []
    assert await look_up(service, settings) is None


async def test_only_homes_without_a_position_wait(service: Harness) -> None:
    kind = PolicyKind.BUILDINGS
    home = replace_location(insured(kind)["home"])
    await store(service.runtime, NUMBER, kind, period(kind, "2019-04-01", home=home))
    await store(service.runtime, "123456-541-01", PolicyKind.PET, period(PolicyKind.PET, "2019-04-01"))
    assert await pending(service) == []


def replace_location(home: Home) -> Home:
    return Home(postcode=home.postcode, house_number=home.house_number, home_type=HomeType.TERRACED, location=PLACE)


async def test_while_pdok_is_away_the_position_waits_longer_each_time_and_comes_at_last(
    service: Harness, settings: Settings, server: Pdok, clock: SettableClock
) -> None:
    await insure(service)
    waits = []
    for _ in range(9):
        server.faults.append(Answer(status=503))
        assert await look_up(service, settings) is Problem.UNREACHABLE
        before = clock.at
        while await look_up_is_due(service, clock.at) is False:
            clock.at += timedelta(minutes=1)
        waits.append((clock.at - before) // timedelta(minutes=1))

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert await pending(service) == [("12", 9, "unreachable")]
    assert await look_up(service, settings) == PLACE
    assert len(await versions(service)) == 1


async def look_up_is_due(service: Harness, now: datetime) -> bool:
    async with service.pool.acquire() as connection:
        due: bool = await connection.fetchval("SELECT min(due_at) <= $1 FROM pending_position", now)
    return due


async def test_an_address_nobody_knows_is_asked_again_the_next_day(
    service: Harness, settings: Settings, server: Pdok, clock: SettableClock
) -> None:
    await insure(service)
    server.documents.clear()
    assert await look_up(service, settings) is Problem.UNKNOWN_ADDRESS
    clock.at += timedelta(hours=23)
    assert await look_up(service, settings) is None
    server.documents.append(address("6011RA", 12, "5.79 51.19"))
    clock.at += timedelta(hours=1)
    assert await look_up(service, settings) == PLACE


async def test_of_two_instances_one_asks(service: Harness, settings: Settings, server: Pdok) -> None:
    await insure(service)
    results = await asyncio.gather(look_up(service, settings), look_up(service, settings))
    assert sorted(map(str, results)) == sorted(map(str, [PLACE, None]))
    assert len(server.asked) == 1
    assert len(await versions(service)) == 1


async def test_whoever_was_so_slow_that_another_asked_records_nothing(
    service: Harness, settings: Settings, server: Pdok, clock: SettableClock
) -> None:
    await insure(service)
    server.faults.append(Answer(status=503, after=0.3))
    with capture_logs() as logged:
        slow = asyncio.create_task(look_up(service, settings))
        while not server.asked:
            await asyncio.sleep(0.01)
        clock.at += worker.LEASE
        assert await look_up(service, settings) == PLACE
        assert await slow is Problem.UNREACHABLE
    assert [line["event"] for line in logged] == ["position.not_found", "position.lease_lost"]
    assert len(await versions(service)) == 1
    assert await pending(service) == []


async def test_a_home_that_is_left_while_it_is_looked_up_waits_no_more(
    service: Harness, settings: Settings, server: Pdok, clock: SettableClock
) -> None:
    await insure(service)
    server.faults.append(replace(found(address("6011RA", 12, "5.79 51.19")), after=0.3))
    slow = asyncio.create_task(look_up(service, settings))
    while not server.asked:
        await asyncio.sleep(0.01)
    kind = PolicyKind.BUILDINGS
    clock.at += timedelta(seconds=1)
    moved = await store(service.runtime, NUMBER, kind, period(kind, "2019-04-01", **insured(kind, "14")))
    await service.published()
    assert await pending(service) == [("14", 0, None)]

    assert await slow == PLACE
    assert await versions(service) == []
    assert await look_up(service, settings) is not None

    (version,) = await versions(service)
    assert version.version == moved.version + 1
    assert [terms.home.house_number for terms in version.terms if terms.home and terms.home.location] == ["14"]
    assert await pending(service) == []


async def test_a_minute_holds_no_more_look_ups_than_its_budget_and_a_new_home_does_not_wait_behind_an_import(
    service: Harness, settings: Settings, server: Pdok, clock: SettableClock
) -> None:
    settings = settings.model_copy(update={"pdok_lookups_a_minute": 2})
    for serial in range(3):
        clock.at += timedelta(seconds=1)
        await insure(service, f"12345{serial}-531-04")

    assert [await look_up(service, settings) for _ in range(3)] == [PLACE, PLACE, None]
    assert [version.policy_number for version in await versions(service)] == ["123452-531-04", "123451-531-04"]
    clock.at += timedelta(minutes=1)
    assert await look_up(service, settings) == PLACE
    assert len(server.asked) == 3


async def test_without_an_address_of_pdok_homes_wait_and_log_and_gauge_say_so(
    service: Harness, settings: Settings, server: Pdok
) -> None:
    await insure(service)
    without = settings.model_copy(update={"pdok_url": None})
    with capture_logs() as logged:
        running = asyncio.create_task(Locator(without).run(service.runtime))
        async with asyncio.timeout(5):
            while not logged:
                await asyncio.sleep(0.01)
        service.runtime.stopping.set()
        await running
    assert [(line["event"], line["waiting"]) for line in logged] == [("positions.not_looked_up", 1)]
    assert [sample.value for metric in PENDING.collect() for sample in metric.samples] == [1]
    assert server.asked == []


async def test_the_worker_looks_up_what_is_due_until_it_is_stopped(service: Harness, settings: Settings) -> None:
    await insure(service)
    await insure(service, "123457-531-04")
    running = asyncio.create_task(Locator(settings).run(service.runtime))
    async with asyncio.timeout(5):
        while await pending(service):
            await asyncio.sleep(0.01)
    service.runtime.stopping.set()
    await running
    assert len(await versions(service)) == 2


def test_addresses_of_customers_travel_encrypted(settings: Settings) -> None:
    values = settings.model_dump()
    with pytest.raises(ValidationError, match="PDOK_URL must begin with https"):
        Settings.model_validate({**values, "pdok_url": "http://pdok.example.org/search/v3_1"})
    Settings.model_validate({**values, "pdok_url": "https://pdok.example.org/search/v3_1"})
