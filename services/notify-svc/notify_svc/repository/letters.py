"""Letters: planned when an e-mail reached nobody, printed, and marked as posted by an operator."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from contracts.packing import unpack
from notify_svc.domain.messages import State
from notify_svc.repository.contacts import Contact
from notify_svc.repository.messages import SettledMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintableLetter:
    """A letter that is to be posted. `decision` is the event's JSON; no `contact` when the contact data were erased."""

    message_id: UUID
    decision: bytes
    contact: Contact | None


async def plan_for_emails(
    connection: Connection, *, letter_of: Mapping[UUID, SettledMessage], now: datetime
) -> Sequence[SettledMessage]:
    """Plan a letter under each id of `letter_of` for an e-mail that was settled; return the letters.

    A letter is superseded from the start when a newer version has messages, and ends at once when its reader has no
    postal address. The caller holds the locks of the e-mails.
    """
    rows = await connection.fetch(
        """
        INSERT INTO message (message_id, claim_id, claim_version, channel, customer_id, report_ids, state, traceparent,
                             first_due_at, due_at, settled_at)
        SELECT planned.message_id, email.claim_id, email.claim_version, 'post', email.customer_id, email.report_ids,
               CASE WHEN EXISTS (SELECT FROM message newer
                                  WHERE newer.claim_id = email.claim_id AND newer.claim_version > email.claim_version)
                    THEN 'superseded'
                    WHEN contact.postcode IS NULL THEN 'no_address'
                    ELSE 'to_be_posted' END,
               email.traceparent, $3, $3, $3
          FROM unnest($1::uuid[], $2::uuid[], $4::integer[]) AS planned (message_id, claim_id, claim_version)
          JOIN message AS email USING (claim_id, claim_version)
          JOIN message_contact AS contact USING (claim_id, claim_version, channel)
         WHERE email.channel = 'email'
            ON CONFLICT (claim_id, claim_version, channel) DO NOTHING
        RETURNING *
        """,
        list(letter_of),
        [email.claim_id for email in letter_of.values()],
        now,
        [email.claim_version for email in letter_of.values()],
    )
    return [SettledMessage.from_row(row) for row in rows]


async def doubtful_and_untold(
    connection: Connection, *, claims: Collection[tuple[UUID, int]]
) -> Sequence[SettledMessage]:
    """Return the e-mails in doubt about these versions of claims whose SMS surely reached nobody."""
    rows = await connection.fetch(
        """
        SELECT email.*
          FROM unnest($1::uuid[], $2::integer[]) AS told (claim_id, claim_version)
          JOIN message AS email USING (claim_id, claim_version)
          JOIN message AS sms USING (claim_id, claim_version)
         WHERE email.channel = 'email' AND email.state = 'in_doubt' AND sms.channel = 'sms'
           AND (sms.state IN ('refused', 'no_address')
                OR sms.state = 'sent' AND EXISTS (
                   SELECT FROM sms_part WHERE sms_part.message_id = sms.message_id AND outcome <> 'delivered'
                                          AND submitted_at >= sms.first_due_at))
        """,
        [claim_id for claim_id, _ in claims],
        [version for _, version in claims],
    )
    return [SettledMessage.from_row(row) for row in rows]


async def list_to_be_posted(connection: Connection) -> Sequence[asyncpg.Record]:
    """Return every letter that is to be posted, oldest first; no personal data."""
    return await connection.fetch(
        """
        SELECT message_id, claim_id, claim_version, settled_at AS to_be_posted_at
          FROM message WHERE waiting = 'to_be_posted' ORDER BY settled_at, message_id
        """
    )


async def read_printable(connection: Connection, *, message_ids: Collection[UUID]) -> Sequence[PrintableLetter]:
    """Return those of `message_ids` that are to be posted, oldest first."""
    rows = await connection.fetch(
        """
        SELECT message.message_id, decision.event, contact.*
          FROM message
          JOIN decision USING (claim_id, claim_version)
          JOIN message_contact AS contact USING (claim_id, claim_version, channel)
         WHERE waiting = 'to_be_posted' AND channel = 'post' AND message_id = ANY ($1::uuid[])
         ORDER BY settled_at, message_id
        """,
        list(message_ids),
    )
    return [
        PrintableLetter(
            message_id=row["message_id"],
            decision=unpack(row["event"]),
            contact=Contact.from_row(row),
        )
        for row in rows
    ]


async def settle(
    connection: Connection, *, message_ids: Collection[UUID], state: State, now: datetime
) -> Sequence[SettledMessage]:
    """Settle those of `message_ids` that are to be posted as `state`; return them."""
    rows = await connection.fetch(
        """
        WITH waiting AS (
            SELECT message_id FROM message
             WHERE message_id = ANY ($1::uuid[]) AND channel = 'post' AND state = 'to_be_posted'
             ORDER BY claim_id, claim_version FOR UPDATE)
        UPDATE message SET state = $2, settled_at = $3
          FROM waiting WHERE message.message_id = waiting.message_id AND channel = 'post'
        RETURNING message.*
        """,
        list(message_ids),
        state.value,
        now,
    )
    return [SettledMessage.from_row(row) for row in rows]


async def states(connection: Connection, *, message_ids: Collection[UUID]) -> Mapping[UUID, State]:
    """Return the state of each letter of `message_ids`; what is no letter is left out."""
    rows = await connection.fetch(
        "SELECT message_id, state FROM message WHERE message_id = ANY ($1::uuid[]) AND channel = 'post'",
        list(message_ids),
    )
    return {row["message_id"]: State(row["state"]) for row in rows}
