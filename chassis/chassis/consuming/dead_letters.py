"""Dead letters: records that cannot be processed, kept whole with the reason until they are replayed or discarded.

Their contents may hold personal data and are erased when their retention is over.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
from msgspec.structs import replace
from uuid_utils.compat import uuid7

from chassis.consuming import inbox
from chassis.consuming.delivery import Record
from chassis.database import Connection, Pool
from chassis.publishing.outbox import HEADER_ALLOWANCE_BYTES
from chassis.unit_of_work import Work
from contracts.codec import to_json
from contracts.dead_letters import DeadLetterHeader, MessageDeadLettered
from contracts.malformed_reasons import WrongField

_LONGEST_REASON = 1_000
TOO_LARGE: Final = "too-large"
"""The reason code of a record whose value was not kept."""
HANDLER_FAILED: Final = "handler-failed"
"""The reason code of a message whose handler failed otherwise than by `UnprocessableMessage`."""
OPEN: Final = "replayed_at IS NULL AND discarded_at IS NULL"
"""As its index says it: an argument that told whether closed ones count would hide the index."""
_PAGE_ROWS = 500
LISTED_COLUMNS: Final = """
    dead_letter_id, consumer, topic, partition, record_offset AS "offset", octet_length(value) AS value_bytes,
    reason_code, reason, attempts, dead_lettered_at, erased_at, replayed_at, discarded_at, discarded_by,
    discarded_because
"""
"""Of a `ListedDeadLetter`."""
_COLUMNS = f"{LISTED_COLUMNS}, key, value, headers::text, stack"
HeaderPairs: TypeAlias = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record and why it cannot be processed. `stack` is None when the record itself is malformed.

    `faults` tell its sender what to change, and repeat nothing of it; there are none where it is not at fault.
    """

    record: Record
    code: str
    reason: str
    attempts: int = 1
    stack: str | None = None
    places: str | None = None
    faults: tuple[WrongField, ...] = ()

    def without_value(self) -> Rejection:
        """Return the same about the record without its value, where that cannot or must not be kept."""
        return dataclasses.replace(self, record=dataclasses.replace(self.record, value=None))


class Rejected(NamedTuple):
    """A rejection that was stored, and the id of its dead letter."""

    rejection: Rejection
    dead_letter_id: UUID


def without_secrets(rejections: Sequence[Rejection]) -> Sequence[Rejection]:
    """Return `rejections` as they may be kept where records hold secrets.

    A record that is wrong loses its value: what its sender got wrong may be the encryption. One that was right, and on
    which the handler failed, keeps it to be replayed.
    """
    return [one if one.code == HANDLER_FAILED else one.without_value() for one in rejections]


def id_used_twice(record: Record) -> Rejection:
    """The verdict on a record whose source and id belong to an event with other contents."""
    reason = "its ce_source and ce_id belong to an event with other contents; publish it with an id of its own"
    return Rejection(record, "id-used-twice", reason, faults=(WrongField("header ce_id", reason),))


@dataclass(frozen=True, slots=True)
class ListedDeadLetter:
    """A stored dead letter without its contents. It is open until it is replayed or discarded."""

    dead_letter_id: UUID
    consumer: str
    topic: str
    partition: int
    offset: int
    value_bytes: int | None
    reason_code: str
    reason: str
    attempts: int
    dead_lettered_at: datetime
    erased_at: datetime | None
    replayed_at: datetime | None
    discarded_at: datetime | None
    discarded_by: str | None
    discarded_because: str | None

    @property
    def is_open(self) -> bool:
        """Whether it was neither replayed nor discarded."""
        return self.replayed_at is None and self.discarded_at is None

    @property
    def has_contents(self) -> bool:
        """Whether there is anything to replay."""
        return self.value_bytes is not None


@dataclass(frozen=True, slots=True)
class DeadLetter(ListedDeadLetter):
    """A stored dead letter, whole."""

    key: bytes | None
    value: bytes | None
    headers: HeaderPairs
    stack: str | None


async def store(work: Work, *, consumer: str, rejections: Sequence[Rejection]) -> Sequence[Rejected]:
    """Store records as dead letters and publish each in this transaction; return those that were not stored before."""
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
    return [Rejected(by_id[row["dead_letter_id"]], row["dead_letter_id"]) for row in rows]


async def list_dead_letters(
    pool: Pool, *, only_open: bool = True, ids: Collection[UUID] | None = None
) -> AsyncIterator[ListedDeadLetter]:
    """Dead letters in the order of their records; `ids` chooses some. However many there are, a page is in memory."""
    after: Sequence[object] = ("", "", -1, -1, UUID(int=0))
    while True:
        async with pool.acquire() as connection:
            rows = await connection.fetch(
                f"""
                SELECT {LISTED_COLUMNS} FROM messaging.dead_letter
                 WHERE {OPEN if only_open else "true"}
                   AND ($1::uuid[] IS NULL OR dead_letter_id = ANY ($1))
                   AND (consumer, topic, partition, record_offset, dead_letter_id) > ($3, $4, $5, $6, $7)
                 ORDER BY consumer, topic, partition, record_offset, dead_letter_id
                 LIMIT $2
                """,  # noqa: S608 - constants
                ids,
                _PAGE_ROWS,
                *after,
            )
        for row in rows:
            yield ListedDeadLetter(**row)
        if len(rows) < _PAGE_ROWS:
            return
        after = [rows[-1][name] for name in ("consumer", "topic", "partition", "offset", "dead_letter_id")]


async def count_open(connection: Connection) -> Mapping[str, int]:
    """Return how many are open, by consumer; nothing of those that have none."""
    rows = await connection.fetch(
        """
        SELECT consumer, count(*) AS open FROM messaging.dead_letter
         WHERE replayed_at IS NULL AND discarded_at IS NULL GROUP BY consumer
        """
    )
    return {row["consumer"]: row["open"] for row in rows}


async def find(connection: Connection, *, dead_letter_id: UUID) -> DeadLetter | None:
    """The dead letter with this id, whether open or not."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM messaging.dead_letter WHERE dead_letter_id = $1",  # noqa: S608 - a constant
        dead_letter_id,
    )
    return None if row is None else _dead_letter(row)


async def last_in_a_row(connection: Connection, *, consumer: str, code: str, limit: int) -> Sequence[HeaderPairs]:
    """The headers of the last open ones with this reason code after which nothing took effect, oldest first.

    They are what a process that ran before this one has counted, up to `limit`. A service that stops because it fails
    at everything is started again by its orchestrator. If it counted from nothing, every start would dead-letter some
    more, until the topic is empty.
    """
    rows = await connection.fetch(
        """
        SELECT dead_lettered_at, headers::text FROM messaging.dead_letter
         WHERE consumer = $1 AND reason_code = $2 AND replayed_at IS NULL AND discarded_at IS NULL
         ORDER BY dead_lettered_at DESC, dead_letter_id DESC LIMIT $3
        """,
        consumer,
        code,
        limit,
    )
    in_a_row: list[HeaderPairs] = []
    for row in rows:
        if await inbox.has_grown_since(connection, consumer=consumer, moment=row["dead_lettered_at"]):
            break
        in_a_row.insert(0, _decoded(row["headers"]))
    return in_a_row


async def mark_replayed(connection: Connection, *, dead_letter_id: UUID, at: datetime) -> DeadLetter | None:
    """Mark a dead letter as replayed and return it; None when it is not open. Locks it until the transaction ends."""
    row = await connection.fetchrow(
        f"""
        UPDATE messaging.dead_letter SET replayed_at = $2
         WHERE dead_letter_id = $1 AND replayed_at IS NULL AND discarded_at IS NULL AND erased_at IS NULL
        RETURNING {_COLUMNS}
        """,  # noqa: S608 - a constant
        dead_letter_id,
        at,
    )
    return None if row is None else _dead_letter(row)


async def discard(
    connection: Connection, *, ids: Collection[UUID] | None, at: datetime, by: str, because: str
) -> set[UUID]:
    """Mark open dead letters, None means all, as never to be replayed; return the ids of those that were open.

    `by` and `because` stay on record with them.
    """
    rows = await connection.fetch(
        """
        UPDATE messaging.dead_letter SET discarded_at = $2, discarded_by = $3, discarded_because = $4
         WHERE ($1::uuid[] IS NULL OR dead_letter_id = ANY ($1)) AND replayed_at IS NULL AND discarded_at IS NULL
        RETURNING dead_letter_id
        """,
        ids,
        at,
        by,
        because,
    )
    return {row["dead_letter_id"] for row in rows}


async def erase_older(connection: Connection, *, age: timedelta, limit: int) -> int:
    """Erase the contents of up to `limit` dead letters older than `age` by the database's clock; return how many.

    The reason goes too: it may quote a header.
    """
    status = await connection.execute(
        """
        UPDATE messaging.dead_letter
           SET key = NULL, value = NULL, headers = '[]', stack = NULL, reason = 'erased', erased_at = now()
         WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM messaging.dead_letter
                WHERE erased_at IS NULL AND dead_lettered_at < now() - $1::interval LIMIT $2))
        """,
        age,
        limit,
    )
    return _count(status)


async def delete_closed(connection: Connection, *, age: timedelta, limit: int) -> int:
    """Delete up to `limit` dead letters older than `age` that were replayed or discarded; return how many."""
    status = await connection.execute(
        """
        DELETE FROM messaging.dead_letter WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM messaging.dead_letter
             WHERE (replayed_at IS NOT NULL OR discarded_at IS NOT NULL) AND dead_lettered_at < now() - $1::interval
             LIMIT $2))
        """,
        age,
        limit,
    )
    return _count(status)


async def mark_failed(
    connection: Connection, *, dead_letter_id: UUID, code: str, reason: str, stack: str | None
) -> None:
    """Store why a replay failed, and where when the handler did.

    One that was erased meanwhile stays erased: both may quote its contents.
    """
    await connection.execute(
        """
        UPDATE messaging.dead_letter SET attempts = attempts + 1, reason_code = $2, reason = $3, stack = $4
         WHERE dead_letter_id = $1 AND replayed_at IS NULL AND discarded_at IS NULL AND erased_at IS NULL
        """,
        dead_letter_id,
        code,
        _storable(reason),
        _storable(stack),
    )


def _dead_letter(row: asyncpg.Record) -> DeadLetter:
    columns = dict(row)
    return DeadLetter(headers=_decoded(columns.pop("headers")), **columns)


def _count(status: str) -> int:
    """Read how many rows a statement changed from what PostgreSQL answers, such as `UPDATE 3`."""
    return int(status.rpartition(" ")[2])


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
    return replace(event, **emptied)
