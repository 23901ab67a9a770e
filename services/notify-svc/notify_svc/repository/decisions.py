"""Decisions, kept until their messages are written: who could not hand over a message in memory reads them."""

from __future__ import annotations

from chassis.consuming.delivery import Batch
from chassis.database import Connection
from contracts.claims import DecisionMade
from contracts.packing import pack


async def insert(connection: Connection, *, decisions: Batch[DecisionMade]) -> None:
    """Store the events of `decisions`; a claim version that is stored already stays as it is."""
    await connection.execute(
        """
        INSERT INTO decision (claim_id, claim_version, event)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::bytea[]) ON CONFLICT DO NOTHING
        """,
        [delivery.event.claim_id for delivery in decisions],
        [delivery.event.claim_version for delivery in decisions],
        [pack(delivery.record.value) for delivery in decisions],
    )
