"""What each covered claim used of the deductible of its event."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chassis.database import Connection
from claims_svc.domain.occurrence import DeductibleUse


async def of_policies(connection: Connection, *, policy_numbers: Collection[str]) -> Sequence[DeductibleUse]:
    """Return what the covered claims of these policies used of their deductibles."""
    rows = await connection.fetch(
        """
        SELECT claim_id, policy_number, family, loss_from_at, used_cents
          FROM deductible_use WHERE policy_number = ANY ($1::text[]) ORDER BY claim_id
        """,
        list(policy_numbers),
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
