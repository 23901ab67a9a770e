"""Two processes that migrate one database at once."""

from __future__ import annotations

import asyncio

import asyncpg
from specimen_driver import until

from chassis.migrations.runner import ADVISORY_LOCK, migrate
from chassis.service import Service
from chassis.testing import harness

_WAITING = """
    SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                    WHERE datname = current_database() AND locktype = 'advisory' AND objid = $1 AND NOT granted)
"""


async def test_the_second_waits_for_the_first_longer_than_for_a_row(service: Service) -> None:
    async with harness(service) as running, running.pool.acquire() as waiting:
        await waiting.execute("SET lock_timeout = '1ms'")  # stands for the 10 s of the chassis
        first = await asyncpg.connect(service.settings.database_url)
        await first.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        second = asyncio.create_task(migrate(waiting, directory=service.migrations))
        await until(lambda: first.fetchval(_WAITING, ADVISORY_LOCK), what="the second waits")
        await first.close()

        assert await second == []
