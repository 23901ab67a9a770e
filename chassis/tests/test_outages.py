"""Promise d: the database or the broker is away: nothing is dead-lettered, nothing is lost, it goes on by itself."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Literal
from uuid import UUID, uuid4

import pytest
from specimen_driver import Driver, contact, until

from chassis.telemetry.log_limits import LONGEST_LINE_BYTES

Server = Literal["kafka", "postgres"]
SHORT_SECONDS, MINUTE_SECONDS = 4, 60
MOST_LINES = 40


async def _survive(driver: Driver, *, away: Server, seconds: float) -> None:
    """Take a server away until the service has noticed, for `seconds` at least."""
    first, second = uuid4(), uuid4()
    await driver.publish([driver.message(contact(first, 1))])
    await driver.start(TOLERATED_FAILURE_SECONDS="1")
    await until(lambda: _effects(driver, [(first, 1)]), what="first effect")
    server = driver.stack.kafka if away == "kafka" else driver.stack.postgres
    expected = [(first, 1), (second, 2)]
    if away == "postgres":
        await driver.publish([driver.message(contact(second, 1))])
        expected.insert(1, (second, 1))
    began = time.monotonic()
    await asyncio.to_thread(server.stop)
    try:
        await until(driver.not_ready, what="it has noticed")
        await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))  # the outage itself
    finally:
        await asyncio.to_thread(server.start)
    await driver.publish([driver.message(contact(second, 2))])

    await until(lambda: _effects(driver, expected), what="the effects after the outage")
    await until(lambda: _published(driver, len(expected)), what="the events published for them")
    await until(driver.ready, what="ready again")
    assert await driver.rows("SELECT FROM messaging.dead_letter") == []
    await until(lambda: _is_over(driver.log()), what="every trouble that began has ended")
    lines = driver.log().splitlines()
    told = [line for line in map(json.loads, lines) if str(line["event"]).startswith(("server.", "trouble."))]
    away_and_back = [line["server"] for line in told if line["event"] in {"server.went_away", "server.came_back"}]
    assert away_and_back == ["Kafka" if away == "kafka" else "PostgreSQL"] * 2, "each is said once"
    until_back = [line["event"] for line in told][: [line["event"] for line in told].index("server.came_back")]
    assert {*until_back} <= {"server.went_away", "server.still_away"}, "no part says it besides"
    assert len(lines) < MOST_LINES, lines
    assert max(map(len, lines)) < LONGEST_LINE_BYTES


def _is_over(log: str) -> bool:
    """Whether the log tells of trouble, and that it is over."""
    ended = log.count('"trouble.began"') == log.count('"trouble.ended"')
    return ended and log.count('"server.went_away"') == log.count('"server.came_back"') > 0


async def _effects(driver: Driver, expected: list[tuple[UUID, int]]) -> bool:
    try:
        return await driver.effects() == expected
    except OSError:
        return False


async def _published(driver: Driver, count: int) -> bool:
    return len({dict(record.headers)["ce_id"] for record in await driver.published()}) == count


@pytest.mark.parametrize("away", ["kafka", "postgres"])
async def test_a_short_outage_loses_and_dead_letters_nothing(driver: Driver, away: Server) -> None:
    await _survive(driver, away=away, seconds=SHORT_SECONDS)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("away", ["kafka", "postgres"])
async def test_an_outage_of_a_minute_loses_and_dead_letters_nothing(driver: Driver, away: Server) -> None:
    await _survive(driver, away=away, seconds=MINUTE_SECONDS)
