"""Every SQL statement about logins between the password and the last step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login whose password was right. `mobile_phone` is where its code went; `tries` are wrong codes."""

    digest: bytes = field(repr=False)
    login_id: UUID
    account_id: UUID
    purpose: str
    mobile_phone: str | None = field(default=None, repr=False)
    code_digest: bytes | None = field(default=None, repr=False)
    code_expires_at: datetime | None = None
    code_request_id: UUID | None = None
    codes_sent: int = 0
    tries: int = 0
    expires_at: datetime


async def add(connection: Connection, *, login: Login) -> None:
    """Store a login to which no code was sent yet."""
    await connection.execute(
        "INSERT INTO login (digest, login_id, account_id, purpose, expires_at) VALUES ($1, $2, $3, $4, $5)",
        login.digest,
        login.login_id,
        login.account_id,
        login.purpose,
        login.expires_at,
    )


_SELECT = """
SELECT digest, login_id, account_id, purpose, mobile_phone, code_digest, code_expires_at, code_request_id, codes_sent,
       tries, expires_at
  FROM login
 WHERE digest = $1 AND expires_at > $2
"""


async def with_digest(connection: Connection, *, digest: bytes, now: datetime) -> Login | None:
    """Return the login with the secret of this digest, unless it is over."""
    row = await connection.fetchrow(_SELECT, digest, now)
    return None if row is None else Login(**row)


async def store_code(connection: Connection, *, login: Login) -> None:
    """Store where the newest code went, and how it is recognised. The one before is worth nothing any more."""
    await connection.execute(
        """
        UPDATE login
           SET mobile_phone = $2, code_digest = $3, code_expires_at = $4, code_request_id = $5, codes_sent = $6
         WHERE digest = $1
        """,
        login.digest,
        login.mobile_phone,
        login.code_digest,
        login.code_expires_at,
        login.code_request_id,
        login.codes_sent,
    )


async def store_tries(connection: Connection, *, login: Login) -> None:
    """Store how many wrong codes there were."""
    await connection.execute("UPDATE login SET tries = $2 WHERE digest = $1", login.digest, login.tries)


async def end(connection: Connection, *, login: Login) -> None:
    """End a login, whatever came of it."""
    await connection.execute("DELETE FROM login WHERE digest = $1", login.digest)


async def has_succeeded_before(connection: Connection, *, account_id: UUID) -> bool:
    """Whether anybody ever logged in to the account completely."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM audit_trail WHERE account_id = $1 AND what = $2)",
        account_id,
        SecurityEvent.LOGIN_SUCCEEDED,
    )
    return found
