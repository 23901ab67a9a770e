"""Timers under trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import asyncpg
from specimen.app import Settings, build

from chassis.service import Service, TimerHandler
from chassis.testing import harness
from chassis.timers.loop import TimerLoop
from chassis.unit_of_work import DueTimer, Timer, Work


def specimen(database: str) -> Service:
    return build(Settings(kafka_bootstrap_servers="none:9092", database_url=database))


async def test_timers_that_take_too_long_together_fire_in_smaller_numbers(database: str) -> None:
    fired: list[str] = []

    async def slow(due: Sequence[DueTimer], work: Work) -> None:
        await work.connection.execute("SET LOCAL statement_timeout = '100ms'")
        await work.connection.execute(f"SELECT pg_sleep({0.03 * len(due)})")
        fired.extend(timer.key for timer in due)

    service = replace(specimen(database), timers=(TimerHandler("slow", slow),))
    async with harness(service) as h:
        async with h.runtime.transaction() as work:
            work.schedule(*[Timer("slow", str(number), work.now - timedelta(seconds=1)) for number in range(20)])
        for _ in range(3):
            try:
                await h.fire_due_timers()
            except asyncpg.QueryCanceledError:
                continue

    assert sorted(fired) == sorted(str(number) for number in range(20))


async def test_one_timer_that_always_waits_for_a_lock_does_not_hold_up_the_others(database: str) -> None:
    fired: list[str] = []

    async def locked(due: Sequence[DueTimer], work: Work) -> None:
        for timer in due:
            if timer.key == "locked":
                await work.connection.execute("SET LOCAL lock_timeout = '50ms'")
                await work.connection.execute("LOCK TABLE state")
        fired.extend(timer.key for timer in due)

    service = replace(specimen(database), timers=(TimerHandler("locked", locked),))
    async with harness(service) as h:
        async with h.runtime.transaction() as work:
            due_at = work.now - timedelta(seconds=1)
            work.schedule(*[Timer("locked", key, due_at) for key in ("locked", "sound")])
        other = await asyncpg.connect(database)
        try:
            async with other.transaction():
                await other.execute("LOCK TABLE state")
                for _ in range(3):
                    try:
                        await h.fire_due_timers()
                    except asyncpg.LockNotAvailableError:
                        continue
        finally:
            await other.close()

    assert "sound" in fired


async def test_a_due_timer_that_another_instance_is_firing_is_not_asked_for_in_a_busy_loop(database: str) -> None:
    async with harness(specimen(database)) as h:
        async with h.runtime.transaction() as work:
            work.schedule(Timer("remind", "k", work.now - timedelta(seconds=1)))
        stopping, changed = asyncio.Event(), asyncio.Event()
        loop = TimerLoop(h.service.timers, work=h.runtime.work, changed=changed, stopping=stopping)
        asked = 0
        fire_due = loop.fire_due

        async def counted() -> int:
            nonlocal asked
            asked += 1
            return await fire_due()

        loop.fire_due = counted  # type: ignore[method-assign]
        other = await asyncpg.connect(database)
        try:
            async with other.transaction():
                await other.execute("SELECT FROM messaging.timer FOR UPDATE")
                task = asyncio.create_task(loop.run())
                await asyncio.sleep(2)
                stopping.set()
                changed.set()
                await task
        finally:
            await other.close()

    assert asked < 20
