"""What could stand still for ever without a word."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from uuid import uuid4

import asyncpg
from driving import Driver, contact, until
from specimen.app import Settings, build, heard_topic

from chassis.consuming.batch import Batch
from chassis.service import Consumer, Service, _Life
from chassis.testing import harness
from chassis.unit_of_work import Work
from contracts.policy import ContactChanged


def specimen(database: str) -> Service:
    return build(Settings(kafka_bootstrap_servers="none:9092", database_url=database))


async def test_one_message_that_always_takes_too_long_does_not_hold_up_all_others_for_ever(database: str) -> None:
    done: list[str] = []

    async def handle(batch: Batch[ContactChanged], work: Work) -> None:
        if any(delivery.event.name == "slow" for delivery in batch):
            await work.connection.execute("SET LOCAL statement_timeout = '50ms'")
            await work.connection.execute("SELECT pg_sleep(0.2)")
        done.extend(delivery.event.name for delivery in batch)

    topic = heard_topic("specimen")
    async with harness(replace(specimen(database), consumers=(Consumer(topic, handle),))) as h:
        from contracts.envelope import encode

        records = [
            h.record(
                encode(
                    topic,
                    contact(uuid4(), 1, name=name),
                    event_id=str(uuid4()),
                    source="/test",
                    time=h.service.clock.now(),
                )
            )
            for name in ("slow", "sound", "sound", "sound")
        ]
        for _ in range(12):
            try:
                await h.process(topic, records)
            except asyncpg.QueryCanceledError:
                continue

    assert "sound" in done


async def test_a_part_that_is_cancelled_from_within_ends_the_service(database: str) -> None:
    async with harness(specimen(database)) as h:
        life = _Life(h.service, h.runtime)

        async def cancelled_from_within() -> None:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            future.cancel()
            await future

        life._spawn("part", cancelled_from_within())
        await asyncio.wait(life._tasks)

        assert life.end.is_set()


async def test_a_stop_while_the_broker_is_still_waited_for_is_quick_and_no_failure(driver: Driver) -> None:
    await driver.launch(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    await until(lambda: driver.process is not None and len(driver.log()) >= 0, what="launched")
    await asyncio.sleep(5)
    began = time.monotonic()

    code = await driver.terminate()

    assert time.monotonic() - began < 6
    assert code in (0, -15), driver.log()
