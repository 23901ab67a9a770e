"""Documents that were issued to customers: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

import asyncpg

from chassis.database import Connection
from contracts.vocabulary import Language
from policy_svc.domain.documents import DocumentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedDocument:
    """What is known of a document beside its bytes. `about_day` is the Dutch day that it tells of."""

    document_id: UUID
    relation_number: str
    policy_number: str
    policy_version: int
    kind: DocumentKind
    about_day: date
    language: Language
    issued_at: datetime
    sha256: str
    size_bytes: int


_KNOWN = (
    "document_id, relation_number, policy_number, policy_version, kind, about_day, language, issued_at, sha256, "
    "octet_length(content) AS size_bytes"
)


async def keep(  # noqa: PLR0913 - the columns
    connection: Connection,
    *,
    document_id: UUID,
    relation_number: str,
    policy_number: str,
    policy_version: int,
    kind: DocumentKind,
    about_day: date,
    language: Language,
    issued_at: datetime,
    content: bytes,
) -> IssuedDocument:
    """Store a document and return it. Of a policy the same bytes again are the document that was issued first."""
    digest = sha256(content).digest()
    await connection.execute(
        """
        INSERT INTO document
               (document_id, relation_number, policy_number, policy_version, kind, about_day, language, issued_at,
                sha256, content)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (policy_number, sha256) DO NOTHING
        """,
        document_id,
        relation_number,
        policy_number,
        policy_version,
        kind,
        about_day,
        language,
        issued_at,
        digest,
        content,
    )
    (row,) = await connection.fetch(
        f"SELECT {_KNOWN} FROM document WHERE policy_number = $1 AND sha256 = $2",  # noqa: S608 - a constant
        policy_number,
        digest,
    )
    return _document(row)


async def of_customer(
    connection: Connection, *, relation_number: str, before: tuple[datetime, UUID] | None, rows: int
) -> Sequence[IssuedDocument]:
    """Return a customer's documents, the latest first: up to `rows` of those before a position."""
    found = await connection.fetch(
        f"""
        SELECT {_KNOWN}
          FROM document
         WHERE relation_number = $1
           AND ($2::timestamptz IS NULL OR (issued_at, document_id) < ($2, $3::uuid))
         ORDER BY issued_at DESC, document_id DESC
         LIMIT $4
        """,  # noqa: S608 - a constant
        relation_number,
        *(before or (None, None)),
        rows,
    )
    return [_document(row) for row in found]


async def find(connection: Connection, *, relation_number: str, document_id: UUID) -> IssuedDocument | None:
    """Return a document of this customer; None when there is no such one."""
    row = await connection.fetchrow(
        f"SELECT {_KNOWN} FROM document WHERE relation_number = $1 AND document_id = $2",  # noqa: S608 - a constant
        relation_number,
        document_id,
    )
    return None if row is None else _document(row)


async def content(connection: Connection, *, document_id: UUID) -> bytes:
    """Return the bytes of a document that there is."""
    found: bytes = await connection.fetchval("SELECT content FROM document WHERE document_id = $1", document_id)
    return found


async def issued_on_demand(connection: Connection, *, relation_number: str, actor: str, since: datetime) -> int:
    """Return how many documents about a customer were issued because `actor` asked, at a moment or later.

    Whoever asks is on record with the document at the moment at which it is issued; confirmations nobody asked for.
    """
    count: int = await connection.fetchval(
        """
        SELECT count(DISTINCT document_id)
          FROM document
          JOIN access_record USING (relation_number)
         WHERE relation_number = $1 AND issued_at >= $3 AND recorded_at >= $3
           AND actor = $2 AND recorded_at = issued_at AND details ->> 'document_id' = document_id::text
        """,
        relation_number,
        actor,
        since,
    )
    return count


def _document(row: asyncpg.Record) -> IssuedDocument:
    return IssuedDocument(
        document_id=row["document_id"],
        relation_number=row["relation_number"],
        policy_number=row["policy_number"],
        policy_version=row["policy_version"],
        kind=DocumentKind(row["kind"]),
        about_day=row["about_day"],
        language=Language(row["language"]),
        issued_at=row["issued_at"],
        sha256=row["sha256"].hex(),
        size_bytes=row["size_bytes"],
    )
