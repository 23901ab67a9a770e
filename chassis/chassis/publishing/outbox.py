"""The transactional outbox: events written in the transaction of their effect, sent by the relay after the commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from opentelemetry.trace import SpanKind
from uuid_utils.compat import uuid7

from chassis.database import Connection
from chassis.errors import HandlerBrokenError, UnprocessableMessage
from chassis.telemetry import messaging
from chassis.telemetry.tracing import Trace, Tracing
from contracts.codec import to_json
from contracts.topic import Event, Topic

HEADER_ALLOWANCE_BYTES = 1_024
BATCH_BYTES = 8 * 1_048_576


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One event on its way into the outbox."""

    event_id: UUID
    topic: str
    key: str
    event_type: str
    payload: bytes
    trace: Trace | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxRow(OutboxMessage):
    """One event that waits to be sent. Positions of one key follow the order of its transactions."""

    position: int


def prepare(
    topic: Topic[Any], event: Event, *, service: str, occurred_at: datetime, trace: Trace | None, tracing: Tracing
) -> OutboxMessage:
    """Return the outbox row for `event`; raise `UnprocessableMessage` when its topic cannot hold it."""
    if service not in topic.producers:
        raise HandlerBrokenError(f"{service} is not declared as a producer of {topic.name}; add it there in contracts")
    payload = to_json(event)
    if len(payload) + HEADER_ALLOWANCE_BYTES > topic.max_message_bytes:
        raise UnprocessableMessage("event-too-large", f"{len(payload)} bytes are more than {topic.name} can hold")
    event_id, key = uuid7(), topic.key_of(event)
    if tracing.enabled:
        attributes = messaging.created(topic.name, event_id=str(event_id), key=key)
        trace = tracing.mark(f"create {topic.name}", parent=trace, kind=SpanKind.PRODUCER, attributes=attributes)
    return OutboxMessage(event_id, topic.name, key, topic.event_type, payload, trace, occurred_at)


async def insert(connection: Connection, *, messages: Sequence[OutboxMessage]) -> None:
    """Append `messages` in their order."""
    await connection.execute(
        """
        INSERT INTO messaging.outbox (id, aggregatetype, aggregateid, type, payload, traceparent, occurred_at)
        SELECT id, topic, key, type, payload, traceparent, occurred_at
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::timestamptz[])
               WITH ORDINALITY AS message (id, topic, key, type, payload, traceparent, occurred_at, ordinal)
         ORDER BY ordinal
        """,
        [message.event_id for message in messages],
        [message.topic for message in messages],
        [message.key for message in messages],
        [message.event_type for message in messages],
        [message.payload for message in messages],
        [message.trace for message in messages],
        [message.occurred_at for message in messages],
    )


async def next_rows(
    connection: Connection,
    *,
    limit: int,
    longest_bytes: int = BATCH_BYTES,
    only: str | None = None,
    without: Sequence[str] = (),
    up_to: int | None = None,
) -> Sequence[OutboxRow]:
    """Return the first rows that can be sent, in their order.

    At most `limit`, with payloads of `longest_bytes` and one more; of the topic `only`, of none in `without`, of no
    position above `up_to`. A row waits behind an undeliverable one of its topic and key.
    """
    rows = await connection.fetch(
        """
        WITH first AS (
            SELECT * FROM messaging.sendable
             WHERE ($3::text IS NULL OR aggregatetype = $3) AND aggregatetype <> ALL ($4::text[])
               AND ($5::bigint IS NULL OR position <= $5)
             ORDER BY position LIMIT $1
        ), measured AS (
            SELECT *, sum(octet_length(payload)) OVER (ORDER BY position) - octet_length(payload) AS bytes_before
              FROM first
        )
        SELECT id, aggregatetype, aggregateid, type, payload, traceparent, occurred_at, position
          FROM measured WHERE bytes_before < $2 ORDER BY position
        """,
        limit,
        longest_bytes,
        only,
        without,
        up_to,
    )
    return [OutboxRow(*row) for row in rows]


async def last_position(connection: Connection) -> int:
    """The position of the newest row; 0 when there is none."""
    position: int = await connection.fetchval("SELECT coalesce(max(position), 0) FROM messaging.outbox")
    return position


async def delete(connection: Connection, *, positions: Sequence[int]) -> None:
    """Delete rows the broker has acknowledged."""
    await connection.execute("DELETE FROM messaging.outbox WHERE position = ANY ($1::bigint[])", positions)


async def mark_undeliverable(connection: Connection, *, position: int, reason: str) -> None:
    """Mark a row that the broker will never accept: it stays, listed, and the relay skips it."""
    await connection.execute(
        "UPDATE messaging.outbox SET undeliverable_reason = $2 WHERE position = $1", position, reason
    )


@dataclass(frozen=True, slots=True)
class UndeliverableRow:
    """An event that the broker would not accept. `held_up` events of its topic and key wait behind it."""

    event_id: UUID
    topic: str
    key: str
    reason: str
    held_up: int


async def list_undeliverable(connection: Connection) -> Sequence[UndeliverableRow]:
    """Return every undeliverable row, in their order."""
    rows = await connection.fetch(
        """
        SELECT undeliverable.id, undeliverable.aggregatetype, undeliverable.aggregateid,
               undeliverable.undeliverable_reason, count(waiting.position)
          FROM messaging.outbox AS undeliverable
          LEFT JOIN messaging.outbox AS waiting
            ON waiting.undeliverable_reason IS NULL
           AND waiting.aggregatetype = undeliverable.aggregatetype
           AND waiting.aggregateid = undeliverable.aggregateid
           AND waiting.position > undeliverable.position
         WHERE undeliverable.undeliverable_reason IS NOT NULL
         GROUP BY undeliverable.position ORDER BY undeliverable.position
        """
    )
    return [UndeliverableRow(*row) for row in rows]


async def discard_undeliverable(connection: Connection, *, ids: Iterable[UUID]) -> Sequence[OutboxMessage]:
    """Delete undeliverable rows by their event ids, so that their keys go on; return what was deleted."""
    rows = await connection.fetch(
        """
        DELETE FROM messaging.outbox WHERE undeliverable_reason IS NOT NULL AND id = ANY ($1::uuid[])
        RETURNING id, aggregatetype, aggregateid, type, payload, traceparent, occurred_at
        """,
        list(ids),
    )
    await connection.execute("NOTIFY outbox")
    return [OutboxMessage(*row) for row in rows]


async def resend_undeliverable(connection: Connection) -> int:
    """Let the relay try undeliverable rows again; return how many."""
    status = await connection.execute(
        "UPDATE messaging.outbox SET undeliverable_reason = NULL WHERE undeliverable_reason IS NOT NULL"
    )
    await connection.execute("NOTIFY outbox")
    return int(status.rpartition(" ")[2])


async def oldest_waiting(connection: Connection) -> datetime | None:
    """When the oldest event was published that the relay is to send; None when there is none.

    What waits behind an undeliverable row waits for an operator, as that row does.
    """
    oldest: datetime | None = await connection.fetchval(
        "SELECT occurred_at FROM messaging.sendable ORDER BY position LIMIT 1"
    )
    return oldest
