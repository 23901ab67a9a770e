"""Migrations raced by two processes, dead peers, and workers that end without a word."""

from __future__ import annotations

import asyncio

import asyncpg
from specimen.app import Settings, build

from chassis.migrations import runner as migrations
from chassis.service import Service
from chassis.testing import harness


def specimen(database: str) -> Service:
    return build(Settings(kafka_bootstrap_servers="none:9092", database_url=database))


async def test_a_second_migration_waits_for_the_first_longer_than_for_a_row(database: str) -> None:
    async with harness(specimen(database)) as h, h.pool.acquire() as waiting:
        await waiting.execute("SET lock_timeout = '200ms'")  # stands for the 10 s of the chassis
        first = await asyncpg.connect(database)
        await first.execute("SELECT pg_advisory_lock($1)", migrations._ADVISORY_LOCK)
        second = asyncio.create_task(migrations.migrate(waiting, directory=h.service.migrations))
        await asyncio.wait([second], timeout=1)
        await first.close()

        assert await second == []


async def test_a_dead_relay_is_noticed_by_the_server_long_before_the_default_of_two_hours(database: str) -> None:
    async with harness(specimen(database)) as h, h.pool.acquire() as connection:
        idle = await connection.fetchval("SELECT current_setting('tcp_keepalives_idle')::int")

    assert 0 < idle <= 60, "the advisory lock of a relay whose host died is held until the server notices"
