"""Which repair partner may read how a customer is reached, by job."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec

from chassis.database import Connection
from contracts.repairs import RepairContactReleased


async def store(connection: Connection, *, released: Collection[RepairContactReleased]) -> None:
    """Store the newest word about each job; an older one than is stored changes nothing."""
    await connection.execute(
        """
        INSERT INTO repair_contact (job_id, policy_number, insured_on, partner_id, released, changed_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::boolean[], $6::timestamptz[])
            ON CONFLICT (job_id) DO UPDATE
           SET partner_id = excluded.partner_id, released = excluded.released, changed_at = excluded.changed_at
         WHERE excluded.changed_at >= repair_contact.changed_at
        """,
        [each.job_id for each in released],
        [each.policy_number for each in released],
        [each.insured_on for each in released],
        [each.partner_id for each in released],
        [each.released for each in released],
        [each.changed_at for each in released],
    )


async def find(connection: Connection, *, job_id: UUID, partner_id: str) -> RepairContactReleased | None:
    """Return what this partner may read for a job; None when that is nothing (any more)."""
    row = await connection.fetchrow(
        "SELECT * FROM repair_contact WHERE job_id = $1 AND partner_id = $2 AND released", job_id, partner_id
    )
    return None if row is None else msgspec.convert(dict(row), RepairContactReleased)
