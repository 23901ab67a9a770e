"""Messages before and after sending: planned, released, superseded, settled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

import asyncpg
from msgspec import Struct

from chassis.database import Connection
from contracts.packing import pack
from contracts.vocabulary import Channel
from notify_svc.domain.messages import SENT_CHANNELS, PlannedMessage, State


class SettledMessage(Struct, frozen=True, kw_only=True):
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


@dataclass(frozen=True, slots=True)
class KnownMessages:
    """What is known of claims: the highest version each has had a message about, and where a message is being sent."""

    newest_versions: Mapping[UUID, int]
    being_sent: AbstractSet[tuple[UUID, Channel]]


async def lock_known(connection: Connection, *, claim_ids: Collection[UUID]) -> KnownMessages:
    """Lock all messages about `claim_ids`; return what is known of them."""
    # Only the key can serve this, however full the table is: it has no statistics while it is new.
    rows = await connection.fetch(
        """
        SELECT message.*
          FROM unnest($1::uuid[]) AS wanted (claim_id)
         CROSS JOIN LATERAL (
               SELECT claim_id, claim_version, channel, state FROM message WHERE message.claim_id = wanted.claim_id
                ORDER BY claim_version, channel FOR UPDATE) AS message
        """,
        sorted(claim_ids, key=attrgetter("int")),
    )
    newest: dict[UUID, int] = {}
    for row in rows:
        newest[row["claim_id"]] = max(newest.get(row["claim_id"], 0), row["claim_version"])
    being_sent = {(row["claim_id"], Channel(row["channel"])) for row in rows if row["state"] == State.SENDING}
    return KnownMessages(newest, being_sent)


async def insert(
    connection: Connection,
    *,
    messages: Sequence[PlannedMessage],
    decisions: Sequence[bytes],
    leased: Collection[PlannedMessage],
    leases: Mapping[Channel, UUID],
    lease: timedelta,
    now: datetime,
) -> Sequence[PlannedMessage]:
    """Store `messages`, each claim version and channel once; return those that were not there before.

    They are all of their claims, each claim's next to each other in the order of `SENT_CHANNELS`. `decisions` are what
    was decided about these claims, as JSON: it is kept for who is not handed the message in memory.

    Those of `leased` are leased to this process for `lease`, with their first attempt counted; `leases` are the leases'
    ids by channel. The lease is counted from this statement, later than `now`: a process that counts from before it
    never believes in a lease that is over.
    """
    # What the messages of a claim have in common is sent once: each element of an array costs as much as a column.
    claims = [message.claim for message in messages[:: len(SENT_CHANNELS)]]
    stored = await connection.fetchval(
        """
        WITH decided AS (
            INSERT INTO decision (claim_id, claim_version, event)
            SELECT * FROM unnest($1::uuid[], $2::integer[], $14::bytea[]) ON CONFLICT DO NOTHING),
        planned AS (
            SELECT ($6::uuid[])[place] AS message_id, claim_id, claim_version, channel, customer_id, report_ids,
                   ($8::text[])[($7::integer[])[place]] AS state, traceparent
              FROM unnest($1::uuid[], $2::integer[], $3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY
                AS claim (claim_id, claim_version, customer_id, report_ids, traceparent, claim_place)
             CROSS JOIN unnest($9::text[]) WITH ORDINALITY AS channel (channel, channel_place)
             CROSS JOIN LATERAL (SELECT (claim_place - 1) * cardinality($9::text[]) + channel_place AS place) AS message
             ORDER BY place),
        inserted AS (
            INSERT INTO message (message_id, claim_id, claim_version, channel, customer_id, report_ids, state,
                                 traceparent, first_due_at, due_at, settled_at, attempts, leased_until)
            SELECT message_id, claim_id, claim_version, channel, customer_id, report_ids::uuid[], state,
                   traceparent, $10::timestamptz, $10::timestamptz,
                   CASE WHEN state = 'superseded' THEN $10::timestamptz END,
                   (state = 'sending')::integer,
                   CASE WHEN state = 'sending'
                        THEN $10::timestamptz + $11::interval + (statement_timestamp() - transaction_timestamp()) END
              FROM planned
                ON CONFLICT (claim_id, claim_version, channel) DO NOTHING
            RETURNING message_id, claim_id, channel, leased_until),
        lasting AS (
            INSERT INTO lease (lease_id, channel, leased_until, claim_ids)
            SELECT lease.lease_id, channel, max(leased_until), array_agg(claim_id)
              FROM inserted
              JOIN unnest($12::text[], $13::uuid[]) AS lease (channel, lease_id) USING (channel)
             WHERE leased_until IS NOT NULL
             GROUP BY channel, lease.lease_id)
        SELECT CASE WHEN count(*) < cardinality($6::uuid[]) THEN coalesce(array_agg(message_id), '{}') END
          FROM inserted
        """,
        [claim.claim_id for claim in claims],
        [claim.claim_version for claim in claims],
        [claim.customer_id for claim in claims],
        _only_if_any([_array(claim.report_ids) if claim.customer_id is None else None for claim in claims]),
        [claim.trace for claim in claims],
        [message.message_id for message in messages],
        [_PLACES[State.SENDING if message in leased else message.state] for message in messages],
        list(_PLACES),
        list(SENT_CHANNELS),
        now,
        lease,
        list(leases),
        list(leases.values()),
        [pack(decision) for decision in decisions],
    )
    if stored is None:
        return messages
    new = set(stored)
    return [message for message in messages if message.message_id in new]


_PLACES = {state: place for place, state in enumerate(State, start=1)}
"""Where each state stands in a list of them: a number costs less than a text, and is found at once in its array."""


def _only_if_any(texts: Sequence[str | None]) -> Sequence[str | None] | None:
    """Return None in the place of a list of nothing else: beside longer arrays it stands for as many nulls."""
    return texts if any(texts) else None


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
         WHERE claim_id = ANY ($1::uuid[]) AND waiting IS NOT NULL
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
            SELECT claim_id, claim_version, channel FROM message
             WHERE waiting = 'awaiting_contact' AND customer_id = ANY ($1::uuid[])
             ORDER BY claim_id, claim_version, channel FOR UPDATE)
        UPDATE message SET state = 'due', due_at = $2, first_due_at = $2
          FROM waiting
         WHERE (message.claim_id, message.claim_version, message.channel)
             = (waiting.claim_id, waiting.claim_version, waiting.channel)
        RETURNING message.claim_id
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
            SELECT claim_id, claim_version, channel FROM message
             WHERE waiting = 'awaiting_contact' AND customer_id IS NULL AND report_ids && $1::uuid[]
             ORDER BY claim_id, claim_version, channel FOR UPDATE)
        UPDATE message SET state = 'due', due_at = $2, first_due_at = $2
          FROM waiting
         WHERE (message.claim_id, message.claim_version, message.channel)
             = (waiting.claim_id, waiting.claim_version, waiting.channel)
        RETURNING message.claim_id
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
            SELECT claim_id, claim_version, channel FROM message
             WHERE waiting = 'awaiting_contact' AND claim_id = ANY ($1::uuid[])
             ORDER BY claim_id, claim_version, channel FOR UPDATE)
        UPDATE message SET state = 'no_address', settled_at = $2
          FROM waiting
         WHERE (message.claim_id, message.claim_version, message.channel)
             = (waiting.claim_id, waiting.claim_version, waiting.channel)
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
          FROM message WHERE answers_lost > 0 ORDER BY settled_at NULLS LAST, message_id
        """
    )
