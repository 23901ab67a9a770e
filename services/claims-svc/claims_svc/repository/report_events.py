"""What happened to the reports of claims since they came: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis.database import Connection
from claims_svc.domain.corrections import Correction
from contracts.codec import to_json


async def insert_corrections(connection: Connection, *, corrections: Sequence[Correction], now: datetime) -> None:
    """Store which reports were corrected, in this order, and what of them changed."""
    await connection.execute(
        """
        INSERT INTO report_event (claim_id, report_id, kind, details, happened_at)
        SELECT claim_id, report_id, 'corrected', details, $4
          FROM unnest($1::uuid[], $2::uuid[], $3::json[]) WITH ORDINALITY AS new (claim_id, report_id, details, place)
         ORDER BY new.place
        """,
        [each.claim_id for each in corrections],
        [each.after.report_id for each in corrections],
        [to_json(each.details).decode() for each in corrections],
        now,
    )
