"""Messages before and after sending: planned, released, superseded, settled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from contracts.vocabulary import Channel
from notify_svc.domain.messages import SETTLEMENTS, PlannedMessage, State

_SETTLED = [state.value for state in SETTLEMENTS]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMessage:
    """A message that has just reached a final state."""

    message_id: UUID
    claim_id: UUID
    claim_version: int
    channel: Channel
    state: State
    attempts: int
    trace: str | None

    @classmethod
    def from_row(cls, row: asyncpg.Record) -> SettledMessage:
        """Return the message in a whole row of its table."""
        return cls(
            message_id=row["message_id"],
            claim_id=row["claim_id"],
            claim_version=row["claim_version"],
            channel=Channel(row["channel"]),
            state=State(row["state"]),
            attempts=row["attempts"],
            trace=row["traceparent"],
        )


async def lock_newest_versions(connection: Connection, *, claim_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """Lock all messages about `claim_ids`; return the highest version each claim has had a message about."""
    rows = await connection.fetch(
        """
        SELECT claim_id, claim_version FROM message
         WHERE claim_id = ANY ($1::uuid[]) ORDER BY message_id FOR UPDATE
        """,
        list(claim_ids),
    )
    newest: dict[UUID, int] = {}
    for row in rows:
        newest[row["claim_id"]] = max(newest.get(row["claim_id"], 0), row["claim_version"])
    return newest


async def insert(
    connection: Connection, *, messages: Mapping[UUID, PlannedMessage], now: datetime
) -> Sequence[SettledMessage]:
    """Store `messages` under their ids, each claim version and channel once; return those that are settled at once."""
    planned = list(messages.values())
    rows = await connection.fetch(
        """
        WITH inserted AS (
            INSERT INTO message (message_id, claim_id, claim_version, channel, customer_id, state, traceparent,
                                 report_ids, first_due_at, due_at, settled_at)
            SELECT planned.message_id, claim_id, claim_version, channel, customer_id, state, traceparent,
                   planned.report_ids::uuid[], $9::timestamptz, $9::timestamptz,
                   CASE WHEN state = ANY ($10::text[]) THEN $9::timestamptz END
              FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::uuid[], $6::text[], $7::text[],
                          $8::text[])
                AS planned (message_id, claim_id, claim_version, channel, customer_id, state, traceparent, report_ids)
                ON CONFLICT (claim_id, channel, claim_version) DO NOTHING
            RETURNING message.*)
        SELECT * FROM inserted WHERE settled_at IS NOT NULL
        """,
        list(messages),
        [message.claim.claim_id for message in planned],
        [message.claim.claim_version for message in planned],
        [message.channel.value for message in planned],
        [message.claim.customer_id for message in planned],
        [message.state.value for message in planned],
        [message.claim.trace for message in planned],
        [_array(message.claim.report_ids) if message.claim.customer_id is None else None for message in planned],
        now,
        _SETTLED,
    )
    return [SettledMessage.from_row(row) for row in rows]


def _array(ids: Sequence[UUID]) -> str:
    """Return `ids` as the text of an array: arrays of different lengths cannot be the rows of one parameter."""
    return f"{{{','.join(map(str, ids))}}}"


async def supersede_older(
    connection: Connection, *, claim_ids: Collection[UUID], now: datetime
) -> Sequence[SettledMessage]:
    """Settle every message about a version of `claim_ids` that has a newer one, unless it was sent; return them.

    The newer version may go out by another channel: a letter not posted yet is superseded by an e-mail.
    """
    rows = await connection.fetch(
        """
        UPDATE message SET state = 'superseded', settled_at = $2
         WHERE claim_id = ANY ($1::uuid[]) AND state IN ('awaiting_contact', 'due', 'to_be_posted')
           AND EXISTS (SELECT FROM message newer
                        WHERE newer.claim_id = message.claim_id AND newer.claim_version > message.claim_version)
        RETURNING *
        """,
        list(claim_ids),
        now,
    )
    return [SettledMessage.from_row(row) for row in rows]


async def release_awaiting(connection: Connection, *, customer_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Make messages due that waited for the contact data of `customer_ids`; return their claims."""
    rows = await connection.fetch(
        """
        WITH waiting AS (
            SELECT message_id FROM message
             WHERE state = 'awaiting_contact' AND customer_id = ANY ($1::uuid[]) ORDER BY message_id FOR UPDATE)
        UPDATE message SET state = 'due', due_at = $2, first_due_at = $2
          FROM waiting WHERE message.message_id = waiting.message_id
        RETURNING claim_id
        """,
        list(customer_ids),
        now,
    )
    return {row["claim_id"] for row in rows}


async def release_awaiting_reporters(
    connection: Connection, *, report_ids: Collection[UUID], now: datetime
) -> set[UUID]:
    """Make messages due that waited for the contact data of a reporter of `report_ids`; return their claims."""
    rows = await connection.fetch(
        """
        WITH waiting AS (
            SELECT message_id FROM message
             WHERE state = 'awaiting_contact' AND customer_id IS NULL AND report_ids && $1::uuid[]
             ORDER BY message_id FOR UPDATE)
        UPDATE message SET state = 'due', due_at = $2, first_due_at = $2
          FROM waiting WHERE message.message_id = waiting.message_id
        RETURNING claim_id
        """,
        list(report_ids),
        now,
    )
    return {row["claim_id"] for row in rows}


async def give_up_awaiting(
    connection: Connection, *, claim_ids: Collection[UUID], now: datetime
) -> Sequence[SettledMessage]:
    """Settle messages about `claim_ids` that still wait for contact data as without address; return them."""
    rows = await connection.fetch(
        """
        WITH waiting AS (
            SELECT message_id FROM message
             WHERE state = 'awaiting_contact' AND claim_id = ANY ($1::uuid[]) ORDER BY message_id FOR UPDATE)
        UPDATE message SET state = 'no_address', settled_at = $2
          FROM waiting WHERE message.message_id = waiting.message_id
        RETURNING message.*
        """,
        list(claim_ids),
        now,
    )
    return [SettledMessage.from_row(row) for row in rows]


async def list_in_doubt(connection: Connection) -> Sequence[asyncpg.Record]:
    """Return every message of which an answer was lost, however it ended, oldest first; no personal data."""
    return await connection.fetch(
        """
        SELECT message_id, claim_id, claim_version, channel, state, attempts, answers_lost, first_due_at, settled_at,
               last_error
          FROM message WHERE state = 'in_doubt' OR answers_lost > 0 ORDER BY settled_at NULLS LAST, message_id
        """
    )
