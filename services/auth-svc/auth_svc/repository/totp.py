"""Every SQL statement about authenticator apps: the one of an account, and the one being added."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """An app that has not shown a code yet. `secret` is sealed."""

    account_id: UUID
    secret: str = field(repr=False)
    expires_at: datetime


async def begin(connection: Connection, *, enrolment: Enrolment) -> None:
    """Store an enrolment instead of the one before."""
    await connection.execute(
        """
        INSERT INTO totp_enrolment (account_id, secret, expires_at) VALUES ($1, $2, $3)
            ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, expires_at = excluded.expires_at
        """,
        enrolment.account_id,
        enrolment.secret,
        enrolment.expires_at,
    )


async def enrolment_of(connection: Connection, *, account_id: UUID, now: datetime) -> Enrolment | None:
    """Return what is being added to an account."""
    row = await connection.fetchrow(
        "SELECT account_id, secret, expires_at FROM totp_enrolment WHERE account_id = $1 AND expires_at > $2",
        account_id,
        now,
    )
    return None if row is None else Enrolment(**row)


async def activate(connection: Connection, *, enrolment: Enrolment, step: int, now: datetime) -> None:
    """Make the enrolled app the account's. `step` is that of the code it has shown."""
    await connection.execute(
        """
        UPDATE account SET totp_secret = $2, totp_last_step = $3, totp_added_at = $4 WHERE account_id = $1
        """,
        enrolment.account_id,
        enrolment.secret,
        step,
        now,
    )
    await connection.execute("DELETE FROM totp_enrolment WHERE account_id = $1", enrolment.account_id)


async def remember_step(connection: Connection, *, account_id: UUID, step: int) -> None:
    """Note the time step of a code that was taken."""
    await connection.execute("UPDATE account SET totp_last_step = $2 WHERE account_id = $1", account_id, step)


async def remove(connection: Connection, *, account_id: UUID) -> None:
    """Let the account have no app."""
    await connection.execute(
        "UPDATE account SET totp_secret = NULL, totp_added_at = NULL, totp_last_step = NULL WHERE account_id = $1",
        account_id,
    )
