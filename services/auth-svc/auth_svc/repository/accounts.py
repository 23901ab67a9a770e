"""Every SQL statement about accounts as a whole; what guards them has files of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from contracts.access import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it is stored. Staff have neither relation number nor customer."""

    account_id: UUID
    role: Role
    relation_number: str | None
    customer_id: UUID | None
    email: str = field(repr=False)
    mobile_phone: str | None = field(repr=False)
    mobile_phone_confirmed: bool
    password_hash: str | None = field(repr=False)
    totp_secret: str | None = field(repr=False)
    totp_added_at: datetime | None
    totp_last_step: int | None
    suspended_at: datetime | None
    activated_at: datetime
    version: int
    team: str | None = None
    """In which a member of staff works."""


_SELECT = """
SELECT account_id, role, relation_number, customer_id, email, mobile_phone, mobile_phone_confirmed, password_hash,
       totp_secret, totp_added_at, totp_last_step, suspended_at, activated_at, version, team
  FROM account
"""


async def with_email(connection: Connection, *, email: str) -> Account | None:
    """Return the account of this address, written in lower case."""
    return await _one(connection, _SELECT + "WHERE email = $1", email)


async def of_relation(connection: Connection, *, relation_number: str) -> Account | None:
    """Return the account of this relation number."""
    return await _one(connection, _SELECT + "WHERE relation_number = $1", relation_number)


async def with_id(connection: Connection, *, account_id: UUID) -> Account | None:
    """Return this account."""
    return await _one(connection, _SELECT + "WHERE account_id = $1", account_id)


async def locked(connection: Connection, *, account_id: UUID) -> Account | None:
    """Return this account, which nobody else can change until the end of the transaction."""
    return await _one(connection, _SELECT + "WHERE account_id = $1 FOR UPDATE", account_id)


async def add(connection: Connection, *, account: Account) -> bool:
    """Store a new account; False when there is one of its relation number, or with its address, already.

    Whether an account that was changed may get the address back is asked before: `undo.is_reserved`.
    """
    added = await connection.fetchval(
        """
        INSERT INTO account (account_id, role, relation_number, customer_id, email, mobile_phone,
               mobile_phone_confirmed, password_hash, totp_secret, totp_added_at, totp_last_step, suspended_at,
               activated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            ON CONFLICT DO NOTHING
        RETURNING true
        """,
        account.account_id,
        account.role,
        account.relation_number,
        account.customer_id,
        account.email,
        account.mobile_phone,
        account.mobile_phone_confirmed,
        account.password_hash,
        account.totp_secret,
        account.totp_added_at,
        account.totp_last_step,
        account.suspended_at,
        account.activated_at,
        account.version,
    )
    return added is not None


async def _one(connection: Connection, statement: str, value: object) -> Account | None:
    row = await connection.fetchrow(statement, value)
    return None if row is None else Account(**{**row, "role": Role(row["role"])})
