"""Every SQL statement about what customers see of their accounts: devices, and what happened."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from auth_svc.repository.audit_trail import Entry
from chassis.database import Connection
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A browser or an app that has logged in completely, and may have a PIN."""

    device_id: UUID
    name: str = field(repr=False)
    has_pin: bool
    remembered_at: datetime
    last_used_at: datetime


async def devices(connection: Connection, *, account_id: UUID, now: datetime) -> Sequence[KnownDevice]:
    """Return the devices that are known, the last used first."""
    rows = await connection.fetch(
        """
        SELECT device_id, name, pin_hash IS NOT NULL AS has_pin, remembered_at, last_used_at
          FROM device
         WHERE account_id = $1 AND expires_at > $2
         ORDER BY last_used_at DESC, device_id
        """,
        account_id,
        now,
    )
    return [KnownDevice(**row) for row in rows]


async def forget_device(connection: Connection, *, account_id: UUID, device_id: UUID) -> bool:
    """Forget a device and end its sessions; return whether the account had such a one."""
    await connection.execute("DELETE FROM session WHERE account_id = $1 AND device_id = $2", account_id, device_id)
    return bool(
        await connection.fetchval(
            "DELETE FROM device WHERE account_id = $1 AND device_id = $2 RETURNING true", account_id, device_id
        )
    )


async def history(
    connection: Connection,
    *,
    account_id: UUID,
    of: Collection[SecurityEvent],
    before: tuple[datetime, UUID] | None,
    rows: int,
) -> Sequence[Entry]:
    """Return what happened to the account, the latest first, from what happened `before` on."""
    found = await connection.fetch(
        """
        SELECT event_id, occurred_at, what, account_id, client_id, actor, address, details
          FROM audit_trail
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
    return [
        Entry(**{**row, "what": SecurityEvent(row["what"]), "details": json.loads(row["details"])}) for row in found
    ]
