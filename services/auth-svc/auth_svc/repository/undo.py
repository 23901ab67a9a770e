"""Every SQL statement about how accounts were before changes that can still be undone.

Passkeys that were removed since are kept beside it: `passkeys.remove`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from auth_svc.repository.accounts import Account
from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How an account was before the first of its changes that can still be undone, at `since`.

    An app is known by when it was added: its secret may be sealed anew.
    """

    account_id: UUID
    undo_id: UUID
    email: str = field(repr=False)
    mobile_phone: str | None = field(repr=False)
    mobile_phone_confirmed: bool
    totp_secret: str | None = field(repr=False)
    totp_added_at: datetime | None
    totp_last_step: int | None
    since: datetime
    expires_at: datetime

    def has_other_second_factor(self, account: Account) -> bool:
        """Whether a number or an app counts again that does not count for `account` as it is now."""
        has_other_number = (self.mobile_phone, self.mobile_phone_confirmed) != (
            account.mobile_phone,
            account.mobile_phone_confirmed,
        )
        return has_other_number or self.totp_added_at not in {None, account.totp_added_at}


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
        f"""
        INSERT INTO undo ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (account_id) DO UPDATE SET expires_at = excluded.expires_at
        RETURNING {_COLUMNS}
        """,  # noqa: S608 - columns
        account.account_id,
        undo_id,
        account.email,
        account.mobile_phone,
        account.mobile_phone_confirmed,
        account.totp_secret,
        account.totp_added_at,
        account.totp_last_step,
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
    """Make the account what it was but for removed passkeys, without a password or what was added since.

    The link is used up. An app that stayed takes no code twice.
    """
    await remove_authenticators_since(connection, account_id=snapshot.account_id, since=snapshot.since)
    await connection.execute(
        """
        UPDATE account
           SET email = $2, mobile_phone = $3, mobile_phone_confirmed = $4, password_hash = NULL, version = version + 1,
               totp_secret = CASE WHEN totp_added_at = $6 THEN totp_secret ELSE $5 END, totp_added_at = $6,
               totp_last_step = CASE WHEN totp_added_at = $6 THEN totp_last_step ELSE $7 END
         WHERE account_id = $1
        """,
        snapshot.account_id,
        snapshot.email,
        snapshot.mobile_phone,
        snapshot.mobile_phone_confirmed,
        snapshot.totp_secret,
        snapshot.totp_added_at,
        snapshot.totp_last_step,
    )
    await connection.execute("DELETE FROM undo WHERE account_id = $1", snapshot.account_id)


async def keep_number(connection: Connection, *, account_id: UUID, mobile_phone: str) -> None:
    """Let undoing bring back no other number than this one any more."""
    await connection.execute(
        "UPDATE undo SET mobile_phone = $2, mobile_phone_confirmed = true WHERE account_id = $1",
        account_id,
        mobile_phone,
    )


async def keep_no_app(connection: Connection, *, account_id: UUID) -> None:
    """Let undoing bring back no authenticator app any more."""
    await connection.execute(
        "UPDATE undo SET totp_secret = NULL, totp_added_at = NULL, totp_last_step = NULL WHERE account_id = $1",
        account_id,
    )


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


_COLUMNS = """
account_id, undo_id, email, mobile_phone, mobile_phone_confirmed, totp_secret, totp_added_at, totp_last_step, since,
expires_at
"""
_SELECT = f"SELECT {_COLUMNS} FROM undo"  # noqa: S608 - columns
