"""Every SQL statement about token buckets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.database import Connection

BucketId = tuple[str, bytes]
"""Its name, and the digest of whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What was left at `at`, in thousandths. `refused_at` is when it was last put on record that it was empty."""

    level: int
    at: datetime
    refused_at: datetime | None = None


async def locked(connection: Connection, *, full: Mapping[BucketId, int], now: datetime) -> Mapping[BucketId, Bucket]:
    """Return these buckets, which nobody else can change until the end of the transaction; new ones are full."""
    ids = sorted(full)
    rows = await connection.fetch(
        """
        INSERT INTO bucket (name, key, level, at)
        SELECT name, key, level, $4 FROM unnest($1::text[], $2::bytea[], $3::bigint[]) AS wanted (name, key, level)
        ON CONFLICT (name, key) DO UPDATE SET level = bucket.level
        RETURNING name, key, level, at, refused_at
        """,
        *_columns(ids),
        [full[one] for one in ids],
        now,
    )
    return {
        (row["name"], row["key"]): Bucket(level=row["level"], at=row["at"], refused_at=row["refused_at"])
        for row in rows
    }


async def store(connection: Connection, *, buckets: Mapping[BucketId, Bucket]) -> None:
    """Store buckets that are locked."""
    ids = list(buckets)
    await connection.execute(
        """
        UPDATE bucket
           SET level = changed.level, at = changed.at, refused_at = changed.refused_at
          FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::timestamptz[], $5::timestamptz[])
               AS changed (name, key, level, at, refused_at)
         WHERE bucket.name = changed.name AND bucket.key = changed.key
        """,
        *_columns(ids),
        [buckets[one].level for one in ids],
        [buckets[one].at for one in ids],
        [buckets[one].refused_at for one in ids],
    )


def _columns(ids: Sequence[BucketId]) -> tuple[Sequence[str], Sequence[bytes]]:
    return [name for name, _ in ids], [key for _, key in ids]
