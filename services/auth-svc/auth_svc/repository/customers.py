"""Every SQL statement about how policy-svc says that customers are reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer who may have an account. `email` is in lower case, as in accounts."""

    customer_id: UUID
    version: int
    relation_number: str
    email: str | None = field(repr=False)
    mobile_phone: str | None = field(repr=False)


async def store_newer(connection: Connection, *, customers: Sequence[Customer]) -> None:
    """Store `customers`, at most one row for each, where their version is higher than the stored one."""
    ordered = sorted(customers, key=lambda customer: customer.customer_id)
    await connection.execute(
        """
        INSERT INTO customer (customer_id, version, relation_number, email, mobile_phone)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[])
            ON CONFLICT (customer_id) DO UPDATE
           SET version = excluded.version, relation_number = excluded.relation_number, email = excluded.email,
               mobile_phone = excluded.mobile_phone
         WHERE excluded.version > customer.version
        """,
        [customer.customer_id for customer in ordered],
        [customer.version for customer in ordered],
        [customer.relation_number for customer in ordered],
        [customer.email for customer in ordered],
        [customer.mobile_phone for customer in ordered],
    )


async def reached_at(connection: Connection, *, relation_number: str, email: str) -> Customer | None:
    """Return the customer of this relation number who is reached at `email`: several may share the number."""
    return _customer(
        await connection.fetchrow(
            _SELECT + "WHERE relation_number = $1 AND email = $2 ORDER BY customer_id LIMIT 1", relation_number, email
        )
    )


async def with_id(connection: Connection, *, customer_id: UUID) -> Customer | None:
    """Return this customer."""
    return _customer(await connection.fetchrow(_SELECT + "WHERE customer_id = $1", customer_id))


_SELECT = "SELECT customer_id, version, relation_number, email, mobile_phone FROM customer "


def _customer(row: asyncpg.Record | None) -> Customer | None:
    return None if row is None else Customer(**row)
