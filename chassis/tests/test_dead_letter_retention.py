"""Dead letters may hold personal data: after their retention only their places are left, and closed ones are gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from dead_letter_rows import insert_dead_letters
from specimen.app import Settings
from specimen_driver import until

from chassis import retention
from chassis.consuming.dead_letters import find, mark_failed
from chassis.consuming.replay import replay
from chassis.retention import clean_up_dead_letters
from chassis.service import Service
from chassis.telemetry.trouble import Trouble
from chassis.testing import Harness, harness
from chassis.timers.clock_guard import ClockGuard

RETENTION = timedelta(days=90)


@pytest.fixture
async def running(service: Service) -> AsyncIterator[Harness]:
    async with harness(service) as running:
        yield running


async def clean_up(running: Harness) -> None:
    runtime = running.runtime
    await clean_up_dead_letters(retention=RETENTION, work=runtime.work, stopping=runtime.stopping)


async def only_id(running: Harness) -> UUID:
    dead_letter_id: UUID = await running.pool.fetchval("SELECT dead_letter_id FROM messaging.dead_letter")
    return dead_letter_id


async def test_the_contents_of_an_open_one_are_erased_when_their_retention_is_over(running: Harness) -> None:
    await insert_dead_letters(running.pool, age=RETENTION + timedelta(hours=1))

    await clean_up(running)

    row = await running.pool.fetchrow("SELECT * FROM messaging.dead_letter")
    assert row is not None
    kept = {name for name, value in row.items() if value not in (None, "[]")}
    assert kept == {
        *("dead_letter_id", "consumer", "topic", "partition", "record_offset", "digest", "reason_code", "reason"),
        *("attempts", "dead_lettered_at", "erased_at"),
    }
    assert (row["reason_code"], row["reason"]) == ("not-json", "erased"), "a reason may quote a header"


async def test_what_is_younger_is_kept_whole(running: Harness) -> None:
    await insert_dead_letters(running.pool, age=RETENTION - timedelta(hours=1))
    before = await running.pool.fetchrow("SELECT * FROM messaging.dead_letter")

    await clean_up(running)

    assert await running.pool.fetchrow("SELECT * FROM messaging.dead_letter") == before


@pytest.mark.parametrize("closed", ["replayed_at", "discarded_at"])
async def test_a_closed_one_is_deleted_when_its_retention_is_over(running: Harness, closed: str) -> None:
    await insert_dead_letters(running.pool, age=RETENTION + timedelta(hours=1))
    await insert_dead_letters(running.pool, age=RETENTION - timedelta(hours=1), partition=1)
    await running.pool.execute(f"UPDATE messaging.dead_letter SET {closed} = now()")  # noqa: S608 - a constant

    await clean_up(running)

    assert [row["partition"] for row in await running.pool.fetch("SELECT * FROM messaging.dead_letter")] == [1]


async def test_an_erased_one_is_listed_shown_and_discarded_and_not_replayed(running: Harness) -> None:
    await insert_dead_letters(running.pool, age=RETENTION + timedelta(hours=1))
    await clean_up(running)
    chosen = await only_id(running)

    async with running.pool.acquire() as connection:
        letter = await find(connection, dead_letter_id=chosen)
    assert letter is not None
    assert (letter.key, letter.value, letter.headers, letter.stack) == (None, None, (), None)
    consumers, work = running.service.consumers, running.runtime.work
    refusal = "its contents were not kept, or were erased; publish it anew if it is still true"
    assert [outcome async for outcome in replay(consumers, work, only={chosen})] == [(chosen, refusal)]
    assert [outcome async for outcome in replay(consumers, work, only=None)] == []
    assert await running.pool.fetchval("SELECT reason_code FROM messaging.dead_letter") == "not-json"


async def test_a_replay_that_fails_after_the_erasure_writes_nothing_back(running: Harness) -> None:
    await insert_dead_letters(running.pool, age=RETENTION + timedelta(hours=1))
    chosen = await only_id(running)
    await clean_up(running)
    erased = await running.pool.fetchrow("SELECT * FROM messaging.dead_letter")

    async with running.pool.acquire() as connection:
        await mark_failed(connection, dead_letter_id=chosen, code="handler-failed", reason="quotes", stack="shows")

    assert await running.pool.fetchrow("SELECT * FROM messaging.dead_letter") == erased


async def test_one_whose_value_was_too_large_to_keep_is_not_replayed(running: Harness) -> None:
    await insert_dead_letters(running.pool, code="too-large", value_bytes=None)
    chosen = await only_id(running)

    outcomes = [outcome async for outcome in replay(running.service.consumers, running.runtime.work, only={chosen})]

    assert [dead_letter_id for dead_letter_id, failure in outcomes if failure is not None] == [chosen]
    assert await running.pool.fetchval("SELECT reason_code FROM messaging.dead_letter") == "too-large"


async def test_however_many_there_are_all_are_cleaned_up_in_steps(running: Harness) -> None:
    await insert_dead_letters(running.pool, age=RETENTION + timedelta(hours=1), count=2_500)

    await clean_up(running)

    assert await running.pool.fetchval("SELECT count(*) FROM messaging.dead_letter WHERE erased_at IS NULL") == 0


async def test_the_next_clean_up_leaves_what_is_erased_alone(running: Harness) -> None:
    await insert_dead_letters(running.pool, age=RETENTION + timedelta(hours=1))
    await clean_up(running)
    before = await running.pool.fetchrow("SELECT * FROM messaging.dead_letter")

    await clean_up(running)

    assert await running.pool.fetchrow("SELECT * FROM messaging.dead_letter") == before


async def test_a_service_cleans_up_again_and_again(running: Harness) -> None:
    runtime, stopping = running.runtime, asyncio.Event()
    cleaning = asyncio.create_task(
        retention.clean_up(
            (),
            every_seconds=0.01,
            dead_letter_retention=RETENTION,
            work=runtime.work,
            guard=ClockGuard(limit=timedelta(hours=1), anchor=None),
            stopping=stopping,
            trouble=Trouble("clean-up"),
        )
    )
    for partition in range(2):
        await insert_dead_letters(running.pool, age=RETENTION + timedelta(hours=1), partition=partition)
        await until(lambda: _all_erased(running), what="erased")

    stopping.set()
    await cleaning


async def _all_erased(running: Harness) -> bool:
    left: int = await running.pool.fetchval("SELECT count(*) FROM messaging.dead_letter WHERE erased_at IS NULL")
    return left == 0


async def test_the_retention_is_a_setting_of_at_least_a_day(database: str) -> None:
    assert Settings(database_url=database).dead_letter_retention_days == 90
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        Settings(database_url=database, dead_letter_retention_days=0)
