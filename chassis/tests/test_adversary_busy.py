"""A service that has nothing to do does nothing."""

from __future__ import annotations

import asyncio

import asyncpg
from driving import Driver


async def test_an_idle_service_hardly_asks_its_database(driver: Driver) -> None:
    await driver.start()
    connection = await asyncpg.connect(driver.database_url)
    count = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    try:
        await asyncio.sleep(2)
        before = await connection.fetchval(count)
        await asyncio.sleep(4)
        after = await connection.fetchval(count)
    finally:
        await connection.close()

    assert after - before < 100
