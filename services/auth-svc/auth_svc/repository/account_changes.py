"""Every SQL statement that changes an account. Each change that its customer sees makes a new version of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.database import Connection


async def new_version(connection: Connection, *, account_id: UUID) -> None:
    """Say that something of the account is another than before."""
    await connection.execute("UPDATE account SET version = version + 1 WHERE account_id = $1", account_id)


async def set_email(connection: Connection, *, account_id: UUID, email: str) -> None:
    """Change the e-mail address to one that no other account has."""
    await connection.execute(
        "UPDATE account SET email = $2, version = version + 1 WHERE account_id = $1", account_id, email
    )


async def set_mobile_phone(connection: Connection, *, account_id: UUID, mobile_phone: str) -> None:
    """Store the number that a code has shown to be the customer's."""
    await connection.execute(
        """
        UPDATE account SET mobile_phone = $2, mobile_phone_confirmed = true, version = version + 1
         WHERE account_id = $1
        """,
        account_id,
        mobile_phone,
    )


async def set_password(connection: Connection, *, account_id: UUID, password_hash: str) -> None:
    """Change the password."""
    await connection.execute(
        "UPDATE account SET password_hash = $2, version = version + 1 WHERE account_id = $1", account_id, password_hash
    )


async def set_suspended(connection: Connection, *, account_id: UUID, suspended_at: datetime | None) -> None:
    """Keep the account from being used, or, without a moment, let it be used again."""
    await connection.execute(
        "UPDATE account SET suspended_at = $2, version = version + 1 WHERE account_id = $1", account_id, suspended_at
    )


async def set_team(connection: Connection, *, account_id: UUID, team: str | None) -> None:
    """Say in which team a member of staff works from now on; None: in no one."""
    await connection.execute(
        "UPDATE account SET team = $2, version = version + 1 WHERE account_id = $1", account_id, team
    )


async def may_tell_of_second_step(connection: Connection, *, account_id: UUID, now: datetime, since: datetime) -> bool:
    """Whether the owner was not told after `since` that the second step fails. From now on they were."""
    may_tell = await connection.fetchval(
        """
        UPDATE account SET second_step_told_at = $2
         WHERE account_id = $1 AND (second_step_told_at IS NULL OR second_step_told_at <= $3)
        RETURNING true
        """,
        account_id,
        now,
        since,
    )
    return may_tell is not None
