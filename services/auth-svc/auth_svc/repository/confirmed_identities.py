"""Every SQL statement about who has just shown anew who they are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.database import Connection


async def add(connection: Connection, *, digest: bytes, account_id: UUID, expires_at: datetime) -> None:
    """Note it until then, recognised by the digest of a secret."""
    await connection.execute(
        "INSERT INTO confirmed_identity (digest, account_id, expires_at) VALUES ($1, $2, $3)",
        digest,
        account_id,
        expires_at,
    )


async def is_there(connection: Connection, *, digest: bytes, account_id: UUID, now: datetime) -> bool:
    """Whether it is this account's, and not used or over. Somebody else may use it at the same time."""
    found = await connection.fetchval(
        "SELECT true FROM confirmed_identity WHERE digest = $1 AND account_id = $2 AND expires_at > $3",
        digest,
        account_id,
        now,
    )
    return found is not None


async def use_up(connection: Connection, *, digest: bytes, account_id: UUID, now: datetime) -> bool:
    """Whether it was this account's, and not used or over. From now on it is used."""
    used = await connection.fetchval(
        """
        DELETE FROM confirmed_identity WHERE digest = $1 AND account_id = $2 AND expires_at > $3
        RETURNING true
        """,
        digest,
        account_id,
        now,
    )
    return used is not None
