"""Calls of the Salvage Foundation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SalvageCall:
    """The fire brigade called the Salvage Foundation; `recorded_by` is the account of who put it on record."""

    call_id: UUID
    claim_id: UUID
    called_at: datetime
    note: str | None
    recorded_by: str
    recorded_at: datetime


async def insert(connection: Connection, *, call: SalvageCall) -> None:
    await connection.execute(
        """
        INSERT INTO salvage_call (call_id, claim_id, called_at, note, recorded_by, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        call.call_id,
        call.claim_id,
        call.called_at,
        call.note,
        call.recorded_by,
        call.recorded_at,
    )


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[SalvageCall]:
    """Return the calls about a claim, the first first."""
    rows = await connection.fetch(
        """
        SELECT call_id, claim_id, called_at, note, recorded_by, recorded_at
          FROM salvage_call WHERE claim_id = $1 ORDER BY called_at, call_id
        """,
        claim_id,
    )
    return [SalvageCall(**row) for row in rows]
