"""Every SQL statement about buckets: what was taken of one limit by one address, account or number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from auth_svc.domain.sliding_windows import Taken, Window
from chassis.database import Connection

BucketId = tuple[str, bytes]
"""The name of its limit, and the digest of whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What was taken. `refused_at` is when it was last put on record that there was no room for more."""

    window: Window
    refused_at: datetime | None


async def locked(connection: Connection, *, ids: AbstractSet[BucketId], now: datetime) -> Mapping[BucketId, Bucket]:
    """Return these buckets, which nobody else can change until the end of the transaction; new ones are empty."""
    rows = await connection.fetch(
        """
        INSERT INTO bucket (name, key, taken, at)
        SELECT name, key, '[]', $3 FROM unnest($1::text[], $2::bytea[]) AS wanted (name, key)
        ON CONFLICT (name, key) DO UPDATE SET taken = bucket.taken
        RETURNING name, key, taken, refused_at
        """,
        *_columns(sorted(ids)),
        now,
    )
    return {
        (row["name"], row["key"]): Bucket(window=_window_of(row["taken"]), refused_at=row["refused_at"]) for row in rows
    }


async def store(connection: Connection, *, buckets: Mapping[BucketId, Bucket], now: datetime) -> None:
    """Store buckets that are locked."""
    ids = list(buckets)
    await connection.execute(
        """
        UPDATE bucket
           SET taken = changed.taken::jsonb, at = $5, refused_at = changed.refused_at
          FROM unnest($1::text[], $2::bytea[], $3::text[], $4::timestamptz[])
               AS changed (name, key, taken, refused_at)
         WHERE bucket.name = changed.name AND bucket.key = changed.key
        """,
        *_columns(ids),
        [_text_of(buckets[one].window) for one in ids],
        [buckets[one].refused_at for one in ids],
        now,
    )


def _columns(ids: Sequence[BucketId]) -> tuple[Sequence[str], Sequence[bytes]]:
    return [name for name, _ in ids], [key for _, key in ids]


def _window_of(text: str) -> Window:
    return tuple(Taken(datetime.fromisoformat(until), number) for until, number in json.loads(text))


def _text_of(window: Window) -> str:
    return json.dumps([[taken.until.isoformat(), taken.number] for taken in window])
