"""Every SQL statement about the programs that get tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from contracts.access import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program. One with a `role` acts for itself and has a secret, one without acts for people who log in."""

    client_id: str
    subject_id: UUID
    name: str
    secret_digest: bytes | None = field(default=None, repr=False)
    role: Role | None = None
    scopes: Sequence[str]
    redirect_uris: Sequence[str] = ()
    disabled_at: datetime | None = None


_SELECT = "SELECT client_id, subject_id, name, secret_digest, role, scopes, redirect_uris, disabled_at FROM client"


async def with_id(connection: Connection, *, client_id: str) -> Client | None:
    """Return this client."""
    row = await connection.fetchrow(f"{_SELECT} WHERE client_id = $1", client_id)
    return None if row is None else _client(dict(row))


async def every(connection: Connection) -> Sequence[Client]:
    """Return all, disabled ones too."""
    return [_client(dict(row)) for row in await connection.fetch(f"{_SELECT} ORDER BY client_id")]


async def add(connection: Connection, *, client: Client) -> bool:
    """Store a new client; return whether its id was free."""
    added = await connection.fetchval(
        """
        INSERT INTO client (client_id, subject_id, name, secret_digest, role, scopes, redirect_uris)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (client_id) DO NOTHING RETURNING true
        """,
        client.client_id,
        client.subject_id,
        client.name,
        client.secret_digest,
        client.role,
        client.scopes,
        client.redirect_uris,
    )
    return bool(added)


async def disable(connection: Connection, *, client_id: str, now: datetime) -> UUID | None:
    """Let a client get no tokens any more; return its `subject_id`, None when there is no such client."""
    return await _subject(
        connection,
        "UPDATE client SET disabled_at = coalesce(disabled_at, $2) WHERE client_id = $1 RETURNING subject_id",
        client_id,
        now,
    )


async def change_secret(connection: Connection, *, client_id: str, digest: bytes) -> UUID | None:
    """Replace the secret of a client that has one; return its `subject_id`, None when there is no such client."""
    return await _subject(
        connection,
        "UPDATE client SET secret_digest = $2 WHERE client_id = $1 AND secret_digest IS NOT NULL RETURNING subject_id",
        client_id,
        digest,
    )


async def _subject(connection: Connection, statement: str, *values: object) -> UUID | None:
    subject_id: UUID | None = await connection.fetchval(statement, *values)
    return subject_id


def _client(row: dict[str, object]) -> Client:
    return Client(**{**row, "role": row["role"] and Role(str(row["role"]))})  # type: ignore[arg-type]  # a row of text
