"""Every SQL statement about signing keys. A key that is not listed any more is destroyed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from auth_svc.signing import NewKey
from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key as it is stored, its private half sealed."""

    kid: str
    sealed_key: str = field(repr=False)
    signs_until: datetime


async def lock(connection: Connection) -> None:
    """Let nobody else make or retire keys until the end of the transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('signing_key', 0))")


async def current(connection: Connection, *, now: datetime) -> SigningKey | None:
    """Return the key that signs now."""
    return await _one(connection, "WHERE signs_from <= $1 AND signs_until > $1", now)


async def latest(connection: Connection) -> SigningKey | None:
    """Return the key that signs after all others."""
    return await _one(connection, "WHERE true")


async def listed(connection: Connection, *, now: datetime) -> Sequence[dict[str, object]]:
    """Return the public keys by which tokens may be signed, soon, now, or a moment ago."""
    rows = await connection.fetch(
        "SELECT public_key FROM signing_key WHERE listed_from <= $1 AND listed_until > $1 ORDER BY signs_from", now
    )
    return [json.loads(row["public_key"]) for row in rows]


async def add(
    connection: Connection,
    *,
    key: NewKey,
    sealed_key: str,
    listed_from: datetime,
    signs_from: datetime,
    signs_until: datetime,
    listed_until: datetime,
) -> None:
    """Store a new key."""
    await connection.execute(
        """
        INSERT INTO signing_key (kid, sealed_key, public_key, listed_from, signs_from, signs_until, listed_until)
        VALUES ($1, $2, $3::jsonb, $4, $5, $6, $7)
        """,
        key.kid,
        sealed_key,
        json.dumps(dict(key.public_key)),
        listed_from,
        signs_from,
        signs_until,
        listed_until,
    )


async def prolong(connection: Connection, *, kid: str, signs_until: datetime, listed_after: timedelta) -> None:
    """Let a key sign until then, when it would stop before."""
    await connection.execute(
        """
        UPDATE signing_key SET signs_until = $2::timestamptz, listed_until = $2::timestamptz + $3::interval
         WHERE kid = $1 AND signs_until < $2
        """,
        kid,
        signs_until,
        listed_after,
    )


async def destroy_over(connection: Connection, *, now: datetime) -> None:
    """Destroy the keys whose last token is over."""
    await connection.execute("DELETE FROM signing_key WHERE listed_until <= $1", now)


async def destroy_all(connection: Connection) -> Sequence[str]:
    """Destroy every key; return their ids."""
    return [row["kid"] for row in await connection.fetch("DELETE FROM signing_key RETURNING kid")]


async def _one(connection: Connection, condition: str, *values: object) -> SigningKey | None:
    row = await connection.fetchrow(
        "SELECT kid, sealed_key, signs_until FROM signing_key "  # noqa: S608 - conditions are written above
        f"{condition} ORDER BY signs_from DESC LIMIT 1",
        *values,
    )
    return None if row is None else SigningKey(**row)
