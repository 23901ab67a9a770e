"""Which events have taken effect. An event is identified by its CloudEvents source and id, for each consumer.

A row is small and its key grows with the time, because every event leaves one in every consumer's service. A name is a
number of four bytes. Where two names share one, their events still differ by their ids, and where a publisher repeats
another's UUID, by their contents: then the event is refused with a reason, and not lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from chassis.consuming import positions
from chassis.consuming.delivery import Delivery
from chassis.consuming.positions import Advance
from chassis.database import Connection
from chassis.errors import PositionMovedError
from chassis.unit_of_work import Refusable
from contracts.topic import Event

E = TypeVar("E", bound=Event)
_Identity: TypeAlias = tuple[int, str]
"""The number of the source, and the event id as a UUID in its canonical form."""

COMPACTED_TOPIC_RETENTION: Final = timedelta(days=365)
"""A compacted topic can deliver an old record again; versions protect state there, the inbox only saves work."""
_DIGEST_BYTES = 16
_BLOCKS_OF_A_RANGE = 128  # PostgreSQL's default
_STORED_DIGEST_BYTES = 8
"""Enough to tell an event from the one other that has its id: nothing is searched by it."""
_is_canonical_uuid: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch

_SIFT: Final = f"""
    WITH moved AS ({positions.ADVANCE} RETURNING true),
    new AS (
        INSERT INTO messaging.inbox_entry (consumer, source, event_id, digest)
        SELECT $5, source, event_id, digest
          FROM unnest($6::integer[], $7::uuid[], $8::bigint[]) AS delivered (source, event_id, digest)
            ON CONFLICT DO NOTHING
        RETURNING source, event_id)
    SELECT now(), (SELECT count(*) FROM moved),
           coalesce(array_agg(source), '{{}}'), coalesce(array_agg(event_id), '{{}}') FROM new
"""  # noqa: S608 - a statement of this room


@dataclass(frozen=True, slots=True)
class Sifted(Generic[E]):
    """The deliveries of a batch that are not mere repetitions, in their order.

    `new` have not taken effect, each once. `contradicting` have the source and id of an event with other contents.
    `database_now` is the moment of the transaction by PostgreSQL's `now()`.
    """

    database_now: datetime
    new: Sequence[Delivery[E]]
    contradicting: Sequence[Delivery[E]]


async def sift(
    connection: Connection,
    *,
    consumer: str,
    deliveries: Sequence[Delivery[E]],
    advances: Sequence[Advance] = (),
    repeatable: bool = False,
) -> Sifted[E]:
    """Drop what has taken effect already, remember in this transaction that the new ones do, and move the positions.

    All of it is one statement, because each round trip costs both sides as much as a dozen rows. Of `repeatable` ones
    none is dropped, and only the last is looked at and remembered: it says when something took effect
    (`has_grown_since`).

    Raises:
        PositionMovedError: as `positions.advance`; the transaction must be rolled back.
    """
    remembered = deliveries[-1:] if repeatable else deliveries
    identities = [_identity(one) for one in remembered]
    first = dict(zip(reversed(identities), reversed(remembered), strict=True))
    ordered = sorted(first)  # one order for all transactions, so that two of them cannot wait for each other
    digests: dict[_Identity, int | None] = {identity: _digest(first[identity]) for identity in ordered}
    ((now, moved, sources, event_ids),) = await connection.fetch(
        _SIFT,
        *positions.arguments_of(advances, consumer=consumer),
        number_of(consumer),
        [source for source, _ in ordered],
        [event_id for _, event_id in ordered],
        list(digests.values()),
    )
    if moved != len(advances):
        raise PositionMovedError
    if repeatable or len(sources) == len(deliveries):
        return Sifted(now, deliveries, ())
    new = {(source, str(event_id)) for source, event_id in zip(sources, event_ids, strict=True)}
    if old := [identity for identity in ordered if identity not in new]:
        digests |= await _stored_digests(connection, consumer=consumer, identities=old)
    identified = list(zip(identities, deliveries, strict=True))
    return Sifted(
        now,
        [one for identity, one in identified if identity in new and first[identity] is one],
        [one for identity, one in identified if digests[identity] not in (None, _digest(one))],
    )


async def forget(connection: Connection, *, consumer: str, events: Sequence[Refusable]) -> None:
    """Take back that these events take effect."""
    identities = [_identity(event) for event in events]
    await connection.execute(
        """
        DELETE FROM messaging.inbox_entry AS entry
         USING unnest($2::integer[], $3::uuid[]) AS refused (source, event_id)
         WHERE entry.consumer = $1 AND entry.source = refused.source AND entry.event_id = refused.event_id
        """,
        number_of(consumer),
        [source for source, _ in identities],
        [event_id for _, event_id in identities],
    )


async def _stored_digests(
    connection: Connection, *, consumer: str, identities: Sequence[_Identity]
) -> dict[_Identity, int | None]:
    """The digests of events that took effect before; None where an older version of this software stored none."""
    # OFFSET 0 lets nothing but the key find a row, whatever the planner believes about the size of the table.
    rows = await connection.fetch(
        """
        SELECT stored.source, stored.event_id, stored.digest
          FROM unnest($2::integer[], $3::uuid[]) AS old (source, event_id)
         CROSS JOIN LATERAL (
               SELECT source, event_id, digest FROM messaging.inbox_entry
                WHERE consumer = $1 AND source = old.source AND event_id = old.event_id OFFSET 0) AS stored
        """,
        number_of(consumer),
        [source for source, _ in identities],
        [event_id for _, event_id in identities],
    )
    return {(row["source"], str(row["event_id"])): row["digest"] for row in rows}


def _identity(event: Refusable) -> _Identity:
    event_id = event.event_id
    return number_of(event.source), event_id if _is_canonical_uuid(event_id) else _hashed(event.source, event_id)


def _hashed(source: str, event_id: str) -> str:
    """Stand in for an id that is no UUID; another id, or that of another source, has another hash of 128 bits."""
    return str(UUID(bytes=sha256(f"{source}\0{event_id}".encode()).digest()[:16]))


@lru_cache(maxsize=1_024)
def number_of(name: str) -> int:
    """Stand in for the name of a consumer or a source."""
    return int.from_bytes(sha256(name.encode()).digest()[:4], signed=True)


def _digest(delivery: Delivery[E]) -> int:
    digest = blake2b(delivery.record.value or b"", digest_size=_DIGEST_BYTES).digest()
    return int.from_bytes(digest[:_STORED_DIGEST_BYTES], signed=True)


async def has_grown_since(connection: Connection, *, consumer: str, moment: datetime) -> bool:
    """Whether an event has taken effect at `moment` or later."""
    grown: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM messaging.inbox_entry WHERE consumer = $1 AND received_at >= $2)",
        number_of(consumer),
        moment,
    )
    return grown


async def delete_older(connection: Connection, *, consumer: str, age: timedelta, limit: int, emptied: set[int]) -> int:
    """Delete up to `limit` rows of events received longer than `age` ago by the database's clock; return how many.

    `emptied` is given the first blocks of the index's ranges in which they lay.
    """
    rows = await connection.fetch(
        """
        WITH deleted AS (
            DELETE FROM messaging.inbox_entry WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM messaging.inbox_entry
                 WHERE received_at < now() - $2::interval AND consumer = $1 LIMIT $3))
            RETURNING ctid)
        SELECT (ctid::text::point)[0]::bigint / $4 * $4 AS first_block, count(*) FROM deleted GROUP BY first_block
        """,
        number_of(consumer),
        age,
        limit,
        _BLOCKS_OF_A_RANGE,
    )
    emptied.update(row["first_block"] for row in rows)
    return sum(row["count"] for row in rows)


async def summarize_again(connection: Connection, *, ranges: Collection[int]) -> None:
    """Let the index forget when the rows were received that lay in these ranges.

    By itself a BRIN index keeps the oldest moment that a range has ever held, although new rows fill the space of old
    ones. In the end every search for what is old would read the whole table.
    """
    for function in ("brin_desummarize_range", "brin_summarize_range"):
        await connection.execute(
            f"SELECT {function}('messaging.inbox_entry_received_at', block) FROM unnest($1::bigint[]) AS block",  # noqa: S608 - two names
            list(ranges),
        )
