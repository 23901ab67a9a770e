"""Promises h and i: a stop finishes the batches under way within its deadline; what cannot work ends."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable
from unittest.mock import AsyncMock
from uuid import uuid4

import pytest
from specimen.panic import Panic
from specimen_driver import Driver, contact, until

from chassis.lifecycle import RunningService
from chassis.service import Service
from chassis.testing import harness

LONGEST_ORDERLY_STOP_SECONDS = 7.0
"""Of a service that has nothing to do, on a busy machine; nothing holds it up for longer."""


async def _effects(driver: Driver, count: int) -> bool:
    return len(await driver.effects()) == count


async def test_sigterm_finishes_the_batch_under_way_and_exits_cleanly(driver: Driver) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(2_000)])
    await driver.start(BATCH_MAX_RECORDS="50")
    await until(driver.effects, what="it has begun")
    began = time.monotonic()

    assert await driver.terminate() == 0

    assert time.monotonic() - began < 10
    done = len(await driver.effects())
    assert await driver.rows("SELECT FROM messaging.outbox") == []
    assert len(await driver.published()) == done
    await driver.start()
    await until(lambda: _effects(driver, 2_000), what="the rest after a restart")


async def test_a_stop_without_a_broker_keeps_its_deadline_and_is_no_failure(driver: Driver) -> None:
    await driver.start(STOP_TIMEOUT_SECONDS="4")
    await asyncio.to_thread(driver.stack.kafka.stop)
    try:
        await until(driver.not_ready, what="it has noticed")
        began = time.monotonic()

        assert await driver.terminate() == 0, driver.log()[-1500:]

        assert time.monotonic() - began < 9
    finally:
        await asyncio.to_thread(driver.stack.kafka.start)


async def test_a_stop_while_the_broker_is_still_waited_for_is_quick_and_no_failure(driver: Driver) -> None:
    await driver.launch(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    await until(lambda: "Unable connect to" in driver.log(), what="it looks for its broker")
    began = time.monotonic()

    assert await driver.terminate() == 0, driver.log()

    assert time.monotonic() - began < 6


async def test_a_collector_that_never_answers_does_not_hold_up_a_stop(driver: Driver) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        await driver.start(OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, STOP_TIMEOUT_SECONDS="6")
        await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(700)])
        await until(lambda: _effects(driver, 700), what="effects")
        began = time.monotonic()

        assert await driver.terminate() == 0

    assert time.monotonic() - began < 9


async def test_a_part_that_ignores_its_cancellation_does_not_outlive_the_deadline(driver: Driver) -> None:
    await driver.start(SPECIMEN_STUBBORN="true", STOP_TIMEOUT_SECONDS="1")
    began = time.monotonic()

    assert await driver.terminate() == 1

    assert time.monotonic() - began < 1 + LONGEST_ORDERLY_STOP_SECONDS
    assert '"tasks": ["stubborn"], "event": "service.end_forced"' in driver.log()


async def test_a_part_that_is_cancelled_from_within_ends_the_service(service: Service) -> None:
    async with harness(service) as running:
        whole = RunningService(running.service, running.runtime)

        async def cancelled_from_within() -> None:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            future.cancel()
            await future

        part = whole.spawn("part", cancelled_from_within())
        await asyncio.wait([part])

        assert whole.ending.is_set()


async def test_a_part_that_panics_ends_the_service(service: Service) -> None:
    async with harness(service) as running:
        whole = RunningService(running.service, running.runtime)

        async def panic() -> None:
            raise Panic

        with pytest.raises(Panic):
            await whole.spawn("part", panic())

        assert whole.ending.is_set()


@pytest.mark.parametrize("way", ["cancel", "exit"])
async def test_polling_that_ends_from_within_ends_the_service_and_its_batch_is_delivered_again(
    driver: Driver, way: str
) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(3)])
    await driver.launch(SPECIMEN_ENDS_POLLING=way)

    assert await driver.wait_for_exit() == 1, driver.log()
    assert await driver.effects() == []
    await driver.start()

    await until(lambda: _effects(driver, 3), what="every effect after a restart")


async def test_consumers_that_cannot_be_stopped_keep_no_other_part_from_its_orderly_end(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with harness(service) as running:
        whole = RunningService(running.service, running.runtime)
        monkeypatch.setattr(whole._broker, "stop", AsyncMock(side_effect=ZeroDivisionError))
        part = whole.spawn("part", _as_coroutine(running.runtime.stopping.wait()))

        await whole._stop()

        assert part.done()
        assert not part.cancelled()
        assert isinstance(whole._failure, ZeroDivisionError)


async def test_a_stop_is_alive_until_its_last_part_has_ended(service: Service) -> None:
    async with harness(service) as running:
        whole = RunningService(running.service, running.runtime)
        outbox_sent = asyncio.Event()
        relay = whole.spawn("relay", _as_coroutine(outbox_sent.wait()))
        watch = whole.spawn("watch", _as_coroutine(asyncio.Event().wait()))
        whole._watching = [watch]
        stopping = asyncio.create_task(whole._stop())
        await asyncio.wait([watch])

        assert watch.cancelled()
        assert not relay.done()
        assert whole._live() == {}
        outbox_sent.set()
        await stopping
        assert whole._live() == {}


async def _as_coroutine(awaitable: Awaitable[object]) -> None:
    await awaitable


async def test_a_part_that_ends_by_itself_ends_the_service(service: Service) -> None:
    async with harness(service) as running:
        whole = RunningService(running.service, running.runtime)

        async def nothing_left_to_do() -> None:
            """Return at once, as a worker must not."""

        await whole.spawn("part", nothing_left_to_do())

        assert whole.ending.is_set()
