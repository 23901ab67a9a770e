"""Every SQL statement about how accounts were before changes that can still be undone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from auth_svc.repository.accounts import Account
from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How an account was before the first of its changes that can still be undone, at `since`."""

    account_id: UUID
    undo_id: UUID
    email: str = field(repr=False)
    mobile_phone: str | None = field(repr=False)
    mobile_phone_confirmed: bool
    since: datetime
    expires_at: datetime


async def keep(
    connection: Connection, *, account: Account, undo_id: UUID, now: datetime, expires_at: datetime
) -> Snapshot:
    """Keep how `account` is, unless it is known how it was before an earlier change; return what is kept.

    What was kept for an earlier change is kept until `expires_at`, too: nobody pushes it out by changing more.
    """
    await _lock_address(connection, email=account.email)
    await connection.execute(
        "DELETE FROM undo WHERE expires_at <= $1 AND (account_id = $2 OR email = $3)",
        now,
        account.account_id,
        account.email,
    )
    (row,) = await connection.fetch(
        """
        INSERT INTO undo (account_id, undo_id, email, mobile_phone, mobile_phone_confirmed, since, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (account_id) DO UPDATE SET expires_at = excluded.expires_at
        RETURNING account_id, undo_id, email, mobile_phone, mobile_phone_confirmed, since, expires_at
        """,
        account.account_id,
        undo_id,
        account.email,
        account.mobile_phone,
        account.mobile_phone_confirmed,
        now,
        expires_at,
    )
    return Snapshot(**row)


async def is_reserved(connection: Connection, *, email: str, now: datetime, but: UUID | None = None) -> bool:
    """Whether an account, `but` this one, may get `email` back: then no other may take it.

    Whoever asks and then takes the address does both in one transaction; until its end nobody can reserve it.
    """
    await _lock_address(connection, email=email)
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM undo WHERE email = $1 AND expires_at > $2 AND account_id IS DISTINCT FROM $3)",
            email,
            now,
            but,
        )
    )


async def of_account(connection: Connection, *, account_id: UUID, now: datetime) -> Snapshot | None:
    """Return how the account was, while that can still be brought back."""
    row = await connection.fetchrow(f"{_SELECT} WHERE account_id = $1 AND expires_at > $2", account_id, now)
    return None if row is None else Snapshot(**row)


async def with_id(connection: Connection, *, undo_id: UUID, now: datetime) -> Snapshot | None:
    """Return what this link brings back, while it can. Ask again with the account locked before it is done."""
    row = await connection.fetchrow(f"{_SELECT} WHERE undo_id = $1 AND expires_at > $2", undo_id, now)
    return None if row is None else Snapshot(**row)


async def restore(connection: Connection, *, snapshot: Snapshot) -> None:
    """Make the account what it was, without a password, and without what was added to it since; use up the link."""
    await remove_authenticators_since(connection, account_id=snapshot.account_id, since=snapshot.since)
    await connection.execute(
        """
        UPDATE account
           SET email = $2, mobile_phone = $3, mobile_phone_confirmed = $4, password_hash = NULL, version = version + 1
         WHERE account_id = $1
        """,
        snapshot.account_id,
        snapshot.email,
        snapshot.mobile_phone,
        snapshot.mobile_phone_confirmed,
    )
    await connection.execute("DELETE FROM undo WHERE account_id = $1", snapshot.account_id)


async def remove_authenticators_since(connection: Connection, *, account_id: UUID, since: datetime) -> None:
    """Remove passkeys and the authenticator app that were added at `since` or later. PINs go with their devices."""
    await connection.execute("DELETE FROM passkey WHERE account_id = $1 AND added_at >= $2", account_id, since)
    await connection.execute(
        """
        UPDATE account SET totp_secret = NULL, totp_added_at = NULL, totp_last_step = NULL, version = version + 1
         WHERE account_id = $1 AND totp_added_at >= $2
        """,
        account_id,
        since,
    )


async def _lock_address(connection: Connection, *, email: str) -> None:
    """Let nobody else reserve or take `email` until the end of the transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"auth-svc {email}")


_SELECT = "SELECT account_id, undo_id, email, mobile_phone, mobile_phone_confirmed, since, expires_at FROM undo"
