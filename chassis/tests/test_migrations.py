"""Migrations: which files there are, in which order, and two processes that apply them at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest
from specimen_driver import until

from chassis.errors import CannotStartError
from chassis.migrations import runner
from chassis.migrations.runner import ADVISORY_LOCK, find_migrations, migrate, pending_migrations
from chassis.service import Service
from chassis.testing import harness

_WAITING = """
    SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                    WHERE datname = current_database() AND locktype = 'advisory' AND objid = $1 AND NOT granted)
"""

_LATER = """
    INSERT INTO applied_migration (series, number, name, older_versions_may_run)
    VALUES ('service', 99, '0099_later.sql', true)
"""


def test_a_package_without_its_sql_files_is_refused_instead_of_migrating_nothing(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=f"there is no migration in {tmp_path}"):
        find_migrations(tmp_path)


def test_the_files_of_the_service_follow_those_of_the_chassis(tmp_path: Path) -> None:
    (tmp_path / "0001_claims.sql").touch()

    *chassis, service = [(one.series, one.number) for one in find_migrations(tmp_path)]

    assert chassis == [("chassis", number) for number in range(1, len(chassis) + 1)]
    assert service == ("service", 1)


@pytest.mark.parametrize(("number", "name"), [(99, "0099_of_a_newer_version.sql"), (1, "0001_of_another_branch.sql")])
async def test_a_database_that_knows_more_is_not_migrated(service: Service, number: int, name: str) -> None:
    async with harness(service) as running, running.pool.acquire() as connection:
        await connection.execute("DELETE FROM applied_migration WHERE series = 'service'")
        await connection.execute("INSERT INTO applied_migration VALUES ('service', $1, $2)", number, name)

        with pytest.raises(CannotStartError, match=f"first {name}; start the newer version"):
            await migrate(connection, directory=service.migrations)


async def test_a_newer_version_that_leaves_older_ones_room_leaves_them_nothing_to_migrate(service: Service) -> None:
    async with harness(service) as running, running.pool.acquire() as connection:
        await connection.execute(_LATER)

        assert await migrate(connection, directory=service.migrations) == []


async def test_a_database_that_has_others_and_lacks_ours_is_not_migrated(service: Service) -> None:
    async with harness(service) as running, running.pool.acquire() as connection:
        await connection.execute("DELETE FROM applied_migration WHERE series = 'service'")
        await connection.execute(_LATER)

        with pytest.raises(CannotStartError, match=r"first 0099_later\.sql; start the newer version"):
            await migrate(connection, directory=service.migrations)


async def test_what_a_file_says_of_older_versions_is_on_record(service: Service, tmp_path: Path) -> None:
    (tmp_path / "0001_one.sql").write_text("SELECT 1;\n")
    (tmp_path / "0002_two.sql").write_text("-- older versions stop first: they read what is dropped here\nSELECT 1;\n")
    async with harness(service) as running, running.pool.acquire() as connection:
        await connection.execute("DELETE FROM applied_migration WHERE series = 'service'")
        await migrate(connection, directory=tmp_path)

        rows = await connection.fetch(
            "SELECT older_versions_may_run FROM applied_migration WHERE series = 'service' ORDER BY number"
        )

    assert [row["older_versions_may_run"] for row in rows] == [True, False]


async def test_a_table_of_before_the_column_says_that_no_older_version_may_run(service: Service) -> None:
    known = find_migrations(service.migrations)
    async with harness(service) as running, running.pool.acquire() as connection:
        await connection.execute("ALTER TABLE applied_migration DROP COLUMN older_versions_may_run")
        assert await pending_migrations(connection, known=known) == []
        await connection.execute("INSERT INTO applied_migration VALUES ('service', 99, '0099_later.sql')")

        with pytest.raises(CannotStartError, match=r"first 0099_later\.sql"):
            await pending_migrations(connection, known=known)


async def test_a_database_that_has_had_everything_is_asked_for_no_lock(service: Service) -> None:
    async with harness(service) as running, running.pool.acquire() as connection, running.pool.acquire() as reader:
        locking = reader.transaction()
        await locking.start()
        await reader.execute("LOCK TABLE applied_migration IN ACCESS SHARE MODE")

        assert await asyncio.wait_for(migrate(connection, directory=service.migrations), 5) == []

        await locking.rollback()


async def test_the_column_that_old_tables_lack_is_added_without_keeping_everybody_waiting(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_LOCK_TIMEOUT", "10ms")
    async with harness(service) as running, running.pool.acquire() as connection, running.pool.acquire() as reader:
        await connection.execute("ALTER TABLE applied_migration DROP COLUMN older_versions_may_run")
        async with reader.transaction(), asyncio.timeout(5):
            await reader.execute("LOCK TABLE applied_migration IN ACCESS SHARE MODE")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await migrate(connection, directory=service.migrations)

        assert await migrate(connection, directory=service.migrations) == []

        assert await connection.fetchval("SELECT NOT bool_or(older_versions_may_run) FROM applied_migration")


async def test_a_second_migration_waits_for_the_first_longer_than_for_a_row(service: Service) -> None:
    async with harness(service) as running, running.pool.acquire() as waiting:
        await waiting.execute("SET lock_timeout = '1ms'")  # stands for the 10 s of the chassis
        first = await asyncpg.connect(service.settings.database_url)
        await first.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        second = asyncio.create_task(migrate(waiting, directory=service.migrations))
        await until(lambda: first.fetchval(_WAITING, ADVISORY_LOCK), what="the second waits")
        await first.close()

        assert await second == []
