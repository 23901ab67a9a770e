"""Reports that joined the claim which another report of the same loss had opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from contracts.codec import to_json
from contracts.loss_reports import LossReported


async def store(connection: Connection, *, joined: Collection[tuple[UUID, LossReported]], now: datetime) -> None:
    """Store reports, each with the claim it joined, in the order in which they did; a newer version replaces a report.

    When a report has joined another claim meanwhile, delete it before.
    """
    await connection.execute(
        """
        INSERT INTO joined_report (report_id, claim_id, report, joined_at)
        SELECT report_id, claim_id, report, $4
          FROM unnest($1::uuid[], $2::uuid[], $3::json[]) WITH ORDINALITY AS new (report_id, claim_id, report, place)
         ORDER BY new.place
            ON CONFLICT (report_id) DO UPDATE SET report = excluded.report
        """,
        [report.report_id for _, report in joined],
        [claim_id for claim_id, _ in joined],
        [to_json(report).decode() for _, report in joined],
        now,
    )


async def delete(connection: Connection, *, report_ids: Collection[UUID], by_hand: bool, now: datetime) -> None:
    """Delete reports that turned out to be about another loss; that they once joined their claims stays on record."""
    await connection.execute(
        """
        WITH gone AS (DELETE FROM joined_report WHERE report_id = ANY ($1::uuid[]) RETURNING *)
        INSERT INTO report_event (claim_id, report_id, kind, details, happened_at)
        SELECT claim_id, report_id, $2,
               json_build_object('channel', report ->> 'channel', 'joined_at', to_json(joined_at)), $3
          FROM gone ORDER BY place
        """,
        list(report_ids),
        "moved" if by_hand else "left",
        now,
    )


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[asyncpg.Record]:
    """Return the reports that joined a claim, first to last."""
    return await connection.fetch(
        """
        SELECT report_id, (report ->> 'report_version')::integer AS report_version, report ->> 'channel' AS channel,
               joined_at
          FROM joined_report WHERE claim_id = $1 ORDER BY place
        """,
        claim_id,
    )


async def has_joined_claims(connection: Connection, *, claim_id: UUID) -> bool:
    """Return whether other claims were joined to this one by hand."""
    found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM claim WHERE joined_to = $1)", claim_id)
    return found
