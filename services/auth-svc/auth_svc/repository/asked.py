"""Every SQL statement about what was asked for, and is answered by mail afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody at `address` asked for; of a customer, who had `account_version` then. `email` is in lower case."""

    asked_id: UUID
    what: str
    relation_number: str | None
    account_version: int | None
    email: str = field(repr=False)
    address: str = field(repr=False)
    asked_at: datetime


async def add(connection: Connection, *, asked: Asked) -> None:
    """Keep it until it is answered."""
    await connection.execute(
        """
        INSERT INTO asked (asked_id, what, relation_number, account_version, email, address, asked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        asked.asked_id,
        asked.what,
        asked.relation_number,
        asked.account_version,
        asked.email,
        asked.address,
        asked.asked_at,
    )


async def take(connection: Connection, *, asked_id: UUID) -> Asked | None:
    """Return it, and forget it; None when it was too old to be kept."""
    row = await connection.fetchrow(
        """
        DELETE FROM asked WHERE asked_id = $1
        RETURNING asked_id, what, relation_number, account_version, email, address, asked_at
        """,
        asked_id,
    )
    return None if row is None else Asked(**row)
