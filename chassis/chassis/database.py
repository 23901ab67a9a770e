"""Connections to a service's own PostgreSQL database."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from chassis.errors import CannotStartError, DatabaseUnavailableError, describe, is_transient
from chassis.settings import ServiceSettings
from chassis.types_asked_once import TypesAskedOnce

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

NO_CONNECTION = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What is raised instead of a connection, a refused login too: it may be granted again later."""

ACQUIRE_TIMEOUT_SECONDS = 30
_SERVER_SETTINGS = {
    "timezone": "UTC",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    # A plan kept from when a table was empty scans all of it for every row once it is not; a batch pays for planning.
    "plan_cache_mode": "force_custom_plan",
    "jit": "off",
    # A session of a host that died holds its locks until the server notices; by default that takes two hours.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
_RETRY_SECONDS = 0.2
_HOST = r"(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?"
_PLAIN_URL: Final = re.compile(
    rf"postgres(?:ql)?://(?:[^@/?#]*@)?(?P<place>{_HOST}(?:,{_HOST})*/[\w.-]+)(?:\?[^@#]*)?", re.ASCII
)
"""An address in which a password can stand only before an @ or behind a question mark.

With a second @, or with any other character that has a meaning in an address, part of a password may stand anywhere.
"""


def connection_arguments(settings: ServiceSettings, *, application_name: str) -> dict[str, Any]:
    """What every connection of a service is opened with; `command_timeout` notices a half-open network."""
    return {
        "dsn": settings.database_url,
        "timeout": 5,
        "command_timeout": 45,
        "connection_class": TypesAskedOnce,
        "server_settings": _SERVER_SETTINGS | {"application_name": application_name},
    }


async def connect(settings: ServiceSettings, *, application_name: str) -> asyncpg.Connection[asyncpg.Record]:
    """Open one connection; raise `DatabaseUnavailableError` when there is none to be had."""
    try:
        return await asyncpg.connect(**connection_arguments(settings, application_name=application_name))
    except NO_CONNECTION as error:
        raise DatabaseUnavailableError(f"no connection: {describe(error)}") from error


async def open_pool(settings: ServiceSettings, *, application_name: str) -> Pool:
    """Wait until the database answers, then return a pool; raise `CannotStartError` when it stays away.

    Errors are named and not repeated: those of asyncpg quote parts of an address that it cannot read.
    """
    deadline = asyncio.get_running_loop().time() + settings.start_timeout_seconds
    where = f"PostgreSQL at {_place(settings.database_url)}"
    while True:
        try:
            return await asyncpg.create_pool(
                **connection_arguments(settings, application_name=application_name),
                min_size=1,
                max_size=settings.database_connections,
                max_inactive_connection_lifetime=300,
                reset=_leave_session_as_it_is,
            )
        except Exception as error:  # noqa: BLE001 - it ends the start or is tried again
            if not is_transient(error):
                raise CannotStartError(_refusal(error, where=where)) from None
            if asyncio.get_running_loop().time() > deadline:
                raise CannotStartError(
                    f"{where} does not answer after {settings.start_timeout_seconds:.0f} s; "
                    "start it or correct DATABASE_URL"
                ) from None
        await asyncio.sleep(_RETRY_SECONDS)


async def _leave_session_as_it_is(_: Connection) -> None:
    """Spare a round trip after every use: nobody changes a session of the pool, and asyncpg ends what is in progress.

    Settings, locks, cursors and temporary tables are made for a transaction and go with it; whoever needs more opens a
    connection of its own by `connect`.
    """


def _place(database_url: str) -> str:
    """Name hosts and database, or nothing of an address in which a password may stand anywhere."""
    plain = _PLAIN_URL.fullmatch(database_url)
    return plain["place"] if plain else "the address in DATABASE_URL"


def _refusal(error: Exception, *, where: str) -> str:
    if isinstance(error, asyncpg.PostgresError):
        return f"{where} refuses this service: {describe(error)}; correct DATABASE_URL"
    return (
        f"DATABASE_URL cannot be used: {describe(error)}; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, and "
        "special characters of the password percent-encoded"
    )
