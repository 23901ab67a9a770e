"""The databases of one run: copied from prepared ones, or empty, always under the same names and roles."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

import asyncpg

from devstack.postgres.databases import create_database, drop_database, quoted, url_of
from devstack.stack import Stack

T = TypeVar("T")
SERVICES = ("claims-svc", "weather-svc", "policy-svc", "notify-svc")
_EMPTY = "template0"
SERVER_SETTINGS = MappingProxyType(
    {
        "shared_buffers": "1GB",
        "effective_cache_size": "4GB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "track_commit_timestamp": "on",
    }
)
"""What an operator sets who gives PostgreSQL a few gigabytes and a solid-state disk. Latency ends at the moments of
commits, so they are noted."""


@dataclass(frozen=True)
class Databases:
    """One database and one role per service. A prepared one, named `…_prepared`, is what every run begins with."""

    stack: Stack
    passwords: dict[str, str] = field(default_factory=lambda: {name: secrets.token_urlsafe(18) for name in SERVICES})

    async def create_prepared(self) -> dict[str, str]:
        """Make the databases that the preparation fills; return their URLs by service."""
        return {service: await self._create_prepared(service) for service in SERVICES}

    async def renew(self, *, prepared: bool) -> dict[str, str]:
        """Make the databases of a run anew, as prepared or empty; return their URLs by service."""
        administrator = await asyncpg.connect(self.stack.database_url)
        try:
            for service in SERVICES:
                name, template = _name(service), _prepared_name(service) if prepared else _EMPTY
                await administrator.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
                await administrator.execute(
                    f"CREATE DATABASE {quoted(name)} OWNER {quoted(name)} TEMPLATE {quoted(template)}"
                )
            await administrator.execute("CHECKPOINT")
        finally:
            await administrator.close()
        return {service: self._url(service, name=_name(service)) for service in SERVICES}

    async def wal_bytes(self) -> int:
        """Return how much the server has written ahead since it was made."""
        administrator = await asyncpg.connect(self.stack.database_url)
        try:
            return int(await administrator.fetchval("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"))
        finally:
            await administrator.close()

    async def in_each(self, act: Callable[[str, asyncpg.Connection], Awaitable[T]]) -> dict[str, T]:
        """Let the administrator act in the database of every service of a pipeline, at the same time."""
        names = [service for service in SERVICES if service != "policy-svc"]
        return dict(zip(names, await asyncio.gather(*(self._act(name, act) for name in names)), strict=True))

    async def _act(self, service: str, act: Callable[[str, asyncpg.Connection], Awaitable[T]]) -> T:
        administrator = await asyncpg.connect(self.stack.database_url, database=_name(service))
        try:
            return await act(service, administrator)
        finally:
            await administrator.close()

    async def _create_prepared(self, service: str) -> str:
        name, role = _prepared_name(service), _name(service)
        await drop_database(admin_url=self.stack.database_url, name=_name(service), role=f"no {role}")
        await drop_database(admin_url=self.stack.database_url, name=name, role=role)
        return await create_database(
            admin_url=self.stack.database_url, name=name, role=role, password=self.passwords[service]
        )

    def _url(self, service: str, *, name: str) -> str:
        role, password = _name(service), self.passwords[service]
        return url_of(admin_url=self.stack.database_url, name=name, role=role, password=password)


async def restart_server(stack: Stack, settings: Mapping[str, str] = SERVER_SETTINGS) -> None:
    """Start PostgreSQL again with `settings`; it keeps those from before."""
    administrator = await asyncpg.connect(stack.database_url)
    try:
        for name, value in settings.items():
            await administrator.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    finally:
        await administrator.close()
    stack.postgres.stop()
    stack.postgres.start()


def _name(service: str) -> str:
    return f"bench_{service.removesuffix('-svc')}"


def _prepared_name(service: str) -> str:
    return f"{_name(service)}_prepared"
