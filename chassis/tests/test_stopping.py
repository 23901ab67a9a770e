"""Promises h and i: a stop finishes what was taken; health tells the truth; what cannot work ends."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

from driving import Driver, contact, until

CANNOT_START = 2


async def test_sigterm_finishes_what_was_taken_and_exits_cleanly(driver: Driver) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(2_000)])
    await driver.start(BATCH_MAX_RECORDS="50")
    await until(driver.effects, what="it has begun")
    began = time.monotonic()

    assert await driver.terminate() == 0

    assert time.monotonic() - began < 10
    done = len(await driver.effects())
    assert await driver.rows("SELECT FROM messaging.outbox") == []
    assert len(await driver.said()) == done
    await driver.start()
    await until(lambda: _effects(driver, 2_000), what="the rest after a restart")


async def _effects(driver: Driver, count: int) -> bool:
    return len(await driver.effects()) == count


async def test_sigterm_with_the_broker_away_still_ends_within_the_deadline(driver: Driver) -> None:
    await driver.start(STOP_TIMEOUT_SECONDS="4")
    await asyncio.to_thread(driver.stack.kafka.stop)
    try:
        began = time.monotonic()
        await driver.terminate()
        assert time.monotonic() - began < 20
    finally:
        await asyncio.to_thread(driver.stack.kafka.start)


async def test_ready_tells_of_a_database_that_is_away_and_live_does_not(driver: Driver) -> None:
    await driver.start()
    await asyncio.to_thread(driver.stack.postgres.stop)
    try:
        status, body = await until(lambda: _not_ready(driver), what="not ready")
        assert status == 503
        assert "database" in body["problems"]
        assert driver.get("/live")[0] == 200
    finally:
        await asyncio.to_thread(driver.stack.postgres.start)
    await until(driver.ready, what="ready again")


async def _not_ready(driver: Driver) -> object:
    answer = await asyncio.to_thread(driver.get, "/ready")
    return answer if answer[0] == 503 else None


async def test_metrics_count_what_was_applied(driver: Driver) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(3)])
    await driver.start()
    await until(lambda: _effects(driver, 3), what="effects")
    group = f"specimen.{driver.suffix}.heard.v1"

    _, page = driver.get("/metrics")

    assert f'messaging_client_consumed_messages_total{{consumer="{group}",result="applied"}} 3.0' in page
    assert f'messaging_consumer_lag{{consumer="{group}"}} 0.0' in page


async def test_a_service_whose_database_lacks_migrations_says_what_to_run(driver: Driver) -> None:
    connection = await driver.rows("DELETE FROM applied_migration RETURNING number")
    assert connection

    await driver.launch()

    assert await driver.wait_for_exit() == CANNOT_START
    assert "run: specimen migrate" in driver.log()


async def test_a_service_without_a_broker_ends_with_a_sentence(driver: Driver) -> None:
    await driver.launch(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1", START_TIMEOUT_SECONDS="1")

    assert await driver.wait_for_exit() == CANNOT_START
    assert "Kafka at 127.0.0.1:1 does not answer after 1 s; start it or correct KAFKA_BOOTSTRAP_SERVERS" in driver.log()


async def test_a_service_without_its_topic_ends_with_a_sentence(driver: Driver) -> None:
    await driver.launch(SPECIMEN_TOPICS="nobody-made-these")

    assert await driver.wait_for_exit() == CANNOT_START
    assert "topic nobody-made-these.heard.v1 does not exist" in driver.log()


async def test_a_wrong_setting_stops_the_start_and_names_the_variable(driver: Driver) -> None:
    await driver.launch(DATABASE_CONNECTIONS="many", LOG_LEVEL="loud")

    assert await driver.wait_for_exit() == CANNOT_START
    assert "DATABASE_CONNECTIONS: " in driver.log()
    assert "LOG_LEVEL: " in driver.log()
    assert "Traceback" not in driver.log()
