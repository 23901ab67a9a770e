"""Migrations: which files there are, in which order, and two processes that apply them at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest
from specimen_driver import until

from chassis.database import Connection
from chassis.errors import CannotStartError
from chassis.migrations import runner
from chassis.migrations.runner import ADVISORY_LOCK, Migration, find_migrations, migrate, pending_migrations
from chassis.service import Service
from chassis.testing import harness

_WAITING = """
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'
                      AND query LIKE 'SELECT pg_try_advisory_lock%')
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
        await until(lambda: first.fetchval(_WAITING), what="the second waits")
        await first.close()

        assert await second == []


@pytest.fixture
def paint(tmp_path: Path) -> Path:
    """Migrations of a service: a table, and then an index that is made while others use it."""
    (tmp_path / "0001_paint.sql").write_text("CREATE TABLE paint (colour text);\n")
    (tmp_path / "0002_colours.sql").write_text(
        "-- Colours are sought.\nCREATE INDEX CONCURRENTLY paint_colour ON paint (colour);\n"
    )
    return tmp_path


async def _anew(connection: Connection, directory: Path) -> list[str]:
    """Migrate a database whose service has had nothing; return what was applied."""
    await connection.execute("DELETE FROM applied_migration WHERE series = 'service'")
    return [migration.path.name for migration in await migrate(connection, directory=directory)]


_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('paint_colour')"


async def test_an_index_is_made_while_others_write_to_its_table(service: Service, paint: Path) -> None:
    async with harness(service) as running, running.pool.acquire() as connection, running.pool.acquire() as writer:
        index = paint / "0002_colours.sql"
        statements = index.read_text()
        index.unlink()
        assert await _anew(connection, paint) == ["0001_paint.sql"]
        index.write_text(statements)
        writing = writer.transaction()
        await writing.start()
        await writer.execute("INSERT INTO paint VALUES ('red')")
        making = asyncio.create_task(migrate(connection, directory=paint))
        await until(lambda: running.pool.fetchval("SELECT to_regclass('paint_colour')"), what="it is being made")

        await asyncio.wait_for(running.pool.execute("INSERT INTO paint VALUES ('blue')"), 5)

        await writing.commit()
        assert [migration.path.name for migration in await making] == ["0002_colours.sql"]
        assert await connection.fetchval(_VALID)


async def test_an_index_that_was_left_invalid_is_made_anew(service: Service, paint: Path) -> None:
    async with harness(service) as running, running.pool.acquire() as connection:
        await _anew(connection, paint)
        await connection.execute("DELETE FROM applied_migration WHERE series = 'service' AND number = 2")
        await connection.execute("DROP INDEX paint_colour; INSERT INTO paint VALUES ('red'), ('red')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("CREATE UNIQUE INDEX CONCURRENTLY paint_colour ON paint (colour)")
        assert await connection.fetchval(_VALID) is False

        assert [one.path.name for one in await migrate(connection, directory=paint)] == ["0002_colours.sql"]

        assert await connection.fetchval(_VALID)


async def test_an_index_that_was_made_and_not_recorded_stays(service: Service, paint: Path) -> None:
    async with harness(service) as running, running.pool.acquire() as connection:
        await _anew(connection, paint)
        made = await connection.fetchval("SELECT 'paint_colour'::regclass::oid")
        await connection.execute("DELETE FROM applied_migration WHERE series = 'service' AND number = 2")

        assert [one.path.name for one in await migrate(connection, directory=paint)] == ["0002_colours.sql"]

        assert await connection.fetchval("SELECT 'paint_colour'::regclass::oid") == made


async def test_who_waits_for_its_turn_does_not_hold_up_the_index_of_who_has_it(service: Service, paint: Path) -> None:
    async with harness(service) as running, running.pool.acquire() as one, running.pool.acquire() as other:
        await one.execute("DELETE FROM applied_migration WHERE series = 'service'")

        applied = await asyncio.wait_for(
            asyncio.gather(migrate(one, directory=paint), migrate(other, directory=paint)), 20
        )

    assert sorted(map(len, applied)) == [0, 2]


@pytest.mark.parametrize(
    "statements",
    [
        "CREATE INDEX CONCURRENTLY paint_colour ON paint (colour); INSERT INTO paint VALUES ('red');",
        "CREATE INDEX CONCURRENTLY ON paint (colour);",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS paint_colour ON paint (colour);",
        "DROP INDEX CONCURRENTLY paint_colour;",
    ],
)
def test_outside_a_transaction_a_file_makes_one_index_with_a_name_and_does_nothing_else(
    tmp_path: Path, statements: str
) -> None:
    file = tmp_path / "0002_colours.sql"
    file.write_text(statements)

    with pytest.raises(CannotStartError, match="must hold one CREATE INDEX CONCURRENTLY"):
        _ = Migration("service", 2, file).concurrent_index
