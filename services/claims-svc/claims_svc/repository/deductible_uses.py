"""What each covered claim used of the deductible of its event."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.occurrence import DeductibleUse, Family


async def around(
    connection: Connection,
    *,
    losses: Collection[tuple[str, datetime]],
    claim_ids: Collection[UUID],
    event_length: timedelta,
) -> Sequence[DeductibleUse]:
    """Return what was used of the deductibles of all events that these losses can belong to.

    `losses` are policy numbers with moments of loss. What `claim_ids` used stands alone, wherever it is; what other
    claims used is summed by moment of loss. `event_length` is how long an event lasts.

    The events of a policy follow from its earliest loss on: each begins with the first loss after the end of the one
    before. So all is read from the beginning of the event that is under way at the first of the losses, and until the
    end of the last event that begins less than an event's length after the last of them.
    """
    rows = await connection.fetch(
        """
        WITH RECURSIVE loss AS (
            SELECT policy_number, family, loss_from_at
              FROM unnest($1::text[], $2::timestamptz[]) AS sought (policy_number, loss_from_at),
                   unnest($3::text[]) AS family
            UNION ALL
            SELECT policy_number, family, loss_from_at FROM deductible_use WHERE claim_id = ANY ($4::uuid[])
        ), span AS (
            SELECT policy_number, family, min(loss_from_at) AS first_at, max(loss_from_at) AS last_at
              FROM loss GROUP BY policy_number, family
        ), event AS (
            SELECT span.*, (SELECT min(loss_from_at) FROM deductible_use AS use
                             WHERE use.policy_number = span.policy_number AND use.family = span.family) AS begins_at
              FROM span
            UNION ALL
            SELECT policy_number, family, first_at, last_at,
                   (SELECT min(loss_from_at) FROM deductible_use AS use
                     WHERE use.policy_number = event.policy_number AND use.family = event.family
                       AND use.loss_from_at >= event.begins_at + $5::interval)
              FROM event WHERE begins_at <= first_at
        ), sought AS (
            SELECT policy_number, family, last_at,
                   coalesce(max(begins_at) FILTER (WHERE begins_at <= first_at), first_at) AS begins_at
              FROM event WHERE begins_at IS NOT NULL GROUP BY policy_number, family, first_at, last_at
        )
        SELECT used.claim_id, policy_number, family, used.loss_from_at, used.used_cents
          FROM sought, LATERAL (
               SELECT CASE WHEN claim_id = ANY ($4::uuid[]) THEN claim_id END AS claim_id, loss_from_at,
                      sum(used_cents)::bigint AS used_cents
                 FROM deductible_use AS use
                WHERE use.policy_number = sought.policy_number AND use.family = sought.family
                  AND loss_from_at >= begins_at AND loss_from_at < last_at + 2 * $5::interval
                GROUP BY loss_from_at, 1) AS used
        """,
        [policy_number for policy_number, _ in losses],
        [moment for _, moment in losses],
        list(Family),
        list(claim_ids),
        event_length,
    )
    return [DeductibleUse(**row) for row in rows]


async def store(connection: Connection, *, uses: Sequence[DeductibleUse]) -> None:
    """Store what each claim's newest decision uses; it replaces what the one before it used."""
    await connection.execute(
        """
        INSERT INTO deductible_use (claim_id, policy_number, family, loss_from_at, used_cents)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
            ON CONFLICT (claim_id) DO UPDATE
           SET policy_number = excluded.policy_number, family = excluded.family,
               loss_from_at = excluded.loss_from_at, used_cents = excluded.used_cents
        """,
        [use.claim_id for use in uses],
        [use.policy_number for use in uses],
        [use.family for use in uses],
        [use.loss_from_at for use in uses],
        [use.used_cents for use in uses],
    )
