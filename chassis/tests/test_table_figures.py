"""What is counted in tables: open dead letters and timers that are due, of all consumers and kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from prometheus_client import REGISTRY
from specimen_driver import contact
from specimen_records import TOPIC

from chassis.clock import SettableClock
from chassis.consuming.delivery import Batch
from chassis.database import Connection
from chassis.errors import UnprocessableMessage
from chassis.service import Consumer, Service, TimerHandler
from chassis.testing import Harness, harness
from chassis.timers import timer_table
from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.policy import ContactChanged

NOW = datetime(2026, 7, 14, 9, tzinfo=UTC)


async def refuse_all(_: Batch[ContactChanged], __: Work) -> None:
    raise UnprocessableMessage("test", "a test refuses everything")


async def do_nothing(_: Sequence[DueTimer], __: Work) -> None:
    return None


def value_of(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def insert_timers(running: Harness, *timers: Timer) -> None:
    async with running.pool.acquire() as connection:
        await timer_table.upsert(connection, timers=timers)


async def test_dead_letters_are_open_until_somebody_closes_them(service: Service) -> None:
    refusing = Consumer(TOPIC, refuse_all)
    group = refusing.group(service.name)
    async with harness(replace(service, consumers=(refusing,))) as running:
        await running.measure()
        assert value_of("dead_letters_open", consumer=group) == 0

        await running.deliver(TOPIC, contact(uuid4(), 1), contact(uuid4(), 1))
        await running.measure()
        assert value_of("dead_letters_open", consumer=group) == 2

        await running.pool.execute("UPDATE messaging.dead_letter SET discarded_at = now() WHERE record_offset = 0")
        await running.pool.execute("UPDATE messaging.dead_letter SET replayed_at = now() WHERE record_offset = 1")
        await running.measure()
        assert value_of("dead_letters_open", consumer=group) == 0


async def test_timers_are_overdue_by_the_clock_of_the_service(service: Service) -> None:
    clock = SettableClock(NOW)
    kinds = (TimerHandler("first", do_nothing), TimerHandler("second", do_nothing))
    async with harness(replace(service, clock=clock, timers=kinds)) as running:
        await insert_timers(
            running,
            Timer("first", "a", NOW - timedelta(seconds=90)),
            Timer("first", "b", NOW - timedelta(seconds=30)),
            Timer("second", "c", NOW + timedelta(seconds=1)),
            Timer("of a version before", "d", NOW - timedelta(seconds=5)),
        )

        await running.measure()
        assert [value_of("timers_overdue", kind=kind) for kind in ("first", "second", "other")] == [2, 0, 1]
        assert value_of("timers_oldest_overdue_seconds") == 90

        await running.pool.execute("DELETE FROM messaging.timer")
        await running.measure()
        assert [value_of("timers_overdue", kind=kind) for kind in ("first", "second", "other")] == [0, 0, 0]
        assert value_of("timers_oldest_overdue_seconds") == 0


async def test_a_service_measures_tables_of_its_own_at_the_moment_of_its_clock(service: Service) -> None:
    measured = []

    async def measure(connection: Connection, now: datetime) -> None:
        measured.append((now, await connection.fetchval("SELECT 1")))

    async with harness(replace(service, clock=SettableClock(NOW), measures=(measure,))) as running:
        await running.measure()

    assert measured == [(NOW, 1)]
