"""Every SQL statement about new mobile numbers that wait for their code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChange:
    """A number that a code was sent to. `tries` counts those at the code, the right one included."""

    account_id: UUID
    mobile_phone: str = field(repr=False)
    code_digest: bytes = field(repr=False)
    tries: int
    expires_at: datetime


async def replace(connection: Connection, *, change: PhoneChange) -> None:
    """Store what is under way, instead of what was."""
    await connection.execute(
        """
        INSERT INTO phone_change (account_id, mobile_phone, code_digest, tries, expires_at)
        VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (account_id) DO UPDATE
           SET mobile_phone = excluded.mobile_phone, code_digest = excluded.code_digest, tries = excluded.tries,
               expires_at = excluded.expires_at
        """,
        change.account_id,
        change.mobile_phone,
        change.code_digest,
        change.tries,
        change.expires_at,
    )


async def count_try(connection: Connection, *, account_id: UUID, most_tries: int, now: datetime) -> PhoneChange | None:
    """Count one try at the code and return what is under way; None when nothing is, or all tries are used up."""
    row = await connection.fetchrow(
        """
        UPDATE phone_change SET tries = tries + 1
         WHERE account_id = $1 AND tries < $2 AND expires_at > $3
        RETURNING account_id, mobile_phone, code_digest, tries, expires_at
        """,
        account_id,
        most_tries,
        now,
    )
    return None if row is None else PhoneChange(**row)


async def remove(connection: Connection, *, account_id: UUID) -> None:
    """Forget what is under way."""
    await connection.execute("DELETE FROM phone_change WHERE account_id = $1", account_id)
