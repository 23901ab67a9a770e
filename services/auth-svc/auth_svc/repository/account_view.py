"""Every SQL statement about the devices of an account as its customer sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A browser or an app that is remembered, and may have a PIN."""

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
