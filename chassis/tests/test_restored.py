"""After a restore the command `restored` finds where database and Kafka differ, and sets consumers back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from specimen_driver import Driver, contact, until

from chassis.consuming.standing import Standing

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
    standing = Standing(consumer="c", topic="t", partition=0, stored=stored, committed=committed, first=10, end=100)

    assert standing.finding == finding


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
