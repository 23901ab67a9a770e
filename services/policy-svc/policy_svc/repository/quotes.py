"""Quotes, and which policy came of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from chassis.database import Connection
from contracts.codec import to_json
from contracts.policy import PolicyKind, PolicyTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What an insurance would cost. `policy_number` is that of the policy that came of it, None until then.

    `refused_by` are the rules by which its home was refused: such a one is on record, and nobody's to read or accept.
    """

    quote_id: UUID
    kind: PolicyKind
    terms: PolicyTerms
    made_at: datetime
    valid_until: datetime
    policy_number: str | None = None
    refused_by: tuple[str, ...] | None = None


_FIND: Final = "SELECT * FROM quote WHERE quote_id = $1 AND refused_by IS NULL"
_TERMS = msgspec.json.Decoder(PolicyTerms)


async def insert(connection: Connection, *, quote: Quote) -> None:
    """Store a quote that is new."""
    await connection.execute(
        "INSERT INTO quote (quote_id, kind, terms, made_at, valid_until, refused_by) VALUES ($1, $2, $3, $4, $5, $6)",
        quote.quote_id,
        quote.kind,
        to_json(quote.terms).decode(),
        quote.made_at,
        quote.valid_until,
        quote.refused_by,
    )


async def find(connection: Connection, *, quote_id: UUID) -> Quote | None:
    """Return a quote; None when there is none."""
    return _quote(await connection.fetchrow(_FIND, quote_id))


async def lock(connection: Connection, *, quote_id: UUID) -> Quote | None:
    """Return a quote, locked until the transaction ends; None when there is none."""
    return _quote(await connection.fetchrow(f"{_FIND} FOR UPDATE", quote_id))


def _quote(row: asyncpg.Record | None) -> Quote | None:
    if row is None:
        return None
    return Quote(**{**row, "kind": PolicyKind(row["kind"]), "terms": _TERMS.decode(row["terms"])})


async def accept(connection: Connection, *, quote_id: UUID, policy_number: str) -> None:
    """Keep which policy came of a quote. The caller holds its lock."""
    await connection.execute("UPDATE quote SET policy_number = $2 WHERE quote_id = $1", quote_id, policy_number)


async def delete_expired(connection: Connection, *, before: datetime) -> None:
    """Delete what was valid until before a moment."""
    await connection.execute("DELETE FROM quote WHERE valid_until < $1", before)
