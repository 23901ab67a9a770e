"""What the provider calls the parts of an SMS, and what it reported of them."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from notify_svc.domain.sms_receipts import DoubtfulSms, Outcome, Receipt, SubmittedSms, reference_of

_DELETED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPart:
    """A part of which something was reported just now. No claim: it belongs to a requested message."""

    message_id: UUID
    claim: tuple[UUID, int] | None
    outcome: Outcome
    error: str | None


async def insert(connection: Connection, *, submitted: Sequence[SubmittedSms], now: datetime) -> None:
    """Store what the provider called each part that it took."""
    parts = [
        (sms, place, provider_id) for sms in submitted for place, provider_id in enumerate(sms.provider_ids, start=1)
    ]
    await connection.execute(
        """
        INSERT INTO sms_part (provider_id, message_id, claim_id, claim_version, part, parts, reference, submitted_at)
        SELECT *, $8
          FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::integer[], $5::smallint[], $6::smallint[], $7::integer[])
            ON CONFLICT DO NOTHING
        """,
        [provider_id for _, _, provider_id in parts],
        [sms.message_id for sms, _, _ in parts],
        [sms.claim and sms.claim[0] for sms, _, _ in parts],
        [sms.claim and sms.claim[1] for sms, _, _ in parts],
        [place for _, place, _ in parts],
        [len(sms.provider_ids) for sms, _, _ in parts],
        [reference_of(sms.message_id, part=place, parts=len(sms.provider_ids)) for sms, place, _ in parts],
        now,
    )


async def report(
    connection: Connection, *, receipts: Sequence[Receipt], received_at: Sequence[datetime]
) -> tuple[AbstractSet[int], Sequence[ReportedPart]]:
    """Record what `receipts` report; return the places of those whose part is known, and what was new.

    The part has the receipt's id and its reference, if it gives one back. Where it does not, and a centre has begun
    again with its ids, the number tells which part is meant. Of each part the first report stands, and is new.
    """
    rows = await connection.fetch(
        """
        WITH found AS MATERIALIZED (
            SELECT told.*, known.*
              FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::timestamptz[])
                WITH ORDINALITY AS told (id, outcome, error, named, destination, received_at, place)
             CROSS JOIN LATERAL (
                   SELECT ctid, message_id, claim_id, claim_version FROM sms_part
                    WHERE provider_id = told.id
                      AND CASE WHEN told.named IS NOT NULL THEN reference = told.named
                               ELSE NOT EXISTS (SELECT FROM sms_part other
                                                 WHERE other.provider_id = told.id AND other.ctid <> sms_part.ctid)
                                    OR told.destination IN (
                                       SELECT ltrim(mobile_phone, '+') FROM message_contact AS reader
                                        WHERE reader.claim_id = sms_part.claim_id
                                          AND reader.claim_version = sms_part.claim_version AND channel = 'sms'
                                        UNION ALL
                                       SELECT ltrim(mobile_phone, '+') FROM requested_message_contact
                                        WHERE request_id = sms_part.message_id) END
                    ORDER BY outcome IS NOT NULL, submitted_at DESC LIMIT 1) AS known),
        first AS (
            SELECT DISTINCT ON (ctid) * FROM found ORDER BY ctid, received_at, place),
        recorded AS (
            UPDATE sms_part SET outcome = first.outcome, outcome_at = first.received_at, outcome_error = first.error
              FROM first WHERE sms_part.ctid = first.ctid AND sms_part.outcome IS NULL RETURNING first.place)
        SELECT place, message_id, claim_id, claim_version, outcome, error, recorded.place IS NOT NULL AS is_new
          FROM found LEFT JOIN recorded USING (place) ORDER BY place
        """,
        [receipt.provider_id for receipt in receipts],
        [receipt.outcome.value for receipt in receipts],
        [receipt.error for receipt in receipts],
        [receipt.reference for receipt in receipts],
        [receipt.destination for receipt in receipts],
        list(received_at),
    )
    new = [
        ReportedPart(
            message_id=row["message_id"],
            claim=None if row["claim_id"] is None else (row["claim_id"], row["claim_version"]),
            outcome=Outcome(row["outcome"]),
            error=row["error"],
        )
        for row in rows
        if row["is_new"]
    ]
    return {row["place"] - 1 for row in rows}, new


async def insert_reported(
    connection: Connection, *, sms: DoubtfulSms, receipt: Receipt, received_at: datetime
) -> ReportedPart:
    """Store the one part of an SMS that was in doubt under the id by which its receipt called it."""
    await connection.execute(
        """
        INSERT INTO sms_part (provider_id, message_id, claim_id, claim_version, part, parts, reference, submitted_at,
                              outcome, outcome_at, outcome_error)
        VALUES ($1, $2, $3, $4, 1, 1, $8, $5, $6, $5, $7) ON CONFLICT DO NOTHING
        """,
        receipt.provider_id,
        sms.message_id,
        sms.claim and sms.claim[0],
        sms.claim and sms.claim[1],
        received_at,
        receipt.outcome.value,
        receipt.error,
        reference_of(sms.message_id),
    )
    return ReportedPart(
        message_id=sms.message_id,
        claim=sms.claim,
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
