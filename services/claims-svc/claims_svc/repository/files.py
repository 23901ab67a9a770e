"""Photos and documents of claims, and which of their contents lie in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One that was not removed. `added_as` is the role of who sent it, `sha256` that of its contents."""

    file_id: UUID
    claim_id: UUID
    object_key: UUID
    media_type: str
    size_bytes: int
    pages: int
    sha256: str
    added_as: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """A file with the claim that it was sent to, and the report that opened that claim."""

    file: StoredFile
    reference: str
    policy_number: str
    report_id: UUID


_COLUMNS = ", ".join(f"file.{name}" for name in StoredFile.__slots__)


async def lock_claim(connection: Connection, *, claim_id: UUID) -> str:
    """Let nobody decide about a claim, or add another file to it, until the transaction ends; return its state."""
    state: str = await connection.fetchval("SELECT state FROM claim WHERE claim_id = $1 FOR NO KEY UPDATE", claim_id)
    return state


async def count(connection: Connection, *, claim_id: UUID) -> int:
    """Return how many files a claim has."""
    number: int = await connection.fetchval(
        "SELECT count(*) FROM file WHERE claim_id = $1 AND removed_at IS NULL", claim_id
    )
    return number


async def listed(connection: Connection, *, claim_id: UUID, relation_number: str | None = None) -> Sequence[ListedFile]:
    """Return the files of a claim and of those joined to it by hand, oldest first.

    With a relation number only those of claims on its policies.
    """
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS}, claim_reference, policy_number, report_id
          FROM file JOIN claim USING (claim_id)
         WHERE claim_id = ANY (ARRAY(SELECT $1::uuid UNION ALL SELECT claim_id FROM claim WHERE joined_to = $1))
           AND removed_at IS NULL AND ($2::text IS NULL OR split_part(policy_number, '-', 1) = $2)
         ORDER BY added_at, file_id
        """,  # noqa: S608 - names of columns
        claim_id,
        relation_number,
    )
    return [
        ListedFile(
            file=StoredFile(**{name: row[name] for name in StoredFile.__slots__}),
            reference=row["claim_reference"],
            policy_number=row["policy_number"],
            report_id=row["report_id"],
        )
        for row in rows
    ]


async def find(
    connection: Connection, *, file_id: UUID, reference: str, relation_number: str | None = None
) -> StoredFile | None:
    """Return a file of this claim, which is of this relation number if that is given; None where there is none."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM file JOIN claim USING (claim_id)
         WHERE file_id = $1 AND claim_reference = $2 AND removed_at IS NULL
           AND ($3::text IS NULL OR split_part(policy_number, '-', 1) = $3)
        """,  # noqa: S608 - names of columns
        file_id,
        reference,
        relation_number,
    )
    return None if row is None else StoredFile(**row)


async def reserve(connection: Connection, *, object_key: UUID, unwanted_at: datetime) -> None:
    """Store that something may come to lie under this key, to be erased at `unwanted_at` unless a file has it then."""
    await connection.execute(
        "INSERT INTO stored_object (object_key, unwanted_at) VALUES ($1, $2)", object_key, unwanted_at
    )


async def insert(connection: Connection, *, file: StoredFile) -> bool:
    """Store a file with what was put under its key; return False when the key was given up meanwhile."""
    wanted = await connection.fetchval(
        "UPDATE stored_object SET unwanted_at = NULL WHERE object_key = $1 RETURNING true", file.object_key
    )
    if wanted is None:
        return False
    await connection.execute(
        """
        INSERT INTO file (file_id, claim_id, object_key, media_type, size_bytes, pages, sha256, added_as, added_by,
                          added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        *(getattr(file, name) for name in StoredFile.__slots__),
    )
    return True


async def is_used(connection: Connection, *, claim_id: UUID, file_id: UUID) -> bool:
    """Whether a file of the claim has, or had, this id."""
    found = await connection.fetchval("SELECT true FROM file WHERE (claim_id, file_id) = ($1, $2)", claim_id, file_id)
    return found is not None


async def remove(connection: Connection, *, file: StoredFile, by: str, reason: str | None, now: datetime) -> None:
    """Take a file away from its claim; its contents are erased soon after."""
    await connection.execute(
        """
        WITH removed AS (
            UPDATE file SET object_key = NULL, removed_by = $2, removal_reason = $3, removed_at = $4
             WHERE object_key = $1
        )
        UPDATE stored_object SET unwanted_at = $4 WHERE object_key = $1
        """,
        file.object_key,
        by,
        reason,
        now,
    )


async def lock_unwanted(connection: Connection, *, now: datetime) -> UUID | None:
    """Lock a key that nobody wants; None where there is none, or where others erase them all."""
    object_key: UUID | None = await connection.fetchval(
        """
        SELECT object_key FROM stored_object WHERE unwanted_at <= $1 ORDER BY unwanted_at LIMIT 1
           FOR UPDATE SKIP LOCKED
        """,
        now,
    )
    return object_key


async def forget(connection: Connection, *, object_key: UUID) -> None:
    """Delete the row of a key under which nothing lies any more."""
    await connection.execute("DELETE FROM stored_object WHERE object_key = $1", object_key)


async def unknown(connection: Connection, *, object_keys: Sequence[UUID]) -> Sequence[UUID]:
    """Return those of `object_keys` that have no row."""
    rows = await connection.fetch(
        """
        SELECT given.object_key FROM unnest($1::uuid[]) AS given (object_key)
         WHERE NOT EXISTS (SELECT FROM stored_object WHERE stored_object.object_key = given.object_key)
        """,
        list(object_keys),
    )
    return [row["object_key"] for row in rows]


async def wanted(connection: Connection) -> Sequence[UUID]:
    """Return every key that a file has."""
    return [row["object_key"] for row in await connection.fetch("SELECT object_key FROM file WHERE removed_at IS NULL")]
