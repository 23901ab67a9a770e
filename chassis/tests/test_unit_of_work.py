"""One transaction: its moment, what is told once it is committed, and a database that gives no connection."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import asyncpg
import pytest
import structlog
from specimen.app import consumed_topic
from specimen_driver import contact, until

from chassis import unit_of_work
from chassis.clock import SettableClock
from chassis.consuming.delivery import Batch
from chassis.consuming.inbox import COMPACTED_TOPIC_RETENTION
from chassis.errors import DatabaseUnavailableError
from chassis.retention import clean_up, clean_up_inbox
from chassis.service import Consumer, Service
from chassis.telemetry.trouble import Trouble
from chassis.testing import Harness, harness
from chassis.timers.clock_guard import ClockGuard
from chassis.unit_of_work import Timer, Work
from contracts.envelope import encode
from contracts.policy import ContactChanged
from devstack.stack import Stack

TOPIC = consumed_topic("specimen")


@pytest.fixture
async def running(service: Service) -> AsyncIterator[Harness]:
    async with harness(service) as one:
        yield one


async def test_now_is_the_moment_of_the_transaction_by_the_databases_clock(running: Harness) -> None:
    async with running.runtime.transaction() as work:
        moment = await work.connection.fetchval("SELECT transaction_timestamp()")
        assert work.now == moment
        assert work.now.tzinfo is UTC


@pytest.mark.parametrize(
    ("due_in_seconds", "took_seconds", "wakes"),
    [
        pytest.param(-60, 0, True, id="overdue"),
        pytest.param(0.9, 0, True, id="soon"),
        pytest.param(30, 29.5, True, id="after-a-long-transaction"),
        pytest.param(30, 28.5, False, id="not-yet-after-a-long-transaction"),
        pytest.param(60, 0, False, id="later"),
    ],
)
async def test_only_a_timer_that_is_due_before_the_next_look_wakes_the_loop(
    running: Harness, monkeypatch: pytest.MonkeyPatch, due_in_seconds: float, took_seconds: float, *, wakes: bool
) -> None:
    elapsed = 0.0
    monkeypatch.setattr(unit_of_work, "elapsed_seconds", lambda: elapsed)

    async with running.runtime.transaction() as work:
        work.schedule(Timer("remind", "key", work.now + timedelta(seconds=due_in_seconds)))
        elapsed += took_seconds

    assert running.runtime.work.timers_changed.is_set() is wakes


async def test_what_is_told_after_the_commit_is_told_in_order_and_only_when_it_is_true(running: Harness) -> None:
    told: list[str] = []
    async with running.runtime.transaction() as work:
        for word in ("first", "second"):
            work.after_commit(partial(told.append, word))
        assert told == []
    assert told == ["first", "second"]

    with suppress(ZeroDivisionError):
        async with running.runtime.transaction() as work:
            work.after_commit(partial(told.append, "never"))
            raise ZeroDivisionError
    assert told == ["first", "second"]


async def test_what_fails_after_the_commit_is_logged_and_the_rest_is_told(running: Harness) -> None:
    told: list[str] = []
    with structlog.testing.capture_logs() as logs:
        async with running.runtime.transaction() as work:
            work.after_commit(lambda: told.remove("what was never told"))
            work.after_commit(partial(told.append, "second"))

    assert told == ["second"]
    (line,) = logs
    assert line["event"] == "after_commit.failed"
    assert line["places"].endswith("> ValueError")


async def test_what_the_commit_itself_refuses_is_not_told(running: Harness) -> None:
    told: list[str] = []
    await running.pool.execute(
        "CREATE TABLE parent (id integer PRIMARY KEY);"
        "CREATE TABLE child (id integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
    )
    with suppress(asyncpg.ForeignKeyViolationError):
        async with running.runtime.transaction() as work:
            await work.connection.execute("INSERT INTO child VALUES (1)")
            work.after_commit(partial(told.append, "never"))
    assert told == []


async def test_a_refused_login_is_waited_out_and_blamed_on_no_message(
    service: Service, database: str, stack: Stack
) -> None:
    handled = 0

    async def handle(batch: Batch[ContactChanged], _: Work) -> None:
        nonlocal handled
        handled += len(batch)

    login = re.search(r"//([^:]+):([^@]+)@", database)
    assert login is not None
    role, password = login.groups()
    admin = await asyncpg.connect(stack.database_url)
    try:
        async with harness(replace(service, consumers=(Consumer(TOPIC, handle),))) as running:
            await running.pool.expire_connections()
            await admin.execute(f"ALTER ROLE {role} PASSWORD 'rotated'")

            with pytest.raises(DatabaseUnavailableError, match=r"InvalidPasswordError \(28P01\)"):
                async with running.runtime.transaction():
                    pass
            record = running.record(
                encode(TOPIC, contact(uuid4(), 1), event_id="1", source="/s", time=datetime.now(UTC))
            )
            with pytest.raises(DatabaseUnavailableError):
                await running.process(TOPIC, [record])
            with pytest.raises(DatabaseUnavailableError):
                await running.fire_due_timers()
            with pytest.raises(DatabaseUnavailableError):
                await running.runtime.now()
            with pytest.raises(DatabaseUnavailableError):
                await clean_up_inbox(
                    running.service.consumers, work=running.runtime.work, stopping=running.runtime.stopping
                )

            await admin.execute(f"ALTER ROLE {role} PASSWORD '{password}'")
            await running.process(TOPIC, [record])
            assert handled == 1
            assert await running.pool.fetchval("SELECT count(*) FROM messaging.dead_letter") == 0
    finally:
        await admin.execute(f"ALTER ROLE {role} PASSWORD '{password}'")
        await admin.close()


async def test_a_clock_that_is_years_ahead_does_not_empty_the_inbox(service: Service) -> None:
    clock = SettableClock(datetime.now(UTC))
    async with harness(replace(service, clock=clock)) as running:
        record = running.record(encode(TOPIC, contact(uuid4(), 1), event_id="once", source="/s", time=clock.at))
        await running.process(TOPIC, [record])
        clock.advance(2 * COMPACTED_TOPIC_RETENTION)

        await clean_up_inbox(running.service.consumers, work=running.runtime.work, stopping=running.runtime.stopping)
        await running.process(TOPIC, [record])

        assert await running.pool.fetchval("SELECT count(*) FROM effect") == 1


async def test_nothing_is_deleted_for_its_age_while_the_clock_is_in_doubt(service: Service) -> None:
    clock = SettableClock(datetime.now(UTC))
    async with harness(replace(service, clock=clock)) as running:
        await running.deliver(TOPIC, contact(uuid4(), 1))
        await running.pool.execute("UPDATE messaging.inbox_entry SET received_at = now() - interval '3 years'")
        guard = ClockGuard(limit=timedelta(hours=1), anchor=clock.at - timedelta(days=800))
        stopping = asyncio.Event()
        task = asyncio.create_task(
            clean_up(
                running.service.consumers,
                every_seconds=0.01,
                dead_letter_retention=timedelta(days=90),
                work=running.runtime.work,
                guard=guard,
                stopping=stopping,
                trouble=Trouble("clean-up"),
            )
        )

        await until(guard.problem, what="the clock is in doubt")
        rows = "SELECT count(*) FROM messaging.inbox_entry"
        assert await running.pool.fetchval(rows) == 1
        clock.advance(timedelta(days=-800))

        async def deleted() -> bool:
            return bool(await running.pool.fetchval(rows) == 0)

        await until(deleted, what="the old row is deleted when the clock is right again")
        stopping.set()
        await task


async def test_inbox_rows_are_deleted_when_no_topic_can_deliver_them_again(running: Harness) -> None:
    await running.deliver(TOPIC, contact(uuid4(), 1), contact(uuid4(), 1))
    long_ago = COMPACTED_TOPIC_RETENTION + timedelta(days=8)
    await running.pool.execute(
        "UPDATE messaging.inbox_entry SET received_at = now() - $1::interval"
        " WHERE event_id = (SELECT event_id FROM messaging.inbox_entry LIMIT 1)",
        long_ago,
    )

    await clean_up_inbox(running.service.consumers, work=running.runtime.work, stopping=running.runtime.stopping)

    assert await running.pool.fetchval("SELECT count(*) FROM messaging.inbox_entry") == 1
