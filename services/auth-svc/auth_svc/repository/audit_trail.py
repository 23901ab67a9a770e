"""Every SQL statement about the audit trail: rows are added and read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. `details` are short words such as a method, never a secret, an address or a number."""

    event_id: UUID
    occurred_at: datetime
    what: SecurityEvent
    account_id: UUID | None = None
    client_id: str | None = None
    actor: str | None = None
    address: str | None = field(default=None, repr=False)
    details: Mapping[str, str | int] = field(default_factory=dict)


async def add(connection: Connection, *, entry: Entry) -> None:
    """Add one entry."""
    await connection.execute(
        """
        INSERT INTO audit_trail (event_id, occurred_at, what, account_id, client_id, actor, address, details)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)
        """,
        entry.event_id,
        entry.occurred_at,
        entry.what,
        entry.account_id,
        entry.client_id,
        entry.actor,
        entry.address,
        json.dumps(dict(entry.details)),
    )
