"""A service that has nothing to do does nothing."""

from __future__ import annotations

import time

import asyncpg
from specimen_driver import Driver, until

TRANSACTIONS, SHORTEST_SECONDS = 40, 3.0
"""Fewer than 13 transactions a second, those of the start included; a busy loop makes hundreds."""
_COUNT = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"


async def test_an_idle_service_hardly_asks_its_database(driver: Driver) -> None:
    await driver.start()
    connection = await asyncpg.connect(driver.database_url)
    await connection.execute("SET stats_fetch_consistency = none")
    try:
        async with connection.transaction():  # so that asking counts as no transaction
            before, began = await connection.fetchval(_COUNT), time.monotonic()

            async def many() -> bool:
                return bool(await connection.fetchval(_COUNT) - before >= TRANSACTIONS)

            await until(many, what=f"{TRANSACTIONS} transactions")
    finally:
        await connection.close()

    assert time.monotonic() - began > SHORTEST_SECONDS
