"""After a restore the command `restored` finds where database and Kafka differ, and sets consumers back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from unittest.mock import create_autospec
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import OffsetAndTimestamp
from specimen_driver import Driver, contact, until

from chassis.consuming import positions, standing
from chassis.consuming.positions import Advance
from chassis.consuming.standing import Standing
from chassis.errors import PositionMovedError
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.testing import harness
from chassis.unit_of_work import WorkFactory

CUSTOMERS = 12


@pytest.mark.parametrize(
    ("stored", "committed", "finding"),
    [
        (50, 50, None),
        (50, 48, None),
        (50, None, None),
        (None, None, None),
        (30, 50, "the database is older: 20 records are consumed again"),
        (None, 50, "the database is older: it has never consumed this partition"),
        (4, 4, "6 records were deleted before they were consumed"),
        (4, 50, "6 records were deleted before they were consumed"),
        (101, 60, "Kafka is older: it ends 1 records before what was consumed"),
        (50, 130, "Kafka is older: it ends 30 records before what was consumed"),
    ],
)
def test_what_differs_is_told_in_words(stored: int | None, committed: int | None, finding: str | None) -> None:
    found = Standing(consumer="c", topic="t", partition=0, stored=stored, committed=committed, first=10, end=100)

    assert found.finding == finding


async def test_whichever_came_back_older_is_found_and_a_database_is_mended_by_its_next_start(driver: Driver) -> None:
    await work_through(driver)

    # What a backup from before does to these tables.
    await driver.rows("UPDATE messaging.consumer_position SET next_offset = 0")
    await driver.rows("DELETE FROM messaging.inbox_entry")
    await driver.rows("DELETE FROM effect")
    await driver.rows("DELETE FROM state")
    code, differing = await look(driver)

    assert code == 1
    assert sum(one["committed"] - one["stored"] for one in differing) == CUSTOMERS
    assert all("the database is older" in one["finding"] for one in differing)
    await driver.start()
    await until(lambda: has(driver, CUSTOMERS), what="every effect again")
    assert await driver.terminate() == 0
    await driver.rows("UPDATE messaging.consumer_position SET next_offset = next_offset + 5")
    code, differing = await look(driver)

    assert code == 1
    assert {one["finding"] for one in differing} == {"Kafka is older: it ends 5 records before what was consumed"}


@pytest.mark.real_kafka
async def test_what_came_since_a_moment_is_consumed_again_and_has_no_second_effect(driver: Driver) -> None:
    before = datetime.now(UTC)
    await work_through(driver)
    effects = await driver.effects()
    assert await look(driver) == (0, [])

    code, told = await driver.run_command(
        "restored", "consume-again", "--since", before.isoformat(), "--because", "Kafka was restored"
    )

    assert code == 0
    assert sum(json.loads(line)["records"] for line in told.splitlines() if line.startswith('{"topic"')) == CUSTOMERS
    await driver.start()
    await driver.publish([driver.message(contact(uuid4(), 1))])
    await until(lambda: has(driver, CUSTOMERS + 1), what="the record behind those that are consumed again")
    assert sorted((await driver.effects())[:CUSTOMERS]) == sorted(effects)


@asynccontextmanager
async def kafka_with_records_from_the_start(_: ServiceSettings, *, group: str) -> AsyncIterator[AIOKafkaConsumer]:  # noqa: ARG001
    """Stands for Kafka: it has one partition, and everything in it came after the moment that is asked for."""
    client = create_autospec(AIOKafkaConsumer, instance=True)
    client.partitions_for_topic.return_value = {0}
    client.offsets_for_times.side_effect = lambda asked: dict.fromkeys(asked, OffsetAndTimestamp(0, 0))
    yield client


class Moving:
    """A consumer that moves on after each of the first `times` that somebody has read where it stands."""

    def __init__(self, *, consumer: str, times: int) -> None:
        self._consumer = consumer
        self._times = times

    async def __call__(self, work: WorkFactory, *, consumer: str) -> Mapping[int, int]:
        async with work.transaction() as unit:
            found = await positions.positions(unit.connection, consumer=consumer)
            if consumer == self._consumer and self._times > 0:
                self._times -= 1
                await positions.advance(
                    unit.connection, consumer=consumer, advances=[Advance(0, found[0], found[0] + 1)]
                )
        return found


async def set_back(
    service: Service, monkeypatch: pytest.MonkeyPatch, *, times: int
) -> tuple[Mapping[str, int], BaseException | None]:
    """Set two topics back while the consumer of the second moves on `times`; return what was told and what failed."""
    (topic,) = (consumer.topic for consumer in service.consumers)
    quiet, busy = replace(topic, name=f"{topic.name}.quiet"), replace(topic, name=f"{topic.name}.busy")
    consumers = [one.group_of(service.name) for one in (quiet, busy)]
    monkeypatch.setattr(standing, "_client", kafka_with_records_from_the_start)
    monkeypatch.setattr(standing, "_stored", Moving(consumer=consumers[1], times=times))
    told: dict[str, int] = {}
    async with harness(service) as running:
        async with running.runtime.work.transaction() as unit:
            for consumer in consumers:
                await positions.insert(unit.connection, consumer=consumer, offsets={0: 50})
        try:
            async for partition, records in standing.consume_again(
                service.settings,
                service=service.name,
                topics=[quiet, busy],
                work=running.runtime.work,
                since=datetime.now(UTC),
            ):
                told[partition.topic.removeprefix(f"{topic.name}.")] = records
        except PositionMovedError as error:
            return told, error
    return told, None


async def test_a_consumer_that_moves_on_meanwhile_is_set_back_all_the_same(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await set_back(service, monkeypatch, times=3) == ({"quiet": 50, "busy": 53}, None)


async def test_what_was_set_back_before_a_failure_is_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    told, error = await set_back(service, monkeypatch, times=1_000)

    assert told == {"quiet": 50}
    assert isinstance(error, PositionMovedError)


async def work_through(driver: Driver) -> None:
    await driver.start()
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(CUSTOMERS)])
    await until(lambda: has(driver, CUSTOMERS), what="every effect")
    assert await driver.terminate() == 0


async def look(driver: Driver) -> tuple[int, list[dict[str, Any]]]:
    code, told = await driver.run_command("restored", "look")
    return code, [json.loads(line) for line in told.splitlines() if line.startswith('{"consumer"')]


async def has(driver: Driver, count: int) -> bool:
    return len(set(await driver.effects())) == count
