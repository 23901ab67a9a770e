"""Dead letters: records that cannot be processed, kept whole with the reason, published, and replayed on demand."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from chassis.publishing.outbox import HEADER_ALLOWANCE_BYTES
from contracts.dead_letters import DeadLetterHeader, MessageDeadLettered
from contracts.envelope import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from chassis.consuming.batch import Record
    from chassis.database import Connection
    from chassis.unit_of_work import Work

_LONGEST_REASON = 1_000
HeaderPairs = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record and why it cannot be processed. `stack` is None when the record itself is malformed."""

    record: Record
    code: str
    reason: str
    attempts: int = 1
    stack: str | None = None
    places: str | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter as it is listed and replayed."""

    dead_letter_id: UUID
    consumer: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: HeaderPairs
    reason_code: str
    reason: str
    stack: str | None
    attempts: int
    dead_lettered_at: datetime
    replayed_at: datetime | None


async def store(work: Work, *, consumer: str, rejections: Sequence[Rejection]) -> int:
    """Store records as dead letters and publish each in this transaction; return how many were not stored before."""
    by_id = {uuid7(): rejection for rejection in rejections}
    records = [rejection.record for rejection in by_id.values()]
    rows = await work.connection.fetch(
        """
        INSERT INTO messaging.dead_letter
               (dead_letter_id, consumer, topic, partition, record_offset, digest, key, value, headers,
                reason_code, reason, stack, attempts, dead_lettered_at)
        SELECT dead_letter_id, $2, topic, partition, record_offset, digest, key, value, headers::jsonb,
               reason_code, reason, stack, attempts, $14
          FROM unnest($1::uuid[], $3::text[], $4::int[], $5::bigint[], $6::bytea[], $7::bytea[], $8::bytea[],
                      $9::text[], $10::text[], $11::text[], $12::text[], $13::int[])
               AS rejected (dead_letter_id, topic, partition, record_offset, digest, key, value, headers,
                            reason_code, reason, stack, attempts)
            ON CONFLICT (consumer, topic, partition, record_offset, digest) DO NOTHING
        RETURNING dead_letter_id
        """,
        list(by_id),
        consumer,
        [record.topic for record in records],
        [record.partition for record in records],
        [record.offset for record in records],
        [_digest(record) for record in records],
        [record.key for record in records],
        [record.value for record in records],
        [json.dumps(_encoded(record.headers)) for record in records],
        [rejection.code for rejection in by_id.values()],
        [_storable(rejection.reason) for rejection in by_id.values()],
        [_storable(rejection.stack) for rejection in by_id.values()],
        [rejection.attempts for rejection in by_id.values()],
        work.now,
    )
    topic = work.dead_letter_topic
    for row in rows:
        rejection = by_id[row["dead_letter_id"]]
        event = _event(
            rejection,
            consumer=consumer,
            dead_letter_id=row["dead_letter_id"],
            now=work.now,
            limit=topic.max_message_bytes,
        )
        work.publish_to(topic, event, trace=None)
    return len(rows)


async def list_dead_letters(connection: Connection, *, only_open: bool = True) -> Sequence[DeadLetter]:
    """Return dead letters in the order of their records."""
    rows = await connection.fetch(
        """
        SELECT dead_letter_id, consumer, topic, partition, record_offset, key, value, headers::text, reason_code,
               reason, stack, attempts, dead_lettered_at, replayed_at
          FROM messaging.dead_letter
         WHERE replayed_at IS NULL OR NOT $1
         ORDER BY consumer, topic, partition, record_offset, dead_lettered_at
        """,
        only_open,
    )
    return [
        DeadLetter(
            dead_letter_id=row["dead_letter_id"],
            consumer=row["consumer"],
            topic=row["topic"],
            partition=row["partition"],
            offset=row["record_offset"],
            key=row["key"],
            value=row["value"],
            headers=_decoded(row["headers"]),
            reason_code=row["reason_code"],
            reason=row["reason"],
            stack=row["stack"],
            attempts=row["attempts"],
            dead_lettered_at=row["dead_lettered_at"],
            replayed_at=row["replayed_at"],
        )
        for row in rows
    ]


async def mark_replayed(connection: Connection, *, dead_letter_id: UUID, at: datetime) -> None:
    """Note that a dead letter has taken effect."""
    await connection.execute(
        "UPDATE messaging.dead_letter SET replayed_at = $2 WHERE dead_letter_id = $1", dead_letter_id, at
    )


async def mark_failed(connection: Connection, *, dead_letter_id: UUID, code: str, reason: str) -> None:
    """Note that a replay failed, and why."""
    await connection.execute(
        """
        UPDATE messaging.dead_letter SET attempts = attempts + 1, reason_code = $2, reason = $3
         WHERE dead_letter_id = $1
        """,
        dead_letter_id,
        code,
        _storable(reason),
    )


def _digest(record: Record) -> bytes:
    parts = (record.key, record.value, json.dumps(_encoded(record.headers)).encode(), str(record.timestamp).encode())
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"-" if part is None else len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _encoded(headers: Sequence[tuple[str, bytes | None]]) -> list[tuple[str, str | None]]:
    return [(name.replace("\0", "\ufffd"), None if raw is None else b64encode(raw).decode()) for name, raw in headers]


def _decoded(headers: str) -> HeaderPairs:
    return tuple((name, None if text is None else b64decode(text)) for name, text in json.loads(headers))


def _storable(text: str | None) -> str | None:
    """PostgreSQL's text cannot hold NUL, nor UTF-8 a lone surrogate."""
    return None if text is None else text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _event(
    rejection: Rejection, *, consumer: str, dead_letter_id: UUID, now: datetime, limit: int
) -> MessageDeadLettered:
    record = rejection.record
    key, value = (None if raw is None else b64encode(raw).decode() for raw in (record.key, record.value))
    event = MessageDeadLettered(
        dead_letter_id=dead_letter_id,
        consumer=consumer,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reason_code=rejection.code,
        reason=(_storable(rejection.reason) or "")[:_LONGEST_REASON],
        attempts=rejection.attempts,
        dead_lettered_at=now,
        key_base64=key,
        value_base64=value,
        headers=tuple(DeadLetterHeader(name=name, value_base64=text) for name, text in _encoded(record.headers)),
    )
    if len(to_json(event)) + HEADER_ALLOWANCE_BYTES <= limit:
        return event
    remark = f" (too large to repeat here; it lies in the table dead_letter as {dead_letter_id})"
    emptied = {"key_base64": None, "value_base64": None, "headers": (), "reason": event.reason + remark}
    return event.model_copy(update=emptied)
