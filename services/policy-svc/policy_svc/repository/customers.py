"""Customers: how each is reached now, by relation number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from chassis.database import Connection
from contracts.policy import ContactChanged
from policy_svc.domain.versions import CustomerVersionReason, LastVersions


async def save(
    connection: Connection,
    *,
    customers: Sequence[ContactChanged],
    reason: CustomerVersionReason,
    made_by: str,
    recorded_at: datetime,
) -> list[ContactChanged]:
    """Store new customers and changed ones; return only those, with the id and version they have now.

    A relation number that is known keeps its customer id, and its version goes up only when its data differ.
    The rows are locked in the order of their relation numbers, until the transaction ends.
    """
    rows = await connection.fetch(
        """
        INSERT INTO customer AS known
               (customer_id, version, relation_number, name, email, mobile_phone, postcode, house_number, language,
                unwanted_channels, recorded_at)
        SELECT customer_id, 1, relation_number, name, email, mobile_phone, postcode, house_number, language,
               string_to_array(unwanted_channels, ' '), $10
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                      $9::text[])
               AS given (customer_id, relation_number, name, email, mobile_phone, postcode, house_number, language,
                         unwanted_channels)
         ORDER BY relation_number COLLATE "C"
            ON CONFLICT (relation_number) DO UPDATE
           SET version = known.version + 1, name = excluded.name, email = excluded.email,
               mobile_phone = excluded.mobile_phone, postcode = excluded.postcode,
               house_number = excluded.house_number, language = excluded.language,
               unwanted_channels = excluded.unwanted_channels,
               recorded_at = greatest(excluded.recorded_at, known.recorded_at + '1 microsecond')
         WHERE (known.name, known.email, known.mobile_phone, known.postcode, known.house_number, known.language,
                known.unwanted_channels)
               IS DISTINCT FROM (excluded.name, excluded.email, excluded.mobile_phone, excluded.postcode,
                                 excluded.house_number, excluded.language, excluded.unwanted_channels)
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
        [" ".join(customer.unwanted_channels) for customer in customers],
        recorded_at,
    )
    await _keep_versions(connection, customer_ids=[row["customer_id"] for row in rows], reason=reason, made_by=made_by)
    return [_contact(row) for row in rows]


async def insert_new(
    connection: Connection, *, person: ContactChanged, made_by: str, recorded_at: datetime
) -> ContactChanged:
    """Store a new customer; return them with the relation number that they are given, which nobody has or had."""
    while True:
        relation_number = await connection.fetchval("SELECT nextval('relation_number_given')::text")
        row = await connection.fetchrow(
            """
            INSERT INTO customer
                   (customer_id, version, relation_number, name, email, mobile_phone, postcode, house_number, language,
                    recorded_at)
            VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9)
                ON CONFLICT (relation_number) DO NOTHING
            RETURNING *
            """,
            person.customer_id,
            relation_number,
            person.name,
            person.email,
            person.mobile_phone,
            person.postal_address.postcode if person.postal_address else None,
            person.postal_address.house_number if person.postal_address else None,
            person.language,
            recorded_at,
        )
        if row is not None:
            await _keep_versions(
                connection, customer_ids=[person.customer_id], reason=CustomerVersionReason.APPLIED, made_by=made_by
            )
            return _contact(row)


async def _keep_versions(
    connection: Connection, *, customer_ids: Sequence[UUID], reason: CustomerVersionReason, made_by: str
) -> None:
    """Keep the present data of these customers, whose rows are locked, beside what was known of them before."""
    await connection.execute(
        """
        UPDATE customer_version
           SET known = tstzrange(lower(known), customer.recorded_at)
          FROM customer
         WHERE customer_version.customer_id = customer.customer_id
           AND customer.customer_id = ANY($1) AND customer.version > 1 AND upper_inf(known)
        """,
        customer_ids,
    )
    await connection.execute(
        """
        INSERT INTO customer_version
               (customer_id, version, known, name, email, mobile_phone, postcode, house_number, language,
                unwanted_channels, reason, made_by)
        SELECT customer_id, version, tstzrange(recorded_at, NULL), name, email, mobile_phone, postcode, house_number,
               language, unwanted_channels, $2, $3
          FROM customer
         WHERE customer_id = ANY($1)
        """,
        customer_ids,
        reason,
        made_by,
    )


def _contact(row: asyncpg.Record) -> ContactChanged:
    columns = dict(row)
    has_address = columns["postcode"] is not None
    return msgspec.convert(columns | {"postal_address": columns if has_address else None}, ContactChanged)


async def lock(connection: Connection, *, relation_numbers: Collection[str]) -> dict[str, ContactChanged]:
    """Return the customers that are known among these, by relation number, locked until the transaction ends."""
    rows = await connection.fetch(
        "SELECT * FROM customer WHERE relation_number = ANY($1) ORDER BY relation_number FOR NO KEY UPDATE",
        list(relation_numbers),
    )
    return {row["relation_number"]: _contact(row) for row in rows}


async def last_versions(connection: Connection, *, relation_numbers: Collection[str]) -> dict[str, LastVersions]:
    """Return by relation number which version of these customers each reason made last, and a file told again last."""
    rows = await connection.fetch(
        """
        SELECT relation_number, told_version, reason, max(customer_version.version) AS version
          FROM customer
          JOIN customer_version USING (customer_id)
         WHERE relation_number = ANY($1)
         GROUP BY relation_number, told_version, reason
        """,
        list(relation_numbers),
    )
    made: dict[str, dict[str, int]] = {}
    for row in rows:
        made.setdefault(row["relation_number"], {})[row["reason"]] = row["version"]
    told = {row["relation_number"]: row["told_version"] for row in rows}
    return {number: LastVersions(made=of_reason, told=told[number]) for number, of_reason in made.items()}


async def save_told(connection: Connection, *, relation_numbers: Collection[str]) -> None:
    """Store that a file told the present version of these customers again. The caller holds their locks."""
    await connection.execute(
        "UPDATE customer SET told_version = version WHERE relation_number = ANY($1)", list(relation_numbers)
    )


async def addresses_brought_by(
    connection: Connection, *, relation_numbers: Collection[str]
) -> dict[str, CustomerVersionReason]:
    """Return why letters go where they go to these customers, by relation number; those who never had an address miss.

    It is the reason of the version that brought the present address: later ones may have changed something else.
    """
    rows = await connection.fetch(
        """
        SELECT DISTINCT ON (relation_number) relation_number, reason
          FROM (SELECT relation_number, version_of.version, version_of.reason,
                       (version_of.postcode, version_of.house_number)
                       IS DISTINCT FROM (lag(version_of.postcode) OVER of_customer,
                                         lag(version_of.house_number) OVER of_customer) AS has_another_address
                  FROM customer
                  JOIN customer_version AS version_of USING (customer_id)
                 WHERE relation_number = ANY($1)
                WINDOW of_customer AS (PARTITION BY customer_id ORDER BY version_of.version)) AS versions
         WHERE has_another_address
         ORDER BY relation_number, version DESC
        """,
        list(relation_numbers),
    )
    return {row["relation_number"]: CustomerVersionReason(row["reason"]) for row in rows}


async def of_ids(connection: Connection, *, customer_ids: Collection[UUID]) -> dict[UUID, ContactChanged]:
    """Return how each of these customers is reached now, by customer id."""
    rows = await connection.fetch("SELECT * FROM customer WHERE customer_id = ANY($1)", list(customer_ids))
    return {row["customer_id"]: _contact(row) for row in rows}


async def find(connection: Connection, *, relation_number: str) -> ContactChanged | None:
    """Return who a customer is and how they are reached; None when there is no such customer."""
    row = await connection.fetchrow("SELECT * FROM customer WHERE relation_number = $1", relation_number)
    return None if row is None else _contact(row)


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
