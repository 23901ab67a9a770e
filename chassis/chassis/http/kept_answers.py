"""The table of answers that are kept for the requests that had an `Idempotency-Key`."""

from __future__ import annotations

import json
from collections.abc import Mapping
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


async def lock(connection: Connection, *, identity: bytes) -> datetime | None:
    """Hold `identity` until the transaction ends; return the database's `now()`, or None when another one holds it."""
    row = await connection.fetchrow(
        "SELECT now() AS database_now, pg_try_advisory_xact_lock($1) AS locked",
        int.from_bytes(identity[:8], signed=True),
    )
    assert row is not None  # noqa: S101 - it has no FROM
    moment: datetime = row["database_now"]
    return moment if row["locked"] else None


async def find(connection: Connection, *, identity: bytes, caller: bytes, day: date) -> KeptAnswer | int:
    """The answer of `identity`, or else how many were kept for `caller` on this day so far.

    A statement of its own: one that asks for the lock as well may not see what the last holder has committed.
    """
    row = await connection.fetchrow(
        """
        SELECT kept.fingerprint, kept.status, kept.headers::text, kept.body, coalesce(used.keys, 0) AS used
          FROM (VALUES ($1::bytea, $2::bytea)) AS asked (identity, caller)
          LEFT JOIN messaging.idempotency_key AS kept USING (identity)
          LEFT JOIN messaging.keys_used AS used ON used.caller = asked.caller AND used.day = $3
        """,
        identity,
        caller,
        day,
    )
    assert row is not None  # noqa: S101 - there is one of what is asked
    if row["fingerprint"] is None:
        return int(row["used"])
    return KeptAnswer(row["fingerprint"], row["status"], json.loads(row["headers"]), row["body"])


async def keep(
    connection: Connection, *, identity: bytes, caller: bytes, day: date, operation: str, answer: KeptAnswer
) -> None:
    """Store the answer of `identity`, which was locked and not found, and count it as one of `caller` on this day.

    Others of the same caller wait for this row from here to the commit, so this is the last thing to be done.
    """
    await connection.execute(
        """
        WITH counted AS (
            INSERT INTO messaging.keys_used AS used (caller, day, keys) VALUES ($7, $8, 1)
            ON CONFLICT (caller) DO UPDATE
               SET day = excluded.day, keys = CASE WHEN used.day = excluded.day THEN used.keys + 1 ELSE 1 END)
        INSERT INTO messaging.idempotency_key (identity, fingerprint, operation, status, headers, body)
        VALUES ($1, $2, $3, $4, $5::text::jsonb, $6)
        """,
        identity,
        answer.fingerprint,
        operation,
        answer.status,
        json.dumps(dict(answer.headers)),
        answer.body,
        caller,
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
