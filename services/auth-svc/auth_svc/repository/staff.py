"""Every SQL statement about members of staff: those who have an account, and those on the way to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from auth_svc.repository.accounts import Account
from chassis.database import Connection
from contracts.access import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One who has an account."""

    account_id: UUID
    role: Role
    email: str = field(repr=False)
    activated_at: datetime
    suspended_at: datetime | None
    team: str | None
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a member of staff chose by a link. `totp_secret` is sealed."""

    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)


async def members(connection: Connection, *, now: datetime) -> Sequence[Member]:
    """Return all members of staff, and how many sessions of theirs are not over."""
    rows = await connection.fetch(
        """
        SELECT account_id, role, email, activated_at, suspended_at, team,
               (SELECT count(*) FROM session
                 WHERE session.account_id = account.account_id AND session.expires_at > $1) AS sessions
          FROM account
         WHERE relation_number IS NULL
         ORDER BY email
        """,
        now,
    )
    return [Member(**{**row, "role": Role(row["role"])}) for row in rows]


async def is_contact_address(connection: Connection, *, email: str) -> bool:
    """Whether a customer is reached at this address, written in lower case."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM customer WHERE email = $1)", email))


async def choose(connection: Connection, *, link: bytes, chosen: Chosen) -> None:
    """Keep what was chosen by this link, instead of what was chosen by it before."""
    await connection.execute(
        """
        INSERT INTO staff_activation (digest, password_hash, totp_secret) VALUES ($1, $2, $3)
            ON CONFLICT (digest) DO UPDATE
           SET password_hash = excluded.password_hash, totp_secret = excluded.totp_secret
        """,
        link,
        chosen.password_hash,
        chosen.totp_secret,
    )


async def chosen_by(connection: Connection, *, link: bytes) -> Chosen | None:
    """Return what was chosen by this link."""
    row = await connection.fetchrow("SELECT password_hash, totp_secret FROM staff_activation WHERE digest = $1", link)
    return None if row is None else Chosen(**row)


async def begin_anew(connection: Connection, *, account: Account) -> None:
    """Store the password, app and role of a member of staff in place of those there were."""
    await connection.execute(
        """
        UPDATE account
           SET role = $2, password_hash = $3, totp_secret = $4, totp_added_at = $5, totp_last_step = $6, version = $7
         WHERE account_id = $1
        """,
        account.account_id,
        account.role,
        account.password_hash,
        account.totp_secret,
        account.totp_added_at,
        account.totp_last_step,
        account.version,
    )
