"""Promise i: `/live`, `/ready` and `/metrics` tell the truth."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from specimen_driver import Driver, contact, until


async def test_ready_names_a_database_that_is_away_and_live_does_not_mind(driver: Driver) -> None:
    await driver.start()
    await asyncio.to_thread(driver.stack.postgres.stop)
    try:
        body = await until(driver.not_ready, what="not ready")
        assert list(body["problems"]) == ["database"]
        assert (await asyncio.to_thread(driver.get, "/live"))[0] == 200
    finally:
        await asyncio.to_thread(driver.stack.postgres.start)
    await until(driver.ready, what="ready again")


async def test_ready_names_the_parts_that_miss_their_broker(driver: Driver) -> None:
    await driver.start()
    await asyncio.to_thread(driver.stack.kafka.stop)
    try:
        await until(lambda: _problems(driver, {f"specimen.{driver.suffix}.consumed.v1", "relay"}), what="both named")
    finally:
        await asyncio.to_thread(driver.stack.kafka.start)
    await until(driver.ready, what="ready again")


async def _problems(driver: Driver, parts: set[str]) -> bool:
    body = await driver.not_ready()
    return body is not None and set(body["problems"]) == parts


async def test_metrics_count_what_was_applied(driver: Driver) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(3)])
    await driver.start()
    group = f"specimen.{driver.suffix}.consumed.v1"
    applied = f'messaging_client_consumed_messages_total{{consumer="{group}",result="applied"}} 3.0'

    async def metrics() -> str:
        _, page = await asyncio.to_thread(driver.get, "/metrics")
        return str(page) if applied in page else ""

    page = await until(metrics, what="three applied")

    assert f'messaging_consumer_lag_records{{consumer="{group}"}} 0.0' in page
