"""Every SQL statement about sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is logged in. `methods` are how: "password", "sms", "totp", "passkey", "pin"."""

    session_id: UUID
    account_id: UUID
    device_id: UUID | None
    methods: Sequence[str]
    address: str = field(repr=False)
    began_at: datetime
    last_used_at: datetime
    expires_at: datetime


async def add(connection: Connection, *, session: Session, digest: bytes) -> None:
    """Store a new session, recognised by the digest of its secret."""
    await connection.execute(
        """
        INSERT INTO session (
               session_id, digest, account_id, device_id, methods, address, began_at, last_used_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        session.session_id,
        digest,
        session.account_id,
        session.device_id,
        session.methods,
        session.address,
        session.began_at,
        session.last_used_at,
        session.expires_at,
    )


async def end_all(connection: Connection, *, account_id: UUID, but: UUID | None = None) -> int:
    """End every session of an account, with its codes and refresh tokens, `but` one; return how many there were."""
    ended = await connection.fetch(
        "DELETE FROM session WHERE account_id = $1 AND session_id IS DISTINCT FROM $2 RETURNING session_id",
        account_id,
        but,
    )
    return len(ended)
