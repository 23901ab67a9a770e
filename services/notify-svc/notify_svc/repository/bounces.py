"""Mails that came back: recorded once, and the address they went to is marked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from contracts.vocabulary import Channel
from notify_svc.domain.bounce_address import SentMail


async def lock_mail(connection: Connection, *, mail: SentMail) -> asyncpg.Record | None:
    """Lock the row of a mail and return it; None when there is none."""
    if mail.claim_version is None:
        return await connection.fetchrow(
            "SELECT request_id AS message_id, state FROM requested_message WHERE request_id = $1 FOR UPDATE", mail.about
        )
    return await connection.fetchrow(
        "SELECT * FROM message WHERE claim_id = $1 AND claim_version = $2 AND channel = $3 FOR UPDATE",
        mail.about,
        mail.claim_version,
        Channel.EMAIL.value,
    )


async def insert(connection: Connection, *, message_id: UUID, status: str, now: datetime) -> bool:
    """Record that a mail came back; whether nobody had reported that before."""
    new = await connection.fetchval(
        "INSERT INTO bounce (message_id, status, bounced_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1",
        message_id,
        status,
        now,
    )
    return new is not None


async def emails_of(connection: Connection, *, owner_id: UUID) -> Sequence[str]:
    """Return the e-mail address that a customer, or the reporter of a report, is known to have: none or one."""
    rows = await connection.fetch(
        """
        SELECT email FROM contact WHERE customer_id = $1 AND email IS NOT NULL
         UNION ALL
        SELECT email FROM reporter_contact WHERE report_id = $1 AND email IS NOT NULL
        """,
        owner_id,
    )
    return [row["email"] for row in rows]


async def mark_failed(connection: Connection, *, owner_id: UUID, email: str) -> None:
    """Tell of decisions by letter at once, where one can go, until contact data of this address's owner come again."""
    for table, key in (("contact", "customer_id"), ("reporter_contact", "report_id")):
        await connection.execute(
            f"UPDATE {table} SET failed_email = email WHERE {key} = $1 AND email = $2",  # noqa: S608 - names of ours
            owner_id,
            email,
        )
