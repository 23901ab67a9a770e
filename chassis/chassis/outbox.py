"""What is to be said: written with the effect it tells of, sent by the relay after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import SpanKind
from uuid_utils.compat import uuid7

from chassis import messaging
from chassis.errors import HandlerBrokenError, UnprocessableMessage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from chassis.database import Connection
    from chassis.tracing import Trace, Tracing
    from contracts.topic import Event, Topic

HEADER_ALLOWANCE_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class Announcement:
    """One event as it goes into the outbox."""

    event_id: UUID
    topic: str
    key: str
    event_type: str
    payload: bytes
    trace: Trace | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxRow(Announcement):
    """One event that waits to be sent. Positions of one key follow the order of its transactions."""

    position: int


def prepare(
    topic: Topic[Any], event: Event, *, service: str, occurred_at: datetime, trace: Trace | None, tracing: Tracing
) -> Announcement:
    """Return the outbox row for `event`; raise `UnprocessableMessage` when its topic cannot hold it."""
    if service not in topic.producers:
        message = f"{service} is not declared as a producer of {topic.name}; add it in contracts/topics.py"
        raise HandlerBrokenError(message)
    payload = event.__pydantic_serializer__.to_json(event)
    if len(payload) + HEADER_ALLOWANCE_BYTES > topic.max_message_bytes:
        code, reason = "announcement-too-large", f"{len(payload)} bytes are more than {topic.name} can hold"
        raise UnprocessableMessage(code, reason)
    event_id, key = uuid7(), topic.key_of(event)
    if tracing.enabled:
        attributes = messaging.created(topic.name, event_id=str(event_id), key=key)
        trace = tracing.mark(f"create {topic.name}", parent=trace, kind=SpanKind.PRODUCER, attributes=attributes)
    return Announcement(event_id, topic.name, key, topic.event_type, payload, trace, occurred_at)


async def insert(connection: Connection, *, announcements: Sequence[Announcement]) -> None:
    """Append `announcements` in their order."""
    await connection.execute(
        """
        INSERT INTO messaging.outbox (id, aggregatetype, aggregateid, type, payload, traceparent, occurred_at)
        SELECT id, topic, key, type, payload, traceparent, occurred_at
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::timestamptz[])
               WITH ORDINALITY AS announced (id, topic, key, type, payload, traceparent, occurred_at, ordinal)
         ORDER BY ordinal
        """,
        [announcement.event_id for announcement in announcements],
        [announcement.topic for announcement in announcements],
        [announcement.key for announcement in announcements],
        [announcement.event_type for announcement in announcements],
        [announcement.payload for announcement in announcements],
        [announcement.trace for announcement in announcements],
        [announcement.occurred_at for announcement in announcements],
    )


async def next_rows(connection: Connection, *, limit: int) -> Sequence[OutboxRow]:
    """Return the first `limit` rows that can be sent, in their order."""
    rows = await connection.fetch(
        """
        SELECT id, aggregatetype, aggregateid, type, payload, traceparent, occurred_at, position
          FROM messaging.outbox WHERE refused IS NULL ORDER BY position LIMIT $1
        """,
        limit,
    )
    return [OutboxRow(*row) for row in rows]


async def delete(connection: Connection, *, positions: Sequence[int]) -> None:
    """Forget rows the broker has taken."""
    await connection.execute("DELETE FROM messaging.outbox WHERE position = ANY ($1::bigint[])", positions)


async def refuse(connection: Connection, *, position: int, reason: str) -> None:
    """Set a row aside that the broker will never take; it stays listed."""
    await connection.execute("UPDATE messaging.outbox SET refused = $2 WHERE position = $1", position, reason)


async def list_refused(connection: Connection) -> Sequence[tuple[UUID, str, str, str]]:
    """Return event id, topic, key and reason of every row that was set aside, in their order."""
    rows = await connection.fetch(
        """
        SELECT id, aggregatetype, aggregateid, refused FROM messaging.outbox
         WHERE refused IS NOT NULL ORDER BY position
        """
    )
    return [(row["id"], row["aggregatetype"], row["aggregateid"], row["refused"]) for row in rows]


async def resend_refused(connection: Connection) -> int:
    """Let the relay try again what was set aside; return how many rows."""
    status = await connection.execute("UPDATE messaging.outbox SET refused = NULL WHERE refused IS NOT NULL")
    await connection.execute("NOTIFY outbox")
    return int(status.rpartition(" ")[2])


async def oldest_waiting(connection: Connection) -> datetime | None:
    """Return since when the oldest unsent event waits."""
    oldest: datetime | None = await connection.fetchval(
        "SELECT occurred_at FROM messaging.outbox WHERE refused IS NULL ORDER BY position LIMIT 1"
    )
    return oldest
