"""Promise d: the database or the broker is away: nothing is dead-lettered, nothing is lost, it goes on by itself."""

from __future__ import annotations

import asyncio
from typing import Literal
from uuid import uuid4

import pytest
from driving import Driver, contact, until

SHORT_SECONDS, MINUTE_SECONDS = 4, 60
MOST_RETRIES_A_SECOND = 10


async def _survive(driver: Driver, *, away: Literal["kafka", "postgres"], seconds: float) -> None:
    first, second = uuid4(), uuid4()
    await driver.publish([driver.message(contact(first, 1))])
    await driver.start()
    await until(lambda: _count(driver, 1), what="first effect")
    server = driver.stack.kafka if away == "kafka" else driver.stack.postgres
    if away == "postgres":
        await driver.publish([driver.message(contact(second, 1))])
    await asyncio.to_thread(server.stop)
    try:
        await asyncio.sleep(seconds)  # the outage itself
    finally:
        await asyncio.to_thread(server.start)
    await driver.publish([driver.message(contact(second, 2))])

    await until(lambda: _count(driver, 3 if away == "postgres" else 2), what="the effects after the outage")
    await until(lambda: _said(driver, 3 if away == "postgres" else 2), what="their announcements")
    await until(driver.ready, what="ready again")
    assert await driver.rows("SELECT FROM messaging.dead_letter") == []
    complaints = driver.log().count('"level": "warning"')
    assert complaints < MOST_RETRIES_A_SECOND * (seconds + 10)


async def _count(driver: Driver, count: int) -> bool:
    try:
        return len(await driver.effects()) == count
    except OSError:
        return False


async def _said(driver: Driver, count: int) -> bool:
    return len({dict(record.headers)["ce_id"] for record in await driver.said()}) == count


@pytest.mark.parametrize("away", ["kafka", "postgres"])
async def test_a_short_outage_parks_and_loses_nothing(driver: Driver, away: Literal["kafka", "postgres"]) -> None:
    await _survive(driver, away=away, seconds=SHORT_SECONDS)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("away", ["kafka", "postgres"])
async def test_an_outage_of_a_minute_parks_and_loses_nothing(
    driver: Driver, away: Literal["kafka", "postgres"]
) -> None:
    await _survive(driver, away=away, seconds=MINUTE_SECONDS)
