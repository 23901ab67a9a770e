"""What claims were about before."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.likeness import Outline


async def insert(connection: Connection, *, outlines: Sequence[tuple[UUID, Outline]]) -> None:
    """Store outlines, each with its claim, in the order in which the claims had them."""
    await connection.execute(
        """
        INSERT INTO former_outline (claim_id, policy_number, loss_from_at, loss_until_at, families, damage_kinds,
                                    damage_digest)
        SELECT claim_id, policy_number, loss_from_at, loss_until_at, families, damage_kinds, damage_digest
          FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::smallint[], $6::smallint[],
                      $7::text[]) WITH ORDINALITY
               AS new (claim_id, policy_number, loss_from_at, loss_until_at, families, damage_kinds, damage_digest,
                       nth)
         ORDER BY nth
        """,
        [claim_id for claim_id, _ in outlines],
        [outline.policy_number for _, outline in outlines],
        [outline.loss.from_at for _, outline in outlines],
        [outline.loss.until_at for _, outline in outlines],
        [outline.families for _, outline in outlines],
        [outline.damage_kinds for _, outline in outlines],
        [outline.damage_digest for _, outline in outlines],
    )
