"""The table of answers that are kept for the requests that had an `Idempotency-Key`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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


async def find(connection: Connection, *, identity: bytes) -> KeptAnswer | None:
    """The answer of `identity`.

    A statement of its own: one that asks for the lock as well may not see what the last holder has committed.
    """
    row = await connection.fetchrow(
        "SELECT fingerprint, status, headers::text, body FROM messaging.idempotency_key WHERE identity = $1", identity
    )
    if row is None:
        return None
    return KeptAnswer(row["fingerprint"], row["status"], json.loads(row["headers"]), row["body"])


async def keep(connection: Connection, *, identity: bytes, operation: str, answer: KeptAnswer) -> None:
    """Store the answer of `identity`, which the caller has locked and not found."""
    await connection.execute(
        """
        INSERT INTO messaging.idempotency_key (identity, fingerprint, operation, status, headers, body)
        VALUES ($1, $2, $3, $4, $5::text::jsonb, $6)
        """,
        identity,
        answer.fingerprint,
        operation,
        answer.status,
        json.dumps(dict(answer.headers)),
        answer.body,
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
