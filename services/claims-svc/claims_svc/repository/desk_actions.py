"""What people did at the desk: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from contracts.codec import from_json, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAction:
    """That somebody did something about a claim. `kind` is a past participle: taken, asked, ruled.

    `done_by` is an account, None where nobody did it but an event or time. `details` hold no contact data.
    """

    claim_id: UUID
    kind: str
    done_by: str | None
    role: str
    done_at: datetime
    reason: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)


async def insert(connection: Connection, *, actions: Sequence[DeskAction]) -> None:
    """Store actions, in this order."""
    await connection.execute(
        """
        INSERT INTO desk_action (claim_id, kind, done_by, role, reason, details, done_at)
        SELECT claim_id, kind, done_by, role, reason, details, done_at
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[], $7::timestamptz[])
               WITH ORDINALITY AS new (claim_id, kind, done_by, role, reason, details, done_at, place)
         ORDER BY new.place
        """,
        [action.claim_id for action in actions],
        [action.kind for action in actions],
        [action.done_by for action in actions],
        [action.role for action in actions],
        [action.reason for action in actions],
        [to_json(action.details).decode() for action in actions],
        [action.done_at for action in actions],
    )


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[DeskAction]:
    """Return what was done about a claim, the first first."""
    rows = await connection.fetch(
        """
        SELECT claim_id, kind, done_by, role, reason, details, done_at
          FROM desk_action WHERE claim_id = $1 ORDER BY place
        """,
        claim_id,
    )
    return [DeskAction(**{**row, "details": from_json(dict[str, str], row["details"])}) for row in rows]


async def alone_cents(connection: Connection, *, claim_id: UUID, account: str) -> int:
    """Return how much an account has let be paid of a claim alone, in euro cents, whatever became of it since."""
    cents: int = await connection.fetchval(
        """
        SELECT coalesce(sum((details ->> 'alone_cents')::bigint), 0)::bigint
          FROM desk_action WHERE claim_id = $1 AND done_by = $2
        """,
        claim_id,
        account,
    )
    return cents


async def overturned(connection: Connection) -> Sequence[tuple[str, str, int]]:
    """Return how often people decided what a rule had left to them, or otherwise than it: ground, outcome, times."""
    rows = await connection.fetch(
        """
        SELECT details ->> 'ground' AS ground, details ->> 'outcome' AS outcome, count(*) AS times
          FROM desk_action WHERE kind = 'ruled' GROUP BY 1, 2 ORDER BY 1, 2
        """
    )
    return [tuple(row) for row in rows]
