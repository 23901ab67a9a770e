"""Which customers were told that they can have damage repaired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


async def insert(
    connection: Connection, *, ordered_at_most_cents: Mapping[UUID, int], now: datetime
) -> frozenset[UUID]:
    """Put on record that repair is offered for these claims, once each; return those for which it was not before.

    Left out are those that have, or had, a job, and of which more was ordered to be paid than this. The claims are
    locked.
    """
    rows = await connection.fetch(
        """
        INSERT INTO desk_action (claim_id, kind, role, details, done_at)
        SELECT claim_id, 'repair_offered', 'system', '{}', $3
          FROM unnest($1::uuid[], $2::bigint[]) AS new (claim_id, at_most_cents)
         WHERE NOT EXISTS (SELECT FROM desk_action AS done
                            WHERE done.claim_id = new.claim_id AND done.kind = 'repair_offered')
           AND NOT EXISTS (SELECT FROM repair_job AS job WHERE job.claim_id = new.claim_id)
           AND at_most_cents >= (SELECT coalesce(sum(amount_cents), 0) FROM payment
                                  WHERE payment.claim_id = new.claim_id AND failure IS NULL)
        RETURNING claim_id
        """,
        list(ordered_at_most_cents),
        list(ordered_at_most_cents.values()),
        now,
    )
    return frozenset(claim_id for (claim_id,) in rows)
