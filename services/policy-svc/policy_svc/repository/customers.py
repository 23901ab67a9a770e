"""Customers: how each is reached now, by relation number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from chassis.database import Connection
from contracts.policy import ContactChanged


async def save(
    connection: Connection, *, customers: Sequence[ContactChanged], recorded_at: datetime
) -> list[ContactChanged]:
    """Store new customers and changed ones; return only those, with the id and version they have now.

    A relation number that is known keeps its customer id, and its version goes up only when its data differ.
    The rows are locked in the order of their relation numbers, until the transaction ends.
    """
    rows = await connection.fetch(
        """
        INSERT INTO customer AS known
               (customer_id, version, relation_number, name, email, mobile_phone, postcode, house_number, language,
                recorded_at)
        SELECT customer_id, 1, relation_number, name, email, mobile_phone, postcode, house_number, language, $9
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
               AS given (customer_id, relation_number, name, email, mobile_phone, postcode, house_number, language)
         ORDER BY relation_number COLLATE "C"
            ON CONFLICT (relation_number) DO UPDATE
           SET version = known.version + 1, name = excluded.name, email = excluded.email,
               mobile_phone = excluded.mobile_phone, postcode = excluded.postcode,
               house_number = excluded.house_number, language = excluded.language, recorded_at = excluded.recorded_at
         WHERE (known.name, known.email, known.mobile_phone, known.postcode, known.house_number, known.language)
               IS DISTINCT FROM (excluded.name, excluded.email, excluded.mobile_phone, excluded.postcode,
                                 excluded.house_number, excluded.language)
        RETURNING *
        """,
        [customer.customer_id for customer in customers],
        [customer.relation_number for customer in customers],
        [customer.name for customer in customers],
        [customer.email for customer in customers],
        [customer.mobile_phone for customer in customers],
        [customer.postal_address.postcode if customer.postal_address else None for customer in customers],
        [customer.postal_address.house_number if customer.postal_address else None for customer in customers],
        [customer.language for customer in customers],
        recorded_at,
    )
    return [_contact(row) for row in rows]


def _contact(row: asyncpg.Record) -> ContactChanged:
    columns = dict(row)
    has_address = columns["postcode"] is not None
    return msgspec.convert(columns | {"postal_address": columns if has_address else None}, ContactChanged)


async def lock(connection: Connection, *, relation_numbers: Collection[str]) -> None:
    """Lock the customers that are known among `relation_numbers` until the transaction ends."""
    await connection.execute(
        "SELECT FROM customer WHERE relation_number = ANY($1) ORDER BY relation_number FOR NO KEY UPDATE",
        list(relation_numbers),
    )


async def ids(connection: Connection, *, relation_numbers: Collection[str]) -> dict[str, UUID]:
    """Return the customer id of every relation number that is known."""
    rows = await connection.fetch(
        "SELECT relation_number, customer_id FROM customer WHERE relation_number = ANY($1)", list(relation_numbers)
    )
    return {row["relation_number"]: row["customer_id"] for row in rows}


async def lock_next(connection: Connection, *, after: str, limit: int) -> list[ContactChanged]:
    """Return the customers that follow the relation number `after`, locked until the transaction ends."""
    rows = await connection.fetch(
        """
        SELECT *
          FROM customer
         WHERE relation_number > $1
         ORDER BY relation_number
         LIMIT $2
           FOR NO KEY UPDATE
        """,
        after,
        limit,
    )
    return [_contact(row) for row in rows]
