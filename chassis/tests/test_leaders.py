"""Two instances, one leading relay: one that is frozen, cut off or stopped is replaced and has no last word."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from specimen.app import published_topic
from specimen_driver import Driver, until

from chassis.publishing.outbox import OutboxMessage, insert
from contracts.codec import to_json
from contracts.notify import MessageSettled, Settlement
from contracts.vocabulary import Channel

pytestmark = pytest.mark.real_kafka

KEYS, VERSIONS = 10, 1_500
KILLED = 137
TAKEN_OVER_SECONDS = 15
"""Two as a rule; this machine may do a lot beside it."""
CUSTOMERS = [uuid4() for _ in range(KEYS)]


@pytest.fixture
async def second(driver: Driver, tmp_path: Path) -> AsyncIterator[Driver]:
    """Another instance, started after the first, which leads."""
    second = replace(driver, log_path=tmp_path / "second.log", process=None)
    await driver.start()
    await until(lambda: _leaders(driver), what="the first leads")
    await second.start()
    yield second
    for instance in (driver, second):
        _signal(instance, signal.SIGCONT)
    second.close()


def _signal(instance: Driver, number: signal.Signals) -> None:
    assert instance.process is not None
    with suppress(ProcessLookupError):
        instance.process.send_signal(number)


async def _leaders(driver: Driver) -> list[int]:
    return [row["session"] for row in await driver.rows("SELECT session FROM messaging.lease")]


async def _fill(driver: Driver, versions: Iterable[int]) -> None:
    topic = published_topic(driver.suffix)
    messages = [_message(topic.name, topic.event_type, key, version) for version in versions for key in CUSTOMERS]
    connection = await asyncpg.connect(driver.database_url)
    try:
        for start in range(0, len(messages), 5_000):
            await insert(connection, messages=messages[start : start + 5_000])
    finally:
        await connection.close()


def _message(topic: str, event_type: str, key: UUID, version: int) -> OutboxMessage:
    event = MessageSettled(
        message_id=key,
        claim_id=key,
        claim_version=version,
        channel=Channel.SMS,
        settlement=Settlement.SENT,
        attempts=1,
    )
    return OutboxMessage(uuid4(), topic, str(key), event_type, to_json(event), None, datetime.now(UTC))


async def _waiting(driver: Driver) -> int:
    count: int = (await driver.rows("SELECT count(*) FROM messaging.outbox"))[0]["count"]
    return count


async def _empty(driver: Driver) -> bool:
    return await _waiting(driver) == 0


async def _versions(driver: Driver) -> dict[str, list[int]]:
    """Per key, all versions that consumers see, in their order, duplicates included."""
    seen: dict[str, list[int]] = defaultdict(list)
    for record in await driver.published():
        seen[(record.key or b"").decode()].append(json.loads(record.value or b"")["claim_version"])
    return seen


def _in_order(versions: list[int], count: int) -> bool:
    return list(dict.fromkeys(versions)) == list(range(1, count + 1)) and versions[-1] == count


@asynccontextmanager
async def _frozen(instance: Driver) -> AsyncIterator[None]:
    _signal(instance, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(instance, signal.SIGCONT)


async def test_a_frozen_leader_is_replaced(driver: Driver, second: Driver) -> None:
    async with _frozen(driver):
        await _fill(driver, [1, 2])

        await until(lambda: _empty(driver), what="sent by the second", seconds=30)

    assert await _versions(driver) == {str(customer): [1, 2] for customer in CUSTOMERS}
    assert second.process is not None


@pytest.mark.parametrize("session", ["ended", "goes on"])
async def test_a_leader_that_was_frozen_while_sending_does_not_have_the_last_word(
    driver: Driver, second: Driver, session: str
) -> None:
    (backend,) = await _leaders(driver)
    await _fill(driver, range(1, VERSIONS))
    await until(lambda: _has_sent_some(driver), what="in the middle")
    async with _frozen(driver):
        assert await _waiting(driver) > 1_000
        if session == "ended":
            await driver.rows("SELECT pg_terminate_backend($1)", backend)
        await _fill(driver, [VERSIONS])
        await until(lambda: _empty(driver), what="sent by the second", seconds=60)
        before = await _versions(driver)

    noticed = re.compile(r"relay\.lease_lost|trouble\.began|server\.went_away")
    await until(lambda: noticed.search(driver.log()), what="it noticed")

    assert await _versions(driver) == before
    assert all(_in_order(before[str(customer)], VERSIONS) for customer in CUSTOMERS)
    assert second.process is not None


async def _has_sent_some(driver: Driver) -> bool:
    return await _waiting(driver) < KEYS * VERSIONS * 0.8


async def test_order_holds_when_the_leaders_session_is_lost_again_and_again(driver: Driver, second: Driver) -> None:
    count = 0
    for _ in range(12):
        await _fill(driver, range(count + 1, count + 301))
        count += 300
        await driver.rows("SELECT pg_terminate_backend(session) FROM messaging.lease")
    await until(lambda: _empty(driver), what="everything sent", seconds=90)

    versions = await _versions(driver)

    assert all(_in_order(versions[str(customer)], count) for customer in CUSTOMERS)
    assert second.process is not None


async def test_a_leader_that_is_to_stop_leaves_while_others_go_on_publishing(driver: Driver, second: Driver) -> None:
    stopped = asyncio.Event()

    async def publish() -> None:
        version = 0
        while not stopped.is_set():
            version += 1
            await _fill(driver, [version])

    publishing = [asyncio.create_task(publish()) for _ in range(3)]
    await until(lambda: _sent(driver), what="under load")
    began = asyncio.get_running_loop().time()
    assert await driver.terminate() == 0
    took = asyncio.get_running_loop().time() - began
    stopped.set()
    await asyncio.gather(*publishing)

    assert took < 10
    assert "service.stop_timed_out" not in driver.log()
    await until(lambda: _empty(second), what="the second sends on")


async def _sent(driver: Driver) -> bool:
    return bool(await driver.published())


async def test_timers_and_relay_of_who_is_killed_are_another_ones_within_seconds(
    driver: Driver, tmp_path: Path
) -> None:
    customer = uuid4()
    second = replace(driver, log_path=tmp_path / "second.log", process=None)
    await driver.start(CRASH_AT="timers.before_commit")
    await until(lambda: _leaders(driver), what="the first leads")
    await second.start()
    try:
        async with _frozen(second):  # so that it is the first who has the timer in hand
            await driver.rows(
                "INSERT INTO messaging.timer (kind, key, due_at) VALUES ('remind', $1, now())", str(customer)
            )
            assert await driver.wait_for_exit() == KILLED
        began = asyncio.get_running_loop().time()

        await until(lambda: _versions(driver), what="the reminder, sent by the second")
        took = asyncio.get_running_loop().time() - began
    finally:
        second.close()

    assert took < TAKEN_OVER_SECONDS
    assert list(await _versions(driver)) == [str(customer)]
    assert await driver.rows("SELECT FROM messaging.timer") == []
