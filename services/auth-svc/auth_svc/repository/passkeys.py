"""Every SQL statement about passkeys, and the challenges they sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey of an account. `sign_count` is how often it said it had signed; 0 from those that do not count."""

    credential_id: bytes
    passkey_id: UUID
    account_id: UUID
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str
    added_at: datetime
    last_used_at: datetime | None

    def may_count(self, sign_count: int) -> bool:
        """Whether it can say so now. A copy of a passkey falls behind (WebAuthn §6.1.1)."""
        return sign_count > self.sign_count or sign_count == self.sign_count == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a passkey is to sign, once. `account_id` is there when one is being added to this account."""

    challenge: bytes = field(repr=False)
    purpose: str
    account_id: UUID | None
    expires_at: datetime


async def add_challenge(connection: Connection, *, challenge: Challenge) -> None:
    """Store a challenge."""
    await connection.execute(
        "INSERT INTO passkey_challenge (challenge, purpose, account_id, expires_at) VALUES ($1, $2, $3, $4)",
        challenge.challenge,
        challenge.purpose,
        challenge.account_id,
        challenge.expires_at,
    )


async def use_up_challenge(
    connection: Connection, *, challenge: bytes, account_id: UUID | None, now: datetime
) -> Challenge | None:
    """Return the challenge, which nobody finds any more; None when it is over, used, or of another account."""
    row = await connection.fetchrow(
        """
        DELETE FROM passkey_challenge
         WHERE challenge = $1 AND account_id IS NOT DISTINCT FROM $2 AND expires_at > $3
        RETURNING challenge, purpose, account_id, expires_at
        """,
        challenge,
        account_id,
        now,
    )
    return None if row is None else Challenge(**row)


async def add(connection: Connection, *, passkey: Passkey) -> bool:
    """Store a passkey; return whether there was none of this credential id, of whatever account, nor may come back."""
    added = await connection.fetchval(
        """
        INSERT INTO passkey (credential_id, passkey_id, account_id, public_key, sign_count, name, added_at)
        SELECT $1, $2, $3, $4, $5, $6, $7
         WHERE NOT EXISTS (SELECT FROM removed_passkey WHERE credential_id = $1)
            ON CONFLICT (credential_id) DO NOTHING
        RETURNING true
        """,
        passkey.credential_id,
        passkey.passkey_id,
        passkey.account_id,
        passkey.public_key,
        passkey.sign_count,
        passkey.name,
        passkey.added_at,
    )
    return added is not None


async def of_account(connection: Connection, *, account_id: UUID) -> Sequence[Passkey]:
    """Return the passkeys of an account, the oldest first."""
    rows = await connection.fetch(_SELECT + "WHERE account_id = $1 ORDER BY added_at, passkey_id", account_id)
    return [Passkey(**row) for row in rows]


async def with_credential(connection: Connection, *, credential_id: bytes) -> Passkey | None:
    """Return this passkey. Ask again with its account locked before anything is done with it."""
    row = await connection.fetchrow(_SELECT + "WHERE credential_id = $1", credential_id)
    return None if row is None else Passkey(**row)


async def note_use(connection: Connection, *, passkey: Passkey, sign_count: int, now: datetime) -> None:
    """Store what the passkey said when it was used."""
    await connection.execute(
        "UPDATE passkey SET sign_count = $2, last_used_at = $3 WHERE credential_id = $1",
        passkey.credential_id,
        sign_count,
        now,
    )


async def remove(connection: Connection, *, account_id: UUID, passkey_id: UUID) -> None:
    """Remove a passkey of an account. One that was there before a change that can be undone is kept for that."""
    await connection.execute(
        f"""
        WITH removed AS (DELETE FROM passkey WHERE account_id = $1 AND passkey_id = $2 RETURNING {_COLUMNS})
        INSERT INTO removed_passkey ({_COLUMNS})
        SELECT {_COLUMNS} FROM removed
         WHERE EXISTS (SELECT FROM undo WHERE undo.account_id = removed.account_id AND since > removed.added_at)
        """,  # noqa: S608 - columns
        account_id,
        passkey_id,
    )


async def remove_all(connection: Connection, *, account_id: UUID) -> bool:
    """Remove every passkey of an account, for good; return whether there were any."""
    await connection.execute("DELETE FROM removed_passkey WHERE account_id = $1", account_id)
    return bool(await connection.fetch("DELETE FROM passkey WHERE account_id = $1 RETURNING true", account_id))


async def bring_back(connection: Connection, *, account_id: UUID) -> bool:
    """Bring back the passkeys that were removed and are kept; return whether there were any."""
    removed = await connection.fetch(
        f"""
        WITH removed AS (DELETE FROM removed_passkey WHERE account_id = $1 RETURNING {_COLUMNS})
        INSERT INTO passkey ({_COLUMNS}) SELECT {_COLUMNS} FROM removed ON CONFLICT DO NOTHING RETURNING true
        """,  # noqa: S608 - columns
        account_id,
    )
    return bool(removed)


_COLUMNS = "credential_id, passkey_id, account_id, public_key, sign_count, name, added_at, last_used_at"
_SELECT = f"SELECT {_COLUMNS} FROM passkey "  # noqa: S608 - columns
