"""How customers are reached, and reporters whose policy was not found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg
from msgspec import Struct

from chassis.database import Connection
from contracts.notify import ReporterContactProvided
from contracts.policy import ContactChanged
from contracts.vocabulary import Channel, Language, PostalAddress


class Contact(Struct, frozen=True, kw_only=True):
    """How somebody is reached now."""

    name: str
    email: str | None
    mobile_phone: str | None
    postal_address: PostalAddress | None
    language: Language

    @classmethod
    def from_row(cls, row: asyncpg.Record) -> Contact | None:
        """Return the contact in a row joined with `message_contact`; None when the contact data were erased."""
        if row["name"] is None:
            return None
        postcode, house_number = row["postcode"], row["house_number"]
        return cls(
            name=row["name"],
            email=row["email"],
            mobile_phone=row["mobile_phone"],
            postal_address=None if postcode is None else PostalAddress(postcode=postcode, house_number=house_number),
            language=Language(row["language"]),
        )


async def read(
    connection: Connection, *, customer_ids: Collection[UUID], report_ids: Collection[UUID]
) -> dict[UUID, Contact]:
    """Return how to tell `customer_ids` and the reporters of `report_ids` about decisions, by that id, where known.

    An erasure may take them away any moment.
    """
    # Only the keys can serve this, however many rows there are and whatever is known of them.
    rows = await connection.fetch(
        """
        SELECT addressee, found.*
          FROM unnest($1::uuid[]) AS wanted (addressee)
         CROSS JOIN LATERAL (
               SELECT name, email, mobile_phone, postcode, house_number, language
                 FROM decision_contact WHERE customer_id = addressee OFFSET 0) AS found
         UNION ALL
        SELECT addressee, found.*
          FROM unnest($2::uuid[]) AS wanted (addressee)
         CROSS JOIN LATERAL (
               SELECT name, CASE WHEN postcode IS NULL THEN email ELSE nullif(email, failed_email) END AS email,
                      mobile_phone, postcode, house_number, language
                 FROM reporter_contact WHERE report_id = addressee OFFSET 0) AS found
        """,
        list(customer_ids),
        list(report_ids),
    )
    return {row["addressee"]: contact for row in rows if (contact := Contact.from_row(row)) is not None}


async def lock_unknown_addressees(connection: Connection, *, ids: Collection[UUID]) -> None:
    """Hold off contact data of these customers and reports until this transaction ends: no row can be locked yet."""
    await connection.execute(
        """
        SELECT pg_advisory_xact_lock_shared(hashtextextended(addressee::text, 0))
          FROM unnest($1::uuid[]) AS unknown (addressee)
        """,
        sorted(ids),
    )


async def _lock_addressees(connection: Connection, *, ids: Sequence[UUID]) -> None:
    await connection.execute(
        """
        SELECT pg_advisory_xact_lock(hashtextextended(addressee::text, 0))
          FROM unnest($1::uuid[]) AS known (addressee)
        """,
        ids,
    )


async def store_newer(connection: Connection, *, contacts: Sequence[ContactChanged]) -> None:
    """Store `contacts`, at most one per customer, where their version is higher than the stored one."""
    ordered = sorted(contacts, key=lambda contact: contact.customer_id)
    await _lock_addressees(connection, ids=[contact.customer_id for contact in ordered])
    await connection.execute(
        """
        INSERT INTO contact (customer_id, version, name, email, mobile_phone, postcode, house_number, language,
                             wants_no_email, wants_no_sms)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                             $8::text[], $9::boolean[], $10::boolean[])
            ON CONFLICT (customer_id) DO UPDATE
           SET version = excluded.version, name = excluded.name, email = excluded.email, failed_email = NULL,
               mobile_phone = excluded.mobile_phone, postcode = excluded.postcode,
               house_number = excluded.house_number, language = excluded.language,
               wants_no_email = excluded.wants_no_email, wants_no_sms = excluded.wants_no_sms
         WHERE excluded.version > contact.version
        """,
        [contact.customer_id for contact in ordered],
        [contact.version for contact in ordered],
        *_columns(ordered),
        [Channel.EMAIL in contact.unwanted_channels for contact in ordered],
        [Channel.SMS in contact.unwanted_channels for contact in ordered],
    )


async def store_newer_reporters(connection: Connection, *, contacts: Sequence[ReporterContactProvided]) -> None:
    """Store `contacts`, at most one per report, where their version is higher than the stored one."""
    ordered = sorted(contacts, key=lambda contact: contact.report_id)
    await _lock_addressees(connection, ids=[contact.report_id for contact in ordered])
    await connection.execute(
        """
        INSERT INTO reporter_contact
               (report_id, version, name, email, mobile_phone, postcode, house_number, language)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                             $8::text[])
            ON CONFLICT (report_id) DO UPDATE
           SET version = excluded.version, name = excluded.name, email = excluded.email, failed_email = NULL,
               mobile_phone = excluded.mobile_phone, postcode = excluded.postcode,
               house_number = excluded.house_number, language = excluded.language
         WHERE excluded.version > reporter_contact.version
        """,
        [contact.report_id for contact in ordered],
        [contact.report_version for contact in ordered],
        *_columns(ordered),
    )


async def erase_reporters(connection: Connection, *, report_ids: Collection[UUID]) -> None:
    """Erase the contact data of the reporters of `report_ids`."""
    await connection.execute(
        """
        WITH erased AS (
            SELECT report_id FROM reporter_contact
             WHERE report_id = ANY ($1::uuid[]) ORDER BY report_id FOR UPDATE)
        DELETE FROM reporter_contact USING erased WHERE reporter_contact.report_id = erased.report_id
        """,
        list(report_ids),
    )


def _columns(contacts: Sequence[ContactChanged] | Sequence[ReporterContactProvided]) -> Sequence[list[str | None]]:
    addresses = [contact.postal_address for contact in contacts]
    return (
        [contact.name for contact in contacts],
        [contact.email for contact in contacts],
        [contact.mobile_phone for contact in contacts],
        [address.postcode if address else None for address in addresses],
        [address.house_number if address else None for address in addresses],
        [contact.language.value for contact in contacts],
    )
