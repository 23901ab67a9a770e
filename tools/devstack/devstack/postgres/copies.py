"""Databases that are copies of one that was filled once, which is sooner done than filling each."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

import asyncpg

from devstack.postgres.databases import create_database, drop_database, quoted, url_of

Result = TypeVar("Result")
_LOCK = "SELECT pg_advisory_lock(hashtext('devstack.templates'))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('devstack.templates'))"


@dataclass(frozen=True)
class Template:
    """What databases are copies of: `fill` is given the URL of an empty one. `name` says all that is filled in."""

    name: str
    fill: Callable[[str], Awaitable[None]]


class Copies:
    """Makes copies on one server, by a session of its administrator that stays open, in a thread of its own.

    All copies of a template have one owner, who can enter no other database. Templates that are `kept` are found by
    whoever comes next; others go with `close`.
    """

    def __init__(self, *, admin_url: str, kept: bool) -> None:
        self.admin_url = admin_url
        self._kept = kept
        self._suffix = "" if kept else f"_{secrets.token_hex(4)}"
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="devstack-copies")
        self._runner = asyncio.Runner()
        self._session: asyncpg.Connection | None = None
        self._owners: dict[str, str] = {}
        self._copies: set[str] = set()

    def make(self, template: Template) -> str:
        """Return the URL of a new copy, logged in as its owner."""
        return self._do(self._make(template))

    def drop(self, url: str) -> None:
        """Drop a copy, ending every connection to it."""
        self._do(self._drop(url.partition("?")[0].rpartition("/")[2]))

    def close(self) -> None:
        """Drop what is left."""
        self._do(self._close())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def _do(self, work: Coroutine[object, object, Result]) -> Result:
        return self._thread.submit(self._runner.run, work).result()

    async def _make(self, template: Template) -> str:
        source = f"template_{sha256(template.name.encode()).hexdigest()[:12]}{self._suffix}"
        if source not in self._owners:
            await self._fill(template, source)
        name = f"test_{secrets.token_hex(6)}"
        await self._execute(
            f"CREATE DATABASE {quoted(name)} OWNER {quoted(source)} TEMPLATE {quoted(source)} STRATEGY file_copy",
            f"REVOKE CONNECT, TEMPORARY ON DATABASE {quoted(name)} FROM PUBLIC",
        )
        self._copies.add(name)
        return url_of(admin_url=self.admin_url, name=name, role=source, password=self._owners[source])

    async def _fill(self, template: Template, source: str) -> None:
        """Fill `source` unless somebody has; a half-filled one never has its name."""
        password = sha256(f"{self.admin_url} {source}".encode()).hexdigest()
        connection = await asyncpg.connect(self.admin_url)
        try:
            await connection.execute(_LOCK)
            if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", source):
                half = f"{source}_half"
                await connection.execute(f"DROP DATABASE IF EXISTS {quoted(half)} WITH (FORCE)")
                url = await create_database(
                    admin_url=self.admin_url, name=half, role=source, password=password, strategy="file_copy"
                )
                await template.fill(url)
                await connection.execute(f"ALTER DATABASE {quoted(half)} RENAME TO {quoted(source)}")
            await connection.execute(_UNLOCK)
        finally:
            await connection.close()
        self._owners[source] = password

    async def _drop(self, name: str) -> None:
        await self._execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
        self._copies.discard(name)

    async def _execute(self, *statements: str) -> None:
        """Execute them, once more in a new session where the server has been away since the last time."""
        try:
            session = self._session or await asyncpg.connect(self.admin_url)
            for statement in statements:
                await session.execute(statement)
        except (asyncpg.ConnectionDoesNotExistError, asyncpg.InterfaceError, asyncpg.AdminShutdownError, OSError):
            if self._session is None:
                raise
            self._session.terminate()
            self._session = None
            await self._execute(*statements)
        else:
            self._session = session

    async def _close(self) -> None:
        try:
            for name in sorted(self._copies):
                await self._drop(name)
            for source in () if self._kept else self._owners:
                await drop_database(admin_url=self.admin_url, name=source, role=source)
        except OSError:
            return  # the server has ended, and its databases with it
        finally:
            if self._session is not None:
                self._session.terminate()
