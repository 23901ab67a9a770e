"""Every SQL statement about sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.database import Connection


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as the database knows it."""

    sealed: bytes
    began_at: datetime
    used_at: datetime
    database_now: datetime


async def add(connection: Connection, *, digest: bytes, sealed: bytes, now: datetime) -> None:
    await connection.execute(
        "INSERT INTO session (digest, sealed, began_at, used_at) VALUES ($1, $2, $3, $3)", digest, sealed, now
    )


async def with_digest(connection: Connection, *, digest: bytes) -> StoredSession | None:
    row = await connection.fetchrow(
        "SELECT sealed, began_at, used_at, now() AS database_now FROM session WHERE digest = $1", digest
    )
    return StoredSession(**row) if row else None


async def lock(connection: Connection, *, digest: bytes) -> StoredSession | None:
    """Return it as it is now; nobody else changes it until the transaction ends."""
    row = await connection.fetchrow(
        "SELECT sealed, began_at, used_at, now() AS database_now FROM session WHERE digest = $1 FOR UPDATE", digest
    )
    return StoredSession(**row) if row else None


async def touch(connection: Connection, *, digest: bytes, now: datetime) -> None:
    await connection.execute("UPDATE session SET used_at = $2 WHERE digest = $1 AND used_at < $2", digest, now)


async def reseal(connection: Connection, *, digest: bytes, sealed: bytes) -> None:
    await connection.execute("UPDATE session SET sealed = $2 WHERE digest = $1", digest, sealed)


async def end(connection: Connection, *, digest: bytes) -> None:
    await connection.execute("DELETE FROM session WHERE digest = $1", digest)


async def delete_older(connection: Connection, *, used_before: datetime, began_before: datetime) -> None:
    """Delete what nobody can come back to."""
    await connection.execute("DELETE FROM session WHERE used_at < $1 OR began_at < $2", used_before, began_before)
