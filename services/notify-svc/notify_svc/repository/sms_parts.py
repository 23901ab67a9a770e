"""What the provider calls the parts of an SMS, and what it reported of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from notify_svc.domain.sms_receipts import DoubtfulSms, Outcome, Receipt, SubmittedSms

_DELETED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPart:
    """A part of which something was reported just now. No claim: it belongs to a requested message."""

    message_id: UUID
    claim_id: UUID | None
    outcome: Outcome
    error: str | None


async def insert(connection: Connection, *, submitted: Sequence[SubmittedSms], now: datetime) -> None:
    """Store what the provider called each part that it took."""
    parts = [
        (sms, place, provider_id) for sms in submitted for place, provider_id in enumerate(sms.provider_ids, start=1)
    ]
    await connection.execute(
        """
        INSERT INTO sms_part (provider_id, message_id, claim_id, claim_version, part, parts, submitted_at)
        SELECT *, $7 FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::integer[], $5::smallint[], $6::smallint[])
            ON CONFLICT DO NOTHING
        """,
        [provider_id for _, _, provider_id in parts],
        [sms.message_id for sms, _, _ in parts],
        [sms.claim and sms.claim[0] for sms, _, _ in parts],
        [sms.claim and sms.claim[1] for sms, _, _ in parts],
        [place for _, place, _ in parts],
        [len(sms.provider_ids) for sms, _, _ in parts],
        now,
    )


async def report(
    connection: Connection, *, receipts: Sequence[Receipt], received_at: Sequence[datetime]
) -> Mapping[int, ReportedPart]:
    """Record what `receipts` report of parts with their ids; return these, by the place of their receipt.

    Of parts with one id the last that was submitted is meant. The first report of a part stands; one that says it again
    is known, too.
    """
    rows = await connection.fetch(
        """
        WITH found AS MATERIALIZED (
            SELECT told.*, known.*
              FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) WITH ORDINALITY
                AS told (id, outcome, error, received_at, place)
             CROSS JOIN LATERAL (
                   SELECT ctid, message_id, claim_id FROM sms_part
                    WHERE provider_id = told.id ORDER BY submitted_at DESC LIMIT 1) AS known),
        recorded AS (
            UPDATE sms_part SET outcome = found.outcome, outcome_at = found.received_at, outcome_error = found.error
              FROM found WHERE sms_part.ctid = found.ctid AND sms_part.outcome IS NULL)
        SELECT place, message_id, claim_id, outcome, error FROM found
        """,
        [receipt.provider_id for receipt in receipts],
        [receipt.outcome.value for receipt in receipts],
        [receipt.error for receipt in receipts],
        list(received_at),
    )
    return {
        row["place"] - 1: ReportedPart(
            message_id=row["message_id"],
            claim_id=row["claim_id"],
            outcome=Outcome(row["outcome"]),
            error=row["error"],
        )
        for row in rows
    }


async def insert_reported(
    connection: Connection, *, sms: DoubtfulSms, receipt: Receipt, received_at: datetime
) -> ReportedPart:
    """Store the one part of an SMS that was in doubt under the id by which its receipt called it."""
    await connection.execute(
        """
        INSERT INTO sms_part (provider_id, message_id, claim_id, claim_version, part, parts, submitted_at,
                              outcome, outcome_at, outcome_error)
        VALUES ($1, $2, $3, $4, 1, 1, $5, $6, $5, $7) ON CONFLICT DO NOTHING
        """,
        receipt.provider_id,
        sms.message_id,
        sms.claim and sms.claim[0],
        sms.claim and sms.claim[1],
        received_at,
        receipt.outcome.value,
        receipt.error,
    )
    return ReportedPart(
        message_id=sms.message_id,
        claim_id=sms.claim and sms.claim[0],
        outcome=receipt.outcome,
        error=receipt.error,
    )


async def delete_old(connection: Connection, *, before: datetime) -> bool:
    """Forget parts that were submitted `before` this moment, not too many at once; return whether there are more."""
    tag = await connection.execute(
        "DELETE FROM sms_part WHERE ctid = ANY (ARRAY(SELECT ctid FROM sms_part WHERE submitted_at < $1 LIMIT $2))",
        before,
        _DELETED_AT_ONCE,
    )
    return tag == f"DELETE {_DELETED_AT_ONCE}"


async def list_undelivered(connection: Connection) -> Sequence[asyncpg.Record]:
    """Return every part that was taken and reported as not delivered, oldest first; no personal data."""
    return await connection.fetch(
        """
        SELECT message_id, claim_id, claim_version, part, parts, submitted_at, outcome, outcome_at, outcome_error
          FROM sms_part WHERE outcome <> 'delivered' ORDER BY outcome_at, message_id, part
        """
    )
