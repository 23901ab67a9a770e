"""Every SQL statement about one-use links."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that was handed out. It is of an account, of a customer who has none yet, or of an address alone."""

    digest: bytes = field(repr=False)
    purpose: str
    account_id: UUID | None = None
    customer_id: UUID | None = None
    email: str | None = field(default=None, repr=False)
    role: str | None = None
    expires_at: datetime


async def replace(connection: Connection, *, link: Link) -> None:
    """Store a link instead of the one that its owner had for this purpose.

    Of two at the same moment one is stored: the other leads nowhere.
    """
    await connection.execute(
        """
        DELETE FROM link
         WHERE purpose = $1 AND account_id IS NOT DISTINCT FROM $2 AND customer_id IS NOT DISTINCT FROM $3
           AND ($2::uuid IS NOT NULL OR $3::uuid IS NOT NULL OR email = $4)
        """,
        link.purpose,
        link.account_id,
        link.customer_id,
        link.email,
    )
    await connection.execute(
        """
        INSERT INTO link (digest, purpose, account_id, customer_id, email, role, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT DO NOTHING
        """,
        link.digest,
        link.purpose,
        link.account_id,
        link.customer_id,
        link.email,
        link.role,
        link.expires_at,
    )


async def find(connection: Connection, *, digest: bytes, purpose: str, now: datetime) -> Link | None:
    """Return the link while it can be used. It stays."""
    return _link(
        await connection.fetchrow(
            f"SELECT {_COLUMNS} FROM link WHERE digest = $1 AND purpose = $2 AND expires_at > $3",  # noqa: S608 - columns
            digest,
            purpose,
            now,
        )
    )


async def use_up(connection: Connection, *, digest: bytes, purpose: str, now: datetime) -> Link | None:
    """Return the link, which nobody finds any more; None when it is unknown, used or over."""
    return _link(
        await connection.fetchrow(
            f"DELETE FROM link WHERE digest = $1 AND purpose = $2 AND expires_at > $3 RETURNING {_COLUMNS}",  # noqa: S608 - columns
            digest,
            purpose,
            now,
        )
    )


_COLUMNS = "digest, purpose, account_id, customer_id, email, role, expires_at"


def _link(row: asyncpg.Record | None) -> Link | None:
    return None if row is None else Link(**row)
