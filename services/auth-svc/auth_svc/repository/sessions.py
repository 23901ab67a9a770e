"""Every SQL statement about sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from auth_svc.domain.parameters import SESSION_IDLE
from chassis.database import Connection
from contracts.access import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is logged in. `methods` are how: "password", "sms", "totp", "passkey", "pin"."""

    session_id: UUID
    account_id: UUID
    device_id: UUID | None
    methods: Sequence[str]
    address: str = field(repr=False)
    began_at: datetime
    last_used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """A session that counts, and whose it is. Its row is locked until the end of the transaction."""

    session_id: UUID
    account_id: UUID
    role: Role
    relation_number: str | None = field(repr=False)
    team: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A session as its owner recognises it. `device_name` is None when the device was forgotten since."""

    session_id: UUID
    device_name: str | None
    methods: Sequence[str]
    began_at: datetime
    last_used_at: datetime


async def add(connection: Connection, *, session: Session, digest: bytes) -> None:
    """Store a new session, recognised by the digest of its secret."""
    await connection.execute(
        """
        INSERT INTO session (
               session_id, digest, account_id, device_id, methods, address, began_at, last_used_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        session.session_id,
        digest,
        session.account_id,
        session.device_id,
        session.methods,
        session.address,
        session.began_at,
        session.last_used_at,
        session.expires_at,
    )


async def use(connection: Connection, *, digest: bytes, now: datetime) -> InUse | None:
    """Note that the session with this secret is used; None when it is unknown, idle, over or its account suspended."""
    return await _use(connection, "digest", digest, now=now)


async def use_by_id(connection: Connection, *, session_id: UUID, now: datetime) -> InUse | None:
    """As `use`, of a session that a code or token hangs on."""
    return await _use(connection, "session_id", session_id, now=now)


async def _use(connection: Connection, column: str, value: object, *, now: datetime) -> InUse | None:
    row = await connection.fetchrow(
        f"""
        UPDATE session SET last_used_at = $2
          FROM account
         WHERE session.{column} = $1 AND account.account_id = session.account_id AND account.suspended_at IS NULL
               AND session.expires_at > $2 AND session.last_used_at > $3
        RETURNING session.session_id, account.account_id, account.role, account.relation_number, account.team
        """,  # noqa: S608 - the two columns are named above
        value,
        now,
        now - SESSION_IDLE,
    )
    return None if row is None else InUse(**{**row, "role": Role(row["role"])})


async def of_account(connection: Connection, *, account_id: UUID, now: datetime) -> Sequence[Listed]:
    """Return the sessions of an account that count, the last used first."""
    rows = await connection.fetch(
        """
        SELECT session.session_id, device.name AS device_name, session.methods, session.began_at, session.last_used_at
          FROM session LEFT JOIN device USING (device_id)
         WHERE session.account_id = $1 AND session.expires_at > $2 AND session.last_used_at > $3
         ORDER BY session.last_used_at DESC, session.session_id
        """,
        account_id,
        now,
        now - SESSION_IDLE,
    )
    return [Listed(**row) for row in rows]


async def end_with_secret(connection: Connection, *, digest: bytes) -> UUID | None:
    """End the session with this secret, with its codes and refresh tokens; return whose it was."""
    account_id: UUID | None = await connection.fetchval(
        "DELETE FROM session WHERE digest = $1 RETURNING account_id", digest
    )
    return account_id


async def end(connection: Connection, *, account_id: UUID, session_id: UUID) -> bool:
    """End one session of an account, with its codes and refresh tokens; return whether there was such a one."""
    ended = await connection.fetchval(
        "DELETE FROM session WHERE session_id = $1 AND account_id = $2 RETURNING true", session_id, account_id
    )
    return bool(ended)


async def end_all(connection: Connection, *, account_id: UUID) -> int:
    """End every session of an account, with its codes and refresh tokens; return how many there were."""
    ended = await connection.fetch("DELETE FROM session WHERE account_id = $1 RETURNING session_id", account_id)
    return len(ended)
