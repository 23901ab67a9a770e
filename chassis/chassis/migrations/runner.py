"""Numbered SQL files, each applied once and in order, in a transaction of its own.

A file that holds one `CREATE INDEX CONCURRENTLY` and nothing else is applied outside a transaction, so that whoever
uses the table goes on. PostgreSQL leaves an invalid index where that fails: the next try removes it first.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.database import Connection
from chassis.errors import CannotStartError

CHASSIS_MIGRATIONS = Path(__file__).parent
ADVISORY_LOCK = 0x6D696772  # "migr"
_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
_OLDER_VERSIONS_STOP = re.compile(r"^-- older versions stop first: \S", flags=re.MULTILINE)
_CONCURRENTLY = re.compile(r"\bCONCURRENTLY\b", flags=re.IGNORECASE)
_COMMENT = re.compile(r"--.*$", flags=re.MULTILINE)
_INDEX = re.compile(
    r"\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?P<name>[a-z_][a-z0-9_]*)\s+"
    r"ON\s+(?:(?P<schema>[a-z_][a-z0-9_]*)\.)?[a-z_][a-z0-9_]*\s[^;]*;\s*",
    flags=re.IGNORECASE,
)
_LONGEST_WAIT_SECONDS = 3_600
_LOCK_PAUSE_SECONDS = 0.2
_LOCK_TIMEOUT = "5s"
"""Whoever comes after a migration that waits for a table waits behind it."""
_HISTORY = """
CREATE TABLE IF NOT EXISTS public.applied_migration (
    series     text        NOT NULL,
    number     integer     NOT NULL,
    name       text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    older_versions_may_run boolean NOT NULL DEFAULT false,
    PRIMARY KEY (series, number)
)
"""
_LACKS_LAST_COLUMN = """
SELECT NOT EXISTS (SELECT FROM pg_attribute
                    WHERE attrelid = 'public.applied_migration'::regclass
                      AND attname = 'older_versions_may_run' AND NOT attisdropped)
"""
_ADD_LAST_COLUMN = """
ALTER TABLE public.applied_migration ADD COLUMN older_versions_may_run boolean NOT NULL DEFAULT false
"""
_APPLIED = """
SELECT series, name, coalesce((to_jsonb(applied) ->> 'older_versions_may_run')::boolean, false) AS older_may_run
  FROM public.applied_migration AS applied
 ORDER BY series, number
"""
"""Versions before the last column made tables without it; whoever only runs cannot add it."""


@dataclass(frozen=True)
class Migration:
    """One file. The chassis' own files are a series of their own beside the service's."""

    series: str
    number: int
    path: Path

    @property
    def statements(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def concurrent_index(self) -> str | None:
        """The name, with its schema, of the index that is made while others go on; None in a transaction.

        Raises:
            CannotStartError: the file makes one and does something else as well.
        """
        statements = _COMMENT.sub("", self.statements)
        if not _CONCURRENTLY.search(statements):
            return None
        index = _INDEX.fullmatch(statements)
        if index is None:
            raise CannotStartError(
                f"migration {self.path.name} must hold one CREATE INDEX CONCURRENTLY name ON table … and nothing else: "
                "outside a transaction half of a file would stay"
            )
        return f"{index['schema'] or 'public'}.{index['name']}"

    @property
    def older_versions_may_run(self) -> bool:
        """Whether the version before works on beside it: the file does not say `older versions stop first`."""
        return _OLDER_VERSIONS_STOP.search(self.statements) is None


def find_migrations(directory: Path) -> Sequence[Migration]:
    """All migrations of the chassis and of the service whose files lie in `directory`, in order."""
    return [*_series("chassis", CHASSIS_MIGRATIONS), *_series("service", directory)]


def _series(series: str, directory: Path) -> list[Migration]:
    migrations = []
    for number, path in enumerate(sorted(directory.glob("*.sql")), start=1):
        name = _NAME.match(path.name)
        if name is None or int(name[1]) != number:
            raise CannotStartError(
                f"migration {path.name} must be named {number:04d}_what.sql: numbers start at 0001 without gaps"
            )
        migrations.append(Migration(series, number, path))
    if not migrations:
        raise CannotStartError(
            f"there is no migration in {directory}: a package must bring its SQL files along (package-data)"
        )
    return migrations


async def pending_migrations(connection: Connection, *, known: Sequence[Migration]) -> Sequence[Migration]:
    """Those of the migrations known to this version that the database has not had.

    Raises:
        CannotStartError: the database has had others that leave no room for this version: a newer one may mean other
            things by the same columns. Or it has had others and lacks ours: neither version is the newer one.
    """
    has_history = await connection.fetchval("SELECT to_regclass('public.applied_migration') IS NOT NULL")
    rows = await connection.fetch(_APPLIED) if has_history else []
    applied = {(row["series"], row["name"]): row["older_may_run"] for row in rows}
    ours = {(migration.series, migration.path.name): migration for migration in known}
    pending = [migration for identity, migration in ours.items() if identity not in applied]
    if unknown := [
        name
        for (series, name), older_may_run in applied.items()
        if (series, name) not in ours and (pending or not older_may_run)
    ]:
        raise CannotStartError(
            f"the database has had {len(unknown)} migrations that this version does not know, first {unknown[0]}; "
            "start the newer version that brings them, or restore the database as it was before them"
        )
    return pending


async def migrate(connection: Connection, *, directory: Path) -> Sequence[Migration]:
    """Apply what is pending and return it. Two processes doing so at once take turns.

    The session, which is left without time limits, is nobody else's.

    Raises:
        CannotStartError: the database is newer than this version.
    """
    await connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
    await _take_turn(connection)
    try:
        await _prepare_history(connection)
        applied = await pending_migrations(connection, known=find_migrations(directory))
        for migration in applied:
            if index := migration.concurrent_index:
                await _make_concurrently(connection, migration, index=index)
            async with connection.transaction():
                await _limit(connection)
                if index is None:
                    await connection.execute(migration.statements, timeout=_LONGEST_WAIT_SECONDS)
                await _record(connection, migration)
        return applied
    finally:
        if not connection.is_closed():  # its end has released the lock, and its error is the one to report
            await connection.execute("SELECT pg_advisory_unlock($1)", ADVISORY_LOCK)


async def _take_turn(connection: Connection) -> None:
    """Wait until nobody else migrates.

    Asked again and again: a statement that waited would hold a snapshot, for whose end CREATE INDEX CONCURRENTLY of the
    other one waits.
    """
    async with asyncio.timeout(_LONGEST_WAIT_SECONDS):
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", ADVISORY_LOCK):  # noqa: ASYNC110 - another process has it
            await asyncio.sleep(_LOCK_PAUSE_SECONDS)


async def _make_concurrently(connection: Connection, migration: Migration, *, index: str) -> None:
    """Make an index while others use its table, however long they take; one that an earlier try has made stays."""
    is_valid = await connection.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)", index)
    if is_valid:
        return
    if is_valid is False:
        await connection.execute(f"DROP INDEX CONCURRENTLY {index}", timeout=_LONGEST_WAIT_SECONDS)
    await connection.execute(migration.statements, timeout=_LONGEST_WAIT_SECONDS)


async def _record(connection: Connection, migration: Migration) -> None:
    await connection.execute(
        """
        INSERT INTO public.applied_migration (series, number, name, older_versions_may_run)
        VALUES ($1, $2, $3, $4)
        """,
        migration.series,
        migration.number,
        migration.path.name,
        migration.older_versions_may_run,
    )


async def _prepare_history(connection: Connection) -> None:
    """Make the table of what was applied; one that is as it should be is not locked, because all who run read it."""
    await connection.execute(_HISTORY)
    if await connection.fetchval(_LACKS_LAST_COLUMN):
        async with connection.transaction():
            await _limit(connection)
            await connection.execute(_ADD_LAST_COLUMN)


async def _limit(connection: Connection) -> None:
    await connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'; SET LOCAL statement_timeout = '10min'")
