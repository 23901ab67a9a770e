"""Attempts at sending: a message is leased to one process, and its lease ends with a result or by time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from contracts.vocabulary import Channel
from notify_svc.domain.attempts import Attempt, Retry, Settle
from notify_svc.repository.contacts import Contact
from notify_svc.repository.messages import SettledMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedMessage:
    """A message that this process alone may send, once. `decision` is the event's JSON.

    No `contact`: the contact data were erased.
    """

    message_id: UUID
    claim_id: UUID
    claim_version: int
    attempt: Attempt
    decision: bytes
    contact: Contact | None
    trace: str | None

    @classmethod
    def from_row(cls, row: asyncpg.Record) -> LeasedMessage:
        """Return the message in a row of its table joined with its decision and its contact."""
        return cls(
            message_id=row["message_id"],
            claim_id=row["claim_id"],
            claim_version=row["claim_version"],
            attempt=Attempt(
                channel=Channel(row["channel"]),
                attempts=row["attempts"],
                answers_lost=row["answers_lost"],
                first_due_at=row["first_due_at"],
            ),
            decision=row["event"],
            contact=Contact.from_row(row),
            trace=row["traceparent"],
        )


async def lease_due(
    connection: Connection, *, channel: Channel, now: datetime, leased_until: datetime, limit: int
) -> Sequence[LeasedMessage]:
    """Lease up to `limit` due messages and count an attempt at each; no other process leases them meanwhile.

    A message waits until every older version about its claim is settled: a newer one never overtakes it.
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
        SELECT leased.*, decision.event, message_contact.*
          FROM leased
          JOIN decision USING (claim_id, claim_version)
          JOIN message_contact USING (message_id)
         ORDER BY leased.due_at
        """,
        channel.value,
        now,
        leased_until,
        limit,
    )
    return [LeasedMessage.from_row(row) for row in rows]


async def lock(connection: Connection, *, message_ids: Collection[UUID]) -> None:
    """Lock messages whose attempt has a result, so that the next statement sees newer versions committed meanwhile."""
    await connection.execute(
        "SELECT FROM message WHERE message_id = ANY ($1::uuid[]) ORDER BY message_id FOR UPDATE", list(message_ids)
    )


async def settle(
    connection: Connection,
    *,
    settled: Sequence[tuple[LeasedMessage, Settle]],
    answers_lost: Collection[UUID],
    now: datetime,
) -> Sequence[SettledMessage]:
    """Settle messages; return them. An attempt whose lease another process has ended meanwhile is not recorded.

    `answers_lost` are the ids of messages whose answer to this attempt was lost.
    """
    rows = await connection.fetch(
        """
        UPDATE message
           SET state = result.state, settled_at = $6, leased_until = NULL, last_error = result.reason,
               answers_lost = answers_lost + (message.message_id = ANY ($5::uuid[]))::integer,
               attempts = message.attempts - (result.state = 'no_address')::integer
          FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[])
            AS result (message_id, attempts, state, reason)
         WHERE message.message_id = result.message_id AND message.attempts = result.attempts
           AND message.state = 'sending'
        RETURNING message.*
        """,
        [leased.message_id for leased, _ in settled],
        [leased.attempt.attempts for leased, _ in settled],
        [step.state.value for _, step in settled],
        [step.reason for _, step in settled],
        list(answers_lost),
        now,
    )
    return [SettledMessage.from_row(row) for row in rows]


async def retry(
    connection: Connection, *, retried: Sequence[tuple[LeasedMessage, Retry]], answers_lost: Collection[UUID]
) -> set[UUID]:
    """End the leases of messages that are tried again; return their ids. See `settle` for what is not recorded."""
    rows = await connection.fetch(
        """
        UPDATE message
           SET state = 'due', due_at = result.due_at, leased_until = NULL, last_error = result.reason,
               answers_lost = answers_lost + (message.message_id = ANY ($5::uuid[]))::integer
          FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[])
            AS result (message_id, attempts, due_at, reason)
         WHERE message.message_id = result.message_id AND message.attempts = result.attempts
           AND message.state = 'sending'
        RETURNING message.message_id
        """,
        [leased.message_id for leased, _ in retried],
        [leased.attempt.attempts for leased, _ in retried],
        [step.due_at for _, step in retried],
        [step.reason for _, step in retried],
        list(answers_lost),
    )
    return {row["message_id"] for row in rows}


async def lock_expired(
    connection: Connection, *, channel: Channel, now: datetime, besides: Collection[UUID], limit: int
) -> Sequence[LeasedMessage]:
    """Lock and return messages whose lease is over without a result, so that whoever leased them must have died.

    `besides` are the ids of messages of which the result is still to come, whatever the clock says.
    """
    rows = await connection.fetch(
        """
        SELECT message.*, decision.event, message_contact.*
          FROM message
          JOIN decision USING (claim_id, claim_version)
          JOIN message_contact USING (message_id)
         WHERE channel = $1 AND state = 'sending' AND leased_until <= $2 AND message_id <> ALL ($3::uuid[])
         ORDER BY message.message_id LIMIT $4 FOR UPDATE OF message SKIP LOCKED
        """,
        channel.value,
        now,
        list(besides),
        limit,
    )
    return [LeasedMessage.from_row(row) for row in rows]
