"""Every SQL statement about attempts: taking messages to send, and writing down what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.policy import Language
from contracts.vocabulary import Channel
from notify_svc.domain import Attempt
from notify_svc.repository import settled_from

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from chassis.database import Connection
    from notify_svc.domain import Again, Ended
    from notify_svc.repository import Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How the customer is reached now."""

    name: str
    email: str | None
    mobile_phone: str | None
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A message that this process alone may send, once. `decision` is the event's JSON."""

    message_id: UUID
    claim_id: UUID
    claim_version: int
    attempt: Attempt
    decision: bytes
    contact: Contact
    trace: str | None


async def lease_due(
    connection: Connection, *, channel: Channel, now: datetime, leased_until: datetime, limit: int
) -> Sequence[Leased]:
    """Take up to `limit` due messages and count an attempt at each; nobody else takes them before `leased_until`.

    A message waits until every older version about its claim has ended: a newer one is never overtaken.
    """
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT message_id FROM message
             WHERE channel = $1 AND state = 'due' AND due_at <= $2
               AND NOT EXISTS (SELECT FROM message older
                                WHERE older.claim_id = message.claim_id AND older.channel = message.channel
                                  AND older.claim_version < message.claim_version
                                  AND older.state IN ('awaiting_contact', 'due', 'sending'))
             ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED),
        leased AS (
            UPDATE message SET state = 'sending', attempts = attempts + 1, leased_until = $3
              FROM due WHERE message.message_id = due.message_id
            RETURNING message.*)
        SELECT leased.*, decision.event, contact.name, contact.email, contact.mobile_phone, contact.language
          FROM leased
          JOIN decision USING (claim_id, claim_version)
          JOIN contact USING (customer_id)
         ORDER BY leased.due_at
        """,
        channel.value,
        now,
        leased_until,
        limit,
    )
    return [_leased(row) for row in rows]


def _leased(row: asyncpg.Record) -> Leased:
    return Leased(
        message_id=row["message_id"],
        claim_id=row["claim_id"],
        claim_version=row["claim_version"],
        attempt=Attempt(
            channel=Channel(row["channel"]),
            attempts=row["attempts"],
            doubts=row["doubts"],
            wanted_since=row["wanted_since"],
        ),
        decision=row["event"],
        contact=Contact(
            name=row["name"],
            email=row["email"],
            mobile_phone=row["mobile_phone"],
            language=Language(row["language"]),
        ),
        trace=row["traceparent"],
    )


async def lock_sending(connection: Connection, *, message_ids: Collection[UUID]) -> None:
    """Lock messages whose attempt has a result, so that the next statement sees newer versions committed meanwhile."""
    await connection.execute(
        "SELECT FROM message WHERE message_id = ANY ($1::uuid[]) ORDER BY message_id FOR UPDATE", list(message_ids)
    )


async def end_attempts(
    connection: Connection, *, ended: Sequence[tuple[Leased, Ended]], doubtful: Collection[UUID], now: datetime
) -> Sequence[Settled]:
    """Settle messages; return them. An attempt that another process has given up on meanwhile is not recorded."""
    rows = await connection.fetch(
        """
        UPDATE message
           SET state = result.state, settled_at = $6, leased_until = NULL, last_trouble = result.trouble,
               doubts = doubts + (message.message_id = ANY ($5::uuid[]))::integer,
               attempts = message.attempts - (result.state = 'no_address')::integer
          FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[])
            AS result (message_id, attempts, state, trouble)
         WHERE message.message_id = result.message_id AND message.attempts = result.attempts
           AND message.state = 'sending'
        RETURNING message.*
        """,
        [leased.message_id for leased, _ in ended],
        [leased.attempt.attempts for leased, _ in ended],
        [end.state.value for _, end in ended],
        [end.reason for _, end in ended],
        list(doubtful),
        now,
    )
    return [settled_from(row) for row in rows]


async def retry_attempts(
    connection: Connection, *, again: Sequence[tuple[Leased, Again]], doubtful: Collection[UUID]
) -> None:
    """Put messages back until they are due again."""
    await connection.execute(
        """
        UPDATE message
           SET state = 'due', due_at = result.due_at, leased_until = NULL, last_trouble = result.trouble,
               doubts = doubts + (message.message_id = ANY ($5::uuid[]))::integer
          FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[])
            AS result (message_id, attempts, due_at, trouble)
         WHERE message.message_id = result.message_id AND message.attempts = result.attempts
           AND message.state = 'sending'
        """,
        [leased.message_id for leased, _ in again],
        [leased.attempt.attempts for leased, _ in again],
        [retry.due_at for _, retry in again],
        [retry.reason for _, retry in again],
        list(doubtful),
    )


async def take_expired(connection: Connection, *, channel: Channel, now: datetime, limit: int) -> Sequence[Leased]:
    """Return and lock messages whose sender has vanished between taking them and recording a result."""
    rows = await connection.fetch(
        """
        SELECT message.*, decision.event, contact.name, contact.email, contact.mobile_phone, contact.language
          FROM message
          JOIN decision USING (claim_id, claim_version)
          JOIN contact USING (customer_id)
         WHERE channel = $1 AND state = 'sending' AND leased_until <= $2
         ORDER BY message_id LIMIT $3 FOR UPDATE OF message SKIP LOCKED
        """,
        channel.value,
        now,
        limit,
    )
    return [_leased(row) for row in rows]
