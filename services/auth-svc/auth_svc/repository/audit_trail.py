"""Every SQL statement about the audit trail: rows are added and read."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entries are looked for: those that fit all that is given, from `since` on and before `until`."""

    account_id: UUID | None = None
    what: SecurityEvent | None = None
    since: datetime | None = None
    until: datetime | None = None


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


async def search(
    connection: Connection, *, wanted: Filter, before: tuple[datetime, UUID] | None, rows: int
) -> Sequence[Entry]:
    """Return so many entries, the latest first, from what happened `before` on."""
    found = await connection.fetch(
        f"""
        {_SELECT}
         WHERE ($1::uuid IS NULL OR account_id = $1)
           AND ($2::text IS NULL OR what = $2)
           AND ($3::timestamptz IS NULL OR occurred_at >= $3)
           AND ($4::timestamptz IS NULL OR occurred_at < $4)
           AND ($5::timestamptz IS NULL OR (occurred_at, event_id) < ($5, $6::uuid))
         ORDER BY occurred_at DESC, event_id DESC
         LIMIT $7
        """,
        wanted.account_id,
        wanted.what,
        wanted.since,
        wanted.until,
        *(before or (None, None)),
        rows,
    )
    return [_entry(row) for row in found]


async def history(
    connection: Connection,
    *,
    account_id: UUID,
    of: Collection[SecurityEvent],
    before: tuple[datetime, UUID] | None,
    rows: int,
) -> Sequence[Entry]:
    """Return what happened to an account, the latest first, from what happened `before` on."""
    found = await connection.fetch(
        f"""
        {_SELECT}
         WHERE account_id = $1 AND what = ANY ($2::text[])
           AND ($3::timestamptz IS NULL OR (occurred_at, event_id) < ($3, $4::uuid))
         ORDER BY occurred_at DESC, event_id DESC
         LIMIT $5
        """,
        account_id,
        list(of),
        *(before or (None, None)),
        rows,
    )
    return [_entry(row) for row in found]


_SELECT = "SELECT event_id, occurred_at, what, account_id, client_id, actor, address, details FROM audit_trail"


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(**{**row, "what": SecurityEvent(row["what"]), "details": json.loads(row["details"])})
