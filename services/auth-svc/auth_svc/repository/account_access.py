"""Every SQL statement that takes from somebody what they are in an account with, or halfway in."""

from __future__ import annotations

from uuid import UUID

from auth_svc.repository import accounts
from auth_svc.repository.accounts import Account
from chassis.database import Connection


async def locked_with_logins(connection: Connection, *, account_id: UUID) -> Account | None:
    """Return this account, locked after its open logins: in the order in which a login locks both."""
    await connection.execute("SELECT FROM login WHERE account_id = $1 ORDER BY digest FOR UPDATE", account_id)
    return await accounts.locked(connection, account_id=account_id)


async def end_use(connection: Connection, *, account_id: UUID) -> None:
    """End sessions with their tokens, open logins, PINs and whatever change is under way: nobody goes on with a thing.

    Devices stay known: wrong passwords that others try keep their owner out of none.
    """
    await connection.execute(
        """
        WITH open_login AS (DELETE FROM login WHERE account_id = $1),
             shown AS (DELETE FROM confirmed_identity WHERE account_id = $1),
             mailed AS (DELETE FROM link WHERE account_id = $1),
             new_phone AS (DELETE FROM phone_change WHERE account_id = $1),
             new_app AS (DELETE FROM totp_enrolment WHERE account_id = $1),
             new_passkey AS (DELETE FROM passkey_challenge WHERE account_id = $1)
        DELETE FROM session WHERE account_id = $1
        """,
        account_id,
    )
    await connection.execute(
        "UPDATE device SET pin_hash = NULL, pin_added_at = NULL, pin_failures = 0 WHERE account_id = $1", account_id
    )


async def end_everything(connection: Connection, *, account_id: UUID) -> None:
    """End all use, and forget every device."""
    await end_use(connection, account_id=account_id)
    await connection.execute("DELETE FROM device WHERE account_id = $1", account_id)


async def end_logins(connection: Connection, *, account_id: UUID) -> None:
    """End open logins: their code went, or would go, to a number that is not the account's any more."""
    await connection.execute("DELETE FROM login WHERE account_id = $1", account_id)
