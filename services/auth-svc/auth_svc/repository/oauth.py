"""Every SQL statement about authorization codes and refresh tokens.

Both hang on a session, whose row is locked first by whoever uses one: so uses at the same time come one after another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """What a code was issued for."""

    session_id: UUID
    client_id: str
    redirect_uri: str
    code_challenge: str
    scope: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """What a refresh token was issued for."""

    session_id: UUID
    client_id: str
    scope: str


async def add_code(connection: Connection, *, code: AuthorizationCode, digest: bytes) -> None:
    """Store a new code."""
    await connection.execute(
        """
        INSERT INTO authorization_code (
               digest, session_id, client_id, redirect_uri, code_challenge, scope, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        digest,
        code.session_id,
        code.client_id,
        code.redirect_uri,
        code.code_challenge,
        code.scope,
        code.expires_at,
    )


async def code(connection: Connection, *, digest: bytes) -> AuthorizationCode | None:
    """Return this code, whether or not it was used."""
    row = await connection.fetchrow(
        """
        SELECT session_id, client_id, redirect_uri, code_challenge, scope, expires_at
          FROM authorization_code WHERE digest = $1
        """,
        digest,
    )
    return None if row is None else AuthorizationCode(**row)


async def use_code(connection: Connection, *, digest: bytes, now: datetime) -> bool:
    """Use a code up; return whether this is its first use."""
    used = await connection.fetchval(
        "UPDATE authorization_code SET used_at = $2 WHERE digest = $1 AND used_at IS NULL RETURNING true", digest, now
    )
    return bool(used)


async def add_refresh_token(connection: Connection, *, token: RefreshToken, digest: bytes) -> None:
    """Store a new refresh token."""
    await connection.execute(
        "INSERT INTO refresh_token (digest, session_id, client_id, scope) VALUES ($1, $2, $3, $4)",
        digest,
        token.session_id,
        token.client_id,
        token.scope,
    )


async def refresh_token(connection: Connection, *, digest: bytes) -> RefreshToken | None:
    """Return this refresh token, whether or not it was used."""
    row = await connection.fetchrow("SELECT session_id, client_id, scope FROM refresh_token WHERE digest = $1", digest)
    return None if row is None else RefreshToken(**row)


async def use_refresh_token(connection: Connection, *, digest: bytes, now: datetime) -> bool:
    """Use a refresh token up; return whether this is its first use."""
    used = await connection.fetchval(
        "UPDATE refresh_token SET used_at = $2 WHERE digest = $1 AND used_at IS NULL RETURNING true", digest, now
    )
    return bool(used)


async def revoke(connection: Connection, *, session_id: UUID, client_id: str) -> bool:
    """Take back one client's codes and refresh tokens of a session; return whether there was a refresh token."""
    revoked = await connection.fetchval(
        """
        WITH codes AS (DELETE FROM authorization_code WHERE session_id = $1 AND client_id = $2),
             tokens AS (DELETE FROM refresh_token WHERE session_id = $1 AND client_id = $2 RETURNING 1)
        SELECT EXISTS (SELECT FROM tokens)
        """,
        session_id,
        client_id,
    )
    return bool(revoked)
