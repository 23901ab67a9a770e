"""Every SQL statement about PINs, each of which is of one device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PinDevice:
    """A device that is remembered, with its PIN if it has one. `pin_failures` are wrong PINs in a row."""

    device_id: UUID
    account_id: UUID
    pin_hash: str | None = field(repr=False)
    pin_failures: int


async def device(
    connection: Connection, *, digests: Sequence[bytes], account_id: UUID | None = None, now: datetime
) -> PinDevice | None:
    """Return the device that knows the secret of one of these digests, of this account or of any.

    Of several that with a PIN, and the last used of those. Ask again with its account locked before it is used.
    """
    row = await connection.fetchrow(
        """
        SELECT device_id, account_id, pin_hash, pin_failures FROM device
         WHERE digest = ANY ($1::bytea[]) AND ($2::uuid IS NULL OR account_id = $2) AND expires_at > $3
         ORDER BY pin_hash IS NULL, last_used_at DESC LIMIT 1
        """,
        digests,
        account_id,
        now,
    )
    return None if row is None else PinDevice(**row)


async def set_pin(connection: Connection, *, device_id: UUID, pin_hash: str, now: datetime) -> None:
    """Give a device a PIN instead of the one before."""
    await connection.execute(
        "UPDATE device SET pin_hash = $2, pin_added_at = $3, pin_failures = 0 WHERE device_id = $1",
        device_id,
        pin_hash,
        now,
    )


async def remove(connection: Connection, *, device_id: UUID) -> None:
    """Let a device have no PIN; it stays known."""
    await connection.execute(
        "UPDATE device SET pin_hash = NULL, pin_added_at = NULL, pin_failures = 0 WHERE device_id = $1", device_id
    )


async def count_failure(connection: Connection, *, device_id: UUID) -> int:
    """Count a wrong PIN; return how many there were in a row with this one."""
    count: int = await connection.fetchval(
        "UPDATE device SET pin_failures = pin_failures + 1 WHERE device_id = $1 RETURNING pin_failures", device_id
    )
    return count


async def forgive_failures(connection: Connection, *, device_id: UUID) -> None:
    """Begin to count anew: the PIN was right."""
    await connection.execute("UPDATE device SET pin_failures = 0 WHERE device_id = $1", device_id)
