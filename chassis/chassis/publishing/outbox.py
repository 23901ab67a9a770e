"""The transactional outbox: events written in the transaction of their effect, sent by the relay after the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
from opentelemetry.trace import SpanKind
from uuid_utils.compat import uuid7

from chassis.database import Connection
from chassis.errors import HandlerBrokenError, UnprocessableMessage
from chassis.telemetry import messaging
from chassis.telemetry.tracing import Trace, Tracing, is_sampled
from contracts.codec import to_json
from contracts.packing import pack, unpack
from contracts.topic import Event, Topic

HEADER_ALLOWANCE_BYTES = 1_024
BATCH_BYTES = 8 * 1_048_576
LAST_POSITION = 2**63 - 1
_COLUMNS = ("id", "aggregatetype", "aggregateid", "type", "payload", "traceparent", "occurred_at")


class OutboxMessage(NamedTuple):
    """One event on its way into the outbox, in the order of the table's columns."""

    event_id: UUID
    topic: str
    key: str
    event_type: str
    payload: bytes
    trace: Trace | None
    occurred_at: datetime


OutboxRows: TypeAlias = Mapping[int, OutboxMessage]
"""Events that wait to be sent, by their positions and in that order: for one key it is that of its transactions."""


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
    if tracing.enabled and (trace is None or is_sampled(trace)):
        attributes = messaging.created(topic.name, event_id=str(event_id), key=key)
        trace = tracing.mark(f"create {topic.name}", parent=trace, kind=SpanKind.PRODUCER, attributes=attributes)
    return OutboxMessage(event_id, topic.name, key, topic.event_type, payload, trace, occurred_at)


async def insert(connection: Connection, *, messages: Sequence[OutboxMessage]) -> None:
    """Append `messages` in their order. Whoever does it without a unit of work tells the relay by `notify`."""
    rows = [
        (event_id, topic, key, event_type, pack(payload), trace, occurred_at)
        for event_id, topic, key, event_type, payload, trace, occurred_at in messages
    ]
    # COPY takes half of what an INSERT of arrays takes, on both sides, also for a handful of rows.
    await connection.copy_records_to_table("outbox", schema_name="messaging", columns=_COLUMNS, records=rows)


async def notify(connection: Connection) -> None:
    """Wake the relay that leads, once this transaction is committed; it looks by itself every second."""
    await connection.execute("NOTIFY outbox")


async def next_rows(
    connection: Connection,
    *,
    known: Mapping[bytes, OutboxMessage] = MappingProxyType({}),
    limit: int,
    longest_bytes: int = BATCH_BYTES,
    only: str | None = None,
    without: Sequence[str] = (),
    after: int = 0,
    up_to: int = LAST_POSITION,
) -> OutboxRows:
    """Return the first rows that can be sent, in their order.

    At most `limit`, with stored payloads of `longest_bytes` and one more, which unpacked are 16 MB more at most; of the
    topic `only`, of none in `without`, of a position above `after` and not above `up_to`. A row waits behind an
    undeliverable one of its topic and key. What is `known`, by the bytes of its event id, is not read again.
    """
    # Ids are asked for as bytes: asyncpg makes an object of a uuid, whose hash is computed at every look-up.
    heads = None
    if only is None and not without:
        heads = await _first_heads(connection, limit=limit, after=after, up_to=up_to)
    if heads is None:
        heads = await connection.fetch(
            """
            SELECT position, uuid_send(id), octet_length(payload) FROM messaging.ready_to_send
             WHERE ($2::text IS NULL OR aggregatetype = $2) AND aggregatetype <> ALL ($3::text[])
               AND position > $4 AND position <= $5
             ORDER BY position LIMIT $1
            """,
            limit,
            only,
            without,
            after,
            up_to,
        )
    rows: dict[int, OutboxMessage | None] = {}
    for position, event_id, size, *_ in heads:
        if longest_bytes <= 0:
            break
        longest_bytes -= size
        rows[position] = known.get(event_id)
    unknown = [position for position, message in rows.items() if message is None]
    rows.update(await _read(connection, positions=unknown) if unknown else {})
    return {position: message for position, message in rows.items() if message is not None}


async def _first_heads(
    connection: Connection, *, limit: int, after: int, up_to: int
) -> Sequence[asyncpg.Record] | None:
    """Walk the primary key; None when an undeliverable row is met, because others may have to wait behind it.

    It is right only where no undeliverable row lies before `after`, which `WalkStart` and the callers keep to.
    """
    heads = await connection.fetch(
        """
        SELECT position, uuid_send(id), octet_length(payload), undeliverable_reason IS NULL FROM messaging.outbox
         WHERE position > $2 AND position <= $3
         ORDER BY position LIMIT $1
        """,
        limit,
        after,
        up_to,
    )
    return heads if all(head[3] for head in heads) else None


async def _read(connection: Connection, *, positions: Sequence[int]) -> OutboxRows:
    rows = await connection.fetch(
        """
        SELECT position, id, aggregatetype, aggregateid, type, payload, traceparent, occurred_at
          FROM messaging.outbox WHERE position = ANY ($1::bigint[])
        """,
        positions,
    )
    return {position: _message(columns) for position, *columns in rows}


def _message(columns: Iterable[Any]) -> OutboxMessage:
    message = OutboxMessage(*columns)
    return message._replace(payload=unpack(message.payload))


async def last_position(connection: Connection) -> int:
    """The position of the newest row; 0 when there is none."""
    position: int = await connection.fetchval("SELECT coalesce(max(position), 0) FROM messaging.outbox")
    return position


async def first_position(connection: Connection, *, after: int) -> int | None:
    """The lowest position above `after`, also of a row that cannot be sent; None when there is none."""
    position: int | None = await connection.fetchval(
        "SELECT position FROM messaging.outbox WHERE position > $1 ORDER BY position LIMIT 1", after
    )
    return position


async def writers(connection: Connection) -> frozenset[str]:
    """The transactions that have written into the outbox, or are about to, and have not ended."""
    rows = await connection.fetch(
        """
        SELECT virtualtransaction FROM pg_locks
         WHERE relation = 'messaging.outbox'::regclass
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND mode = 'RowExclusiveLock' AND pid IS DISTINCT FROM pg_backend_pid()
        """
    )
    return frozenset(row[0] for row in rows)


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
    await notify(connection)
    return [_message(row) for row in rows]


async def resend_undeliverable(connection: Connection) -> int:
    """Let the relay try undeliverable rows again; return how many."""
    status = await connection.execute(
        "UPDATE messaging.outbox SET undeliverable_reason = NULL WHERE undeliverable_reason IS NOT NULL"
    )
    await notify(connection)
    return int(status.rpartition(" ")[2])


async def oldest_waiting(connection: Connection) -> datetime | None:
    """When the oldest event was published that the relay is to send; None when there is none.

    What waits behind an undeliverable row waits for an operator, as that row does.
    """
    first = await connection.fetchrow(
        "SELECT occurred_at, undeliverable_reason IS NULL FROM messaging.outbox ORDER BY position LIMIT 1"
    )
    oldest: datetime | None
    if first is None:
        return None
    oldest, can_be_sent = first
    if can_be_sent:
        return oldest
    oldest = await connection.fetchval("SELECT occurred_at FROM messaging.ready_to_send ORDER BY position LIMIT 1")
    return oldest
