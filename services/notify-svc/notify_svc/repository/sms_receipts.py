"""Receipts that wait until it is known what they are about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.database import Connection
from notify_svc.domain.sms_receipts import PARKED_FOR, Outcome, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedReceipt:
    """A receipt that waits since `received_at`."""

    receipt_id: UUID
    receipt: Receipt
    received_at: datetime


async def park(connection: Connection, *, receipts: Sequence[Receipt], now: datetime, look_at: datetime) -> None:
    """Store `receipts`, to be looked at again at `look_at`."""
    await connection.execute(
        """
        INSERT INTO sms_receipt (receipt_id, provider_id, outcome, error, reference, destination, received_at, look_at)
        SELECT *, $7, $8 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[])
        """,
        [uuid7() for _ in receipts],
        [receipt.provider_id for receipt in receipts],
        [receipt.outcome.value for receipt in receipts],
        [receipt.error for receipt in receipts],
        [receipt.reference for receipt in receipts],
        [receipt.destination for receipt in receipts],
        now,
        look_at,
    )


async def lock_due(connection: Connection, *, now: datetime, limit: int) -> Sequence[ParkedReceipt]:
    """Lock and return receipts that are to be looked at again; no other process looks at them meanwhile."""
    rows = await connection.fetch(
        "SELECT * FROM sms_receipt WHERE look_at <= $1 ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED", now, limit
    )
    return [
        ParkedReceipt(
            receipt_id=row["receipt_id"],
            receipt=Receipt(
                provider_id=row["provider_id"],
                outcome=Outcome(row["outcome"]),
                error=row["error"],
                reference=row["reference"],
                destination=row["destination"],
            ),
            received_at=row["received_at"],
        )
        for row in rows
    ]


async def look_later(connection: Connection, *, receipt_ids: Collection[UUID], now: datetime) -> None:
    """Look at these again when they are twice as old, a second from now at the earliest, and once their time is up."""
    await connection.execute(
        """
        UPDATE sms_receipt
           SET look_at = least(received_at + $3, $2::timestamptz + greatest(interval '1 second', $2 - received_at))
         WHERE receipt_id = ANY ($1::uuid[])
        """,
        list(receipt_ids),
        now,
        PARKED_FOR,
    )


async def forget(connection: Connection, *, receipt_ids: Collection[UUID]) -> None:
    """Delete these receipts."""
    await connection.execute("DELETE FROM sms_receipt WHERE receipt_id = ANY ($1::uuid[])", list(receipt_ids))


async def any_left(connection: Connection) -> bool:
    """Whether any receipt waits."""
    is_there: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM sms_receipt)")
    return is_there
