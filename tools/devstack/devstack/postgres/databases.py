"""Databases on a running PostgreSQL, each of which only its own role can enter."""

from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

Strategy = Literal["wal_log", "file_copy"]

# By default every role may connect to these, where it can read the names of all databases and roles.
SHARED_DATABASES = ("postgres", "template1")


async def create_database(
    *, admin_url: str, name: str, role: str, password: str, strategy: Strategy = "wal_log"
) -> str:
    """Create database `name`, owned by login role `role`, and return the role's URL.

    The role can connect to no other database. A second call sets the password and keeps the data. Strategy `file_copy`
    is the faster one on a quiet server; it makes the whole server write a checkpoint.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        # Two sessions that revoke privileges on the same database at the same time fail: "tuple concurrently updated".
        await connection.execute("SELECT pg_advisory_lock(hashtext('devstack.databases'))")
        await _ensure_role(connection, role=role, password=password)
        await _ensure_database(connection, name=name, role=role, strategy=strategy)
        for closed in (name, *SHARED_DATABASES):
            await connection.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {quoted(closed)} FROM PUBLIC")
    finally:
        await connection.close()
    return url_of(admin_url=admin_url, name=name, role=role, password=password)


async def drop_database(*, admin_url: str, name: str, role: str) -> None:
    """Drop a database, ending every connection to it, and its role."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
        await connection.execute(f"DROP ROLE IF EXISTS {quoted(role)}")
    finally:
        await connection.close()


def url_of(*, admin_url: str, name: str, role: str, password: str) -> str:
    """URL of database `name` for `role` on the server that `admin_url` names."""
    parts = urlsplit(admin_url)
    server = parts.netloc.rpartition("@")[2]
    login = f"{quote(role, safe='')}:{quote(password, safe='')}"
    return urlunsplit((parts.scheme, f"{login}@{server}", f"/{quote(name, safe='')}", parts.query, ""))


def quoted(identifier: str) -> str:
    """Return `identifier` as a quoted SQL identifier, in which any character may occur."""
    return '"' + identifier.replace('"', '""') + '"'


async def _ensure_role(connection: asyncpg.Connection, *, role: str, password: str) -> None:
    literal = "'" + password.replace("'", "''") + "'"
    exists = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    await connection.execute(f"{verb} ROLE {quoted(role)} WITH LOGIN PASSWORD {literal}")
    # An administrator who is not a superuser can give a database only to a role of which he is a member.
    await connection.execute(f"GRANT {quoted(role)} TO CURRENT_USER")


async def _ensure_database(connection: asyncpg.Connection, *, name: str, role: str, strategy: Strategy) -> None:
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
        owner = quoted(role)
        await connection.execute(f"CREATE DATABASE {quoted(name)} OWNER {owner} TEMPLATE template0 STRATEGY {strategy}")
