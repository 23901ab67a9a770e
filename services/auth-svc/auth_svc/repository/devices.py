"""Every SQL statement about devices that are remembered; their PINs have a file of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A browser or an app that is remembered for one account. `logged_in_at` is its first complete login, if any."""

    device_id: UUID
    digest: bytes = field(repr=False)
    account_id: UUID
    name: str
    expires_at: datetime
    logged_in_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDevice:
    """A device as its owner recognises it."""

    device_id: UUID
    name: str = field(repr=False)
    has_pin: bool
    remembered_at: datetime
    last_used_at: datetime


async def of_account(
    connection: Connection, *, account_id: UUID | None, digests: Sequence[bytes], now: datetime
) -> Device | None:
    """Return the device of this account that knows the secret of one of these digests, as long as it is remembered."""
    row = await connection.fetchrow(
        """
        SELECT device_id, digest, account_id, name, expires_at, logged_in_at FROM device
         WHERE account_id = $1 AND digest = ANY ($2::bytea[]) AND expires_at > $3
         ORDER BY last_used_at DESC LIMIT 1
        """,
        account_id,
        digests,
        now,
    )
    return None if row is None else Device(**row)


async def listed(connection: Connection, *, account_id: UUID, now: datetime) -> Sequence[ListedDevice]:
    """Return the devices that an account remembers, the last used first."""
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
    return [ListedDevice(**row) for row in rows]


async def add(connection: Connection, *, device: Device, now: datetime) -> None:
    """Remember a device."""
    await connection.execute(
        """
        INSERT INTO device (device_id, digest, account_id, name, remembered_at, last_used_at, expires_at, logged_in_at)
        VALUES ($1, $2, $3, $4, $5, $5, $6, $7)
        """,
        device.device_id,
        device.digest,
        device.account_id,
        device.name,
        now,
        device.expires_at,
        device.logged_in_at,
    )


async def note_login(connection: Connection, *, device: Device, now: datetime) -> None:
    """Store that somebody logged in on the device, how it calls itself now, and until when it is remembered."""
    await connection.execute(
        """
        UPDATE device SET name = $2, last_used_at = $3, expires_at = $4, logged_in_at = coalesce(logged_in_at, $3)
         WHERE device_id = $1
        """,
        device.device_id,
        device.name,
        now,
        device.expires_at,
    )


async def forget(connection: Connection, *, device_id: UUID) -> None:
    """Forget a device, with its PIN."""
    await connection.execute("DELETE FROM device WHERE device_id = $1", device_id)


async def forget_with_sessions(connection: Connection, *, account_id: UUID, device_id: UUID) -> bool:
    """Forget a device and end its sessions; return whether the account had such a one."""
    await connection.execute("DELETE FROM session WHERE account_id = $1 AND device_id = $2", account_id, device_id)
    return bool(
        await connection.fetchval(
            "DELETE FROM device WHERE account_id = $1 AND device_id = $2 RETURNING true", account_id, device_id
        )
    )
