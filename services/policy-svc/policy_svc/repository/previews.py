"""Previews: changes that were shown, and what confirming them led to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A change that was shown. `asked`, `shown` and `result` are JSON; without policy it is about the customer's data.

    `version` is that of the policy or the customer it was computed from; `result` is None until it is confirmed.
    """

    preview_id: UUID
    relation_number: str
    policy_number: str | None
    version: int
    asked: str
    shown: str
    made_at: datetime
    expires_at: datetime
    result: str | None = None


async def insert(connection: Connection, *, preview: Preview) -> None:
    """Store a preview that is new."""
    await connection.execute(
        """
        INSERT INTO preview
               (preview_id, relation_number, policy_number, version, asked, shown, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        preview.preview_id,
        preview.relation_number,
        preview.policy_number,
        preview.version,
        preview.asked,
        preview.shown,
        preview.made_at,
        preview.expires_at,
    )


async def find(connection: Connection, *, preview_id: UUID) -> Preview | None:
    """Return a preview. Who is to confirm it holds the lock of its policy or customer."""
    row = await connection.fetchrow(
        """
        SELECT preview_id, relation_number, policy_number, version, asked, shown, made_at, expires_at, result
          FROM preview
         WHERE preview_id = $1
        """,
        preview_id,
    )
    return None if row is None else Preview(**row)


async def confirm(connection: Connection, *, preview_id: UUID, confirmed_at: datetime, result: str) -> None:
    """Keep that a preview was confirmed, and what that led to."""
    await connection.execute(
        "UPDATE preview SET confirmed_at = $2, result = $3 WHERE preview_id = $1", preview_id, confirmed_at, result
    )


async def delete_expired(connection: Connection, *, before: datetime) -> None:
    """Delete what expired before a moment and was never confirmed."""
    await connection.execute("DELETE FROM preview WHERE confirmed_at IS NULL AND expires_at < $1", before)
