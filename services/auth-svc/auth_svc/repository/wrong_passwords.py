"""Every SQL statement about wrong passwords in a row, by what they were tried on."""

from __future__ import annotations

from datetime import datetime

from auth_svc.domain.blocks import WrongPasswords
from chassis.database import Connection


async def locked(connection: Connection, *, tried_on: bytes, now: datetime) -> WrongPasswords:
    """Return what stands on this digest, made if need be: nobody else counts on it until the transaction ends."""
    (row,) = await connection.fetch(
        """
        INSERT INTO wrong_passwords (tried_on, in_a_row, last_at) VALUES ($1, 0, $2)
            ON CONFLICT (tried_on) DO UPDATE SET last_at = excluded.last_at
        RETURNING in_a_row, blocked_until
        """,
        tried_on,
        now,
    )
    return WrongPasswords(**row)


async def store(connection: Connection, *, tried_on: bytes, wrong: WrongPasswords) -> None:
    """Store what stands now."""
    await connection.execute(
        "UPDATE wrong_passwords SET in_a_row = $2, blocked_until = $3 WHERE tried_on = $1",
        tried_on,
        wrong.in_a_row,
        wrong.blocked_until,
    )


async def forget(connection: Connection, *, tried_on: bytes) -> None:
    """Count from none again."""
    await connection.execute("DELETE FROM wrong_passwords WHERE tried_on = $1", tried_on)


async def count_blocked(connection: Connection, *, now: datetime) -> int:
    """Return on how many digests no password is taken at `now`."""
    blocked: int = await connection.fetchval("SELECT count(*) FROM wrong_passwords WHERE blocked_until > $1", now)
    return blocked
