"""How customers are reached."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.database import Connection
from contracts.policy import ContactChanged


async def known_customers(connection: Connection, *, customer_ids: Collection[UUID]) -> set[UUID]:
    """Return which of `customer_ids` have contact data; an erasure may take them away at any moment."""
    rows = await connection.fetch(
        "SELECT customer_id FROM contact WHERE customer_id = ANY ($1::uuid[])", list(customer_ids)
    )
    return {row["customer_id"] for row in rows}


async def lock_unknown_customers(connection: Connection, *, customer_ids: Collection[UUID]) -> None:
    """Hold off contact data of `customer_ids` until this transaction ends: there is no row yet that could be locked."""
    await connection.execute(
        """
        SELECT pg_advisory_xact_lock_shared(hashtextextended(customer_id::text, 0))
          FROM unnest($1::uuid[]) AS customer (customer_id)
        """,
        sorted(customer_ids),
    )


async def store_newer(connection: Connection, *, contacts: Sequence[ContactChanged]) -> None:
    """Store `contacts`, at most one per customer, where their version is higher than the stored one."""
    ordered = sorted(contacts, key=lambda contact: contact.customer_id)
    await connection.execute(
        """
        SELECT pg_advisory_xact_lock(hashtextextended(customer_id::text, 0))
          FROM unnest($1::uuid[]) AS customer (customer_id)
        """,
        [contact.customer_id for contact in ordered],
    )
    await connection.execute(
        """
        INSERT INTO contact (customer_id, version, name, email, mobile_phone, language)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[])
            ON CONFLICT (customer_id) DO UPDATE
           SET version = excluded.version, name = excluded.name, email = excluded.email,
               mobile_phone = excluded.mobile_phone, language = excluded.language
         WHERE excluded.version > contact.version
        """,
        [contact.customer_id for contact in ordered],
        [contact.version for contact in ordered],
        [contact.name for contact in ordered],
        [contact.email for contact in ordered],
        [contact.mobile_phone for contact in ordered],
        [contact.language.value for contact in ordered],
    )
