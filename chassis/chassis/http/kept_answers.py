"""The table of answers that are kept for the requests that had an `Idempotency-Key`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from chassis.database import Connection

RETENTION: Final = timedelta(hours=24)
"""How long an answer is kept at least: one that was not deleted yet is given again, however old it is."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered, and the fingerprint of that request."""

    fingerprint: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer that is to be kept for `identity`, and to be counted as one of `caller`."""

    identity: bytes
    caller: bytes
    operation: str
    answer: KeptAnswer


def lock_of(identity: bytes) -> int:
    """Return the number by which `identity` is locked."""
    return int.from_bytes(identity[:8], signed=True)


async def lock(connection: Connection, *, identities: Sequence[bytes]) -> tuple[datetime, frozenset[int]]:
    """Hold `identities` until the transaction ends; return the database's `now()`, and which no other one holds.

    The latter as `lock_of` each.
    """
    row = await connection.fetchrow(
        """
        SELECT now() AS database_now,
               ARRAY(SELECT lock FROM unnest($1::bigint[]) AS lock WHERE pg_try_advisory_xact_lock(lock)) AS locked
        """,
        [lock_of(identity) for identity in identities],
    )
    assert row is not None  # noqa: S101 - it has no FROM
    return row["database_now"], frozenset(row["locked"])


async def find(
    connection: Connection, *, asked: Sequence[tuple[bytes, bytes]], day: date
) -> Sequence[KeptAnswer | int]:
    """Of each identity and caller the answer, or else how many were kept for the caller on this day so far.

    A statement of its own: one that asks for the lock as well may not see what the last holder has committed.
    """
    # OFFSET 0 keeps a lookup by key from becoming a join, for which a table without statistics is scanned.
    rows = await connection.fetch(
        """
        SELECT kept.fingerprint, kept.status, kept.headers, kept.body, coalesce(used.keys, 0) AS used
          FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY AS asked (identity, caller, place)
          LEFT JOIN LATERAL (SELECT fingerprint, status, headers::text, body FROM messaging.idempotency_key
                              WHERE identity = asked.identity OFFSET 0) AS kept ON true
          LEFT JOIN LATERAL (SELECT keys FROM messaging.keys_used
                              WHERE caller = asked.caller AND day = $3 OFFSET 0) AS used ON true
         ORDER BY asked.place
        """,
        [identity for identity, _ in asked],
        [caller for _, caller in asked],
        day,
    )
    return [
        int(row["used"])
        if row["fingerprint"] is None
        else KeptAnswer(row["fingerprint"], row["status"], json.loads(row["headers"]), row["body"])
        for row in rows
    ]


async def keep(connection: Connection, *, answers: Sequence[NewAnswer], day: date) -> None:
    """Store answers whose identities were locked and not found, and count each as one of its caller on this day.

    Others of the same callers wait for these rows from here to the commit, so this is the last thing to be done. They
    are locked in one order.
    """
    await connection.execute(
        """
        WITH counted AS (
            INSERT INTO messaging.keys_used AS used (caller, day, keys)
            SELECT caller, $8, count(*) FROM unnest($7::bytea[]) AS caller GROUP BY caller ORDER BY caller
            ON CONFLICT (caller) DO UPDATE
               SET day = excluded.day,
                   keys = CASE WHEN used.day = excluded.day THEN used.keys + excluded.keys ELSE excluded.keys END)
        INSERT INTO messaging.idempotency_key (identity, fingerprint, operation, status, headers, body)
        SELECT identity, fingerprint, operation, status, headers::jsonb, body
          FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::integer[], $5::text[], $6::bytea[])
               AS new (identity, fingerprint, operation, status, headers, body)
        """,
        [new.identity for new in answers],
        [new.answer.fingerprint for new in answers],
        [new.operation for new in answers],
        [new.answer.status for new in answers],
        [json.dumps(dict(new.answer.headers)) for new in answers],
        [new.answer.body for new in answers],
        [new.caller for new in answers],
        day,
    )


async def delete_older(connection: Connection, *, age: timedelta, limit: int) -> int:
    """Delete up to `limit` answers that are older than `age` by the database's clock; return how many."""
    status = await connection.execute(
        """
        DELETE FROM messaging.idempotency_key WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM messaging.idempotency_key
             WHERE created_at < now() - $1::interval ORDER BY created_at LIMIT $2))
        """,
        age,
        limit,
    )
    return int(status.rpartition(" ")[2])


async def delete_older_counts(connection: Connection, *, age: timedelta, limit: int) -> int:
    """Delete up to `limit` numbers of days that have ended more than `age` ago; return how many."""
    status = await connection.execute(
        """
        DELETE FROM messaging.keys_used WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM messaging.keys_used WHERE day < (now() AT TIME ZONE 'UTC' - $1::interval)::date LIMIT $2))
        """,
        age,
        limit,
    )
    return int(status.rpartition(" ")[2])
