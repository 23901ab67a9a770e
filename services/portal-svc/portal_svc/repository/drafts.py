"""Every SQL statement about what is half filled in."""

from __future__ import annotations

from datetime import datetime

from chassis.database import Connection


async def save(connection: Connection, *, owner: bytes, kind: str, sealed: bytes, now: datetime) -> None:
    await connection.execute(
        """
        INSERT INTO draft (owner, kind, sealed, changed_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (owner, kind) DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at
        """,
        owner,
        kind,
        sealed,
        now,
    )


async def find(connection: Connection, *, owner: bytes, kind: str) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(
        "SELECT sealed FROM draft WHERE owner = $1 AND kind = $2", owner, kind
    )
    return sealed


async def find_locked(connection: Connection, *, owner: bytes, kind: str) -> bytes | None:
    """Return it; nobody else changes it until the transaction ends."""
    sealed: bytes | None = await connection.fetchval(
        "SELECT sealed FROM draft WHERE owner = $1 AND kind = $2 FOR UPDATE", owner, kind
    )
    return sealed


async def delete(connection: Connection, *, owner: bytes, kind: str) -> None:
    await connection.execute("DELETE FROM draft WHERE owner = $1 AND kind = $2", owner, kind)


async def delete_older(connection: Connection, *, before: datetime) -> None:
    await connection.execute("DELETE FROM draft WHERE changed_at < $1", before)
