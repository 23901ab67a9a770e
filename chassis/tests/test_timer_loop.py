"""Timers whose handlers fail, take too long, or are fired by another instance."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from asked_statements import note_statements
from specimen.panic import Panic
from specimen_driver import until

from chassis.clock import SettableClock
from chassis.database import Connection
from chassis.service import Service, TimerHandler
from chassis.testing import harness
from chassis.timers import timer_table
from chassis.timers.clock_guard import ClockGuard
from chassis.timers.loop import FIRST_POSTPONEMENT, SHORTEST_SLEEP_SECONDS, TimerLoop
from chassis.unit_of_work import DueTimer, Timer, Work

ONE_SECOND = timedelta(seconds=1)


def trusting() -> ClockGuard:
    return ClockGuard(limit=timedelta(hours=1), anchor=None)


async def test_timers_that_take_too_long_together_fire_one_by_one(service: Service) -> None:
    fired: list[str] = []

    async def slow(due: Sequence[DueTimer], work: Work) -> None:
        await work.connection.execute("SET LOCAL statement_timeout = '1s'")
        await work.connection.execute(f"SELECT pg_sleep({0.01 if len(due) == 1 else 5})")
        fired.extend(timer.key for timer in due)

    async with harness(replace(service, timers=(TimerHandler("slow", slow),))) as running:
        async with running.runtime.transaction() as work:
            work.schedule(*[Timer("slow", str(number), work.now - ONE_SECOND) for number in range(10)])

        assert await running.fire_due_timers() == 10

        assert await running.pool.fetchval("SELECT count(*) FROM messaging.timer") == 0
    assert sorted(fired) == sorted(str(number) for number in range(10))


async def test_a_timer_that_waits_for_a_lock_is_postponed_and_does_not_delay_the_others(service: Service) -> None:
    fired: list[str] = []

    async def handle(due: Sequence[DueTimer], work: Work) -> None:
        for timer in due:
            if timer.key == "locked":
                await work.connection.execute("SET LOCAL lock_timeout = '50ms'")
                await work.connection.execute("LOCK TABLE state")
        fired.extend(timer.key for timer in due)

    async with harness(replace(service, timers=(TimerHandler("kind", handle),))) as running:
        async with running.runtime.transaction() as work:
            due_at = work.now - ONE_SECOND
            work.schedule(*[Timer("kind", key, due_at) for key in ("locked", "sound")])
        other = await asyncpg.connect(service.settings.database_url)
        try:
            async with other.transaction():
                await other.execute("LOCK TABLE state")
                assert await running.fire_due_timers() == 2
        finally:
            await other.close()
        (left,) = await running.pool.fetch("SELECT key, due_at, attempts, failure FROM messaging.timer")

    assert fired == ["sound"]
    assert (left["key"], left["attempts"], left["failure"]) == ("locked", 1, "LockNotAvailableError")
    assert left["due_at"] >= due_at + FIRST_POSTPONEMENT


async def test_a_due_timer_that_another_instance_is_firing_is_not_asked_for_in_a_busy_loop(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with harness(service) as running:
        async with running.runtime.transaction() as work:
            work.schedule(Timer("remind", "k", work.now - ONE_SECOND))
        stopping, changed = asyncio.Event(), asyncio.Event()
        loop = TimerLoop(
            service.timers, work=running.runtime.work, guard=trusting(), changed=changed, stopping=stopping
        )
        asked_at: list[float] = []
        first_due = timer_table.first_due

        async def counted(connection: Connection, *, kinds: Sequence[str]) -> tuple[datetime, datetime | None]:
            asked_at.append(asyncio.get_running_loop().time())
            return await first_due(connection, kinds=kinds)

        monkeypatch.setattr(timer_table, "first_due", counted)
        other = await asyncpg.connect(service.settings.database_url)
        try:
            async with other.transaction():
                await other.execute("SELECT FROM messaging.timer FOR UPDATE")
                task = asyncio.create_task(loop.run())
                await until(lambda: len(asked_at) == 4, what="asked four times")
                stopping.set()
                changed.set()
                await task
        finally:
            await other.close()

    assert asked_at[3] - asked_at[0] >= 3 * SHORTEST_SLEEP_SECONDS


async def test_a_look_that_finds_nothing_due_is_one_statement(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with harness(service) as running:
        async with running.runtime.transaction() as work:
            work.schedule(Timer("remind", "k", work.now + timedelta(days=1)))
        statements = note_statements(monkeypatch)

        assert await running.fire_due_timers() == 0

    assert len(statements) == 1, statements


@pytest.mark.parametrize("error", [Panic(), asyncio.CancelledError()], ids=["panic", "stray-cancellation"])
async def test_what_is_no_exception_postpones_its_timer_like_any_other_failure(
    service: Service, error: BaseException
) -> None:
    fired: list[str] = []

    async def handle(due: Sequence[DueTimer], _: Work) -> None:
        if any(timer.key == "bad" for timer in due):
            raise error
        fired.extend(timer.key for timer in due)

    async with harness(replace(service, timers=(TimerHandler("kind", handle),))) as running:
        async with running.runtime.transaction() as work:
            work.schedule(*[Timer("kind", key, work.now - ONE_SECOND) for key in ("bad", "fine", "good")])

        assert await running.fire_due_timers() == 3

        (left,) = await running.pool.fetch("SELECT key, attempts, failure FROM messaging.timer")
    assert sorted(fired) == ["fine", "good"]
    assert tuple(left) == ("bad", 1, type(error).__name__)


async def test_a_timer_of_a_batch_that_failed_is_not_fired_alone_before_its_moment(service: Service) -> None:
    """The clock may be set back a little between both, and a handler that finds nothing due ends a wait for good."""
    clock = SettableClock(datetime(2021, 8, 2, 8, tzinfo=UTC))
    fired: list[str] = []

    async def handle(due: Sequence[DueTimer], _: Work) -> None:
        if len(due) > 1:
            clock.at -= ONE_SECOND
            raise ValueError
        fired.extend(timer.key for timer in due)

    async with harness(replace(service, clock=clock, timers=(TimerHandler("kind", handle),))) as running:
        async with running.runtime.transaction() as work:
            work.schedule(Timer("kind", "just due", work.now), Timer("kind", "long due", work.now - 2 * ONE_SECOND))

        await running.fire_due_timers()
        assert fired == ["long due"]
        clock.at += ONE_SECOND
        await running.fire_due_timers()

    assert fired == ["long due", "just due"]


async def test_an_order_to_end_blames_no_timer(service: Service) -> None:
    handling = asyncio.Event()

    async def handle(_: Sequence[DueTimer], __: Work) -> None:
        handling.set()
        await asyncio.Event().wait()

    async with harness(replace(service, timers=(TimerHandler("kind", handle),))) as running:
        async with running.runtime.transaction() as work:
            work.schedule(Timer("kind", "key", work.now - ONE_SECOND))
        firing = asyncio.create_task(running.fire_due_timers())
        await handling.wait()
        firing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await firing

        (left,) = await running.pool.fetch("SELECT key, attempts FROM messaging.timer")
    assert tuple(left) == ("key", 0)


async def test_each_kind_fires_in_a_transaction_of_its_own(service: Service) -> None:
    """The locks of one handler are gone when the next one takes its own."""
    transactions: dict[str, int] = {}

    async def handle(due: Sequence[DueTimer], work: Work) -> None:
        transactions[due[0].kind] = await work.connection.fetchval("SELECT txid_current()")

    kinds = ("first", "second")
    async with harness(replace(service, timers=tuple(TimerHandler(kind, handle) for kind in kinds))) as running:
        async with running.runtime.transaction() as work:
            work.schedule(*[Timer(kind, "key", work.now - ONE_SECOND) for kind in kinds])

        assert await running.fire_due_timers() == 2

    assert sorted(transactions) == ["first", "second"]
    assert transactions["first"] != transactions["second"]


async def test_a_kind_that_fires_one_at_once_counts_what_fired_and_remembers_what_failed(service: Service) -> None:
    batches: list[list[str]] = []

    async def handle(due: Sequence[DueTimer], _: Work) -> None:
        batches.append([timer.key for timer in due])
        if due[0].key == "bad":
            raise ZeroDivisionError

    async with harness(replace(service, timers=(TimerHandler("alone", handle, at_once=1),))) as running:
        async with running.runtime.transaction() as work:
            for seconds, key in ((3, "bad"), (2, "b"), (1, "c")):
                work.schedule(Timer("alone", key, work.now - seconds * ONE_SECOND))

        assert [await running.fire_due_timers() for _ in range(4)] == [1, 1, 1, 0]

        (left,) = await running.pool.fetch("SELECT key, attempts FROM messaging.timer")
    assert batches == [["bad"], ["bad"], ["b"], ["c"]]
    assert tuple(left) == ("bad", 1)
