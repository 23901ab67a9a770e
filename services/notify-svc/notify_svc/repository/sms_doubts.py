"""SMS in doubt: their answer was lost, and a receipt may tell what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from notify_svc.domain.sms_receipts import DoubtfulSms, Outcome
from notify_svc.repository.messages import SettledMessage
from notify_svc.repository.requests import SettledRequest


async def count(connection: Connection) -> int:
    """Return how many SMS are in doubt, about decisions and requested ones."""
    found: int = await connection.fetchval(
        """
        SELECT (SELECT count(*) FROM message WHERE answers_lost > 0 AND state = 'in_doubt' AND channel = 'sms')
             + (SELECT count(*) FROM requested_message
                 WHERE answers_lost > 0 AND state = 'in_doubt' AND channel = 'sms')
        """
    )
    return found


async def read(
    connection: Connection, *, numbers: Collection[str], message_ids: Collection[UUID], since: datetime
) -> Sequence[DoubtfulSms]:
    """Return SMS that are in doubt `since` this moment and that a receipt may mean.

    They are those of `message_ids`, and those whose reader's number is, now, one of `numbers`, in digits. A number that
    came sealed with a request is erased by then: by a number that SMS is not found, unless it is the reader's own.
    """
    rows = await connection.fetch(
        """
        SELECT message_id, claim_id, claim_version, mobile_phone
          FROM message JOIN message_contact USING (claim_id, claim_version, channel)
         WHERE answers_lost > 0 AND state = 'in_doubt' AND channel = 'sms' AND settled_at >= $2
           AND (ltrim(mobile_phone, '+') = ANY ($1::text[]) OR message_id = ANY ($3::uuid[]))
         UNION ALL
        SELECT request_id, NULL, NULL, mobile_phone
          FROM requested_message JOIN requested_message_contact USING (request_id)
         WHERE answers_lost > 0 AND state = 'in_doubt' AND channel = 'sms' AND settled_at >= $2
           AND (ltrim(mobile_phone, '+') = ANY ($1::text[]) OR request_id = ANY ($3::uuid[]))
        """,
        list(numbers),
        since,
        list(message_ids),
    )
    return [
        DoubtfulSms(
            message_id=row["message_id"],
            claim=None if row["claim_id"] is None else (row["claim_id"], row["claim_version"]),
            mobile_phone=row["mobile_phone"] or "",
        )
        for row in rows
    ]


async def settle(
    connection: Connection, *, sms: DoubtfulSms, outcome: Outcome, now: datetime
) -> tuple[Sequence[SettledMessage], Sequence[SettledRequest]]:
    """End the doubt about `sms` as `outcome` says; return what is settled by it, unless it was before."""
    state, reason = outcome.settles_doubt_as.value, f"receipt-{outcome.value}"
    if sms.claim is None:
        rows = await connection.fetch(
            """
            UPDATE requested_message SET state = $2, settled_at = $3, last_error = $4
             WHERE request_id = $1 AND state = 'in_doubt' RETURNING *
            """,
            sms.message_id,
            state,
            now,
            reason,
        )
        return (), [SettledRequest.from_row(row) for row in rows]
    rows = await connection.fetch(
        """
        UPDATE message SET state = $3, settled_at = $4, last_error = $5
         WHERE claim_id = $1 AND claim_version = $2 AND channel = 'sms' AND state = 'in_doubt' RETURNING *
        """,
        *sms.claim,
        state,
        now,
        reason,
    )
    return [SettledMessage.from_row(row) for row in rows], ()
