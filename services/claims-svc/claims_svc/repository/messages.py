"""How messages about claims ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from claims_svc.repository.distinct_rows import distinct


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedMessage:
    """That a message was sent, or will not be. `about` is the occasion, `decision` where that tells itself."""

    claim_id: UUID
    message_id: UUID
    settlement: str
    about: str
    channel: str
    settled_at: datetime


async def insert(connection: Connection, *, messages: Sequence[EndedMessage]) -> None:
    """Store how messages ended; what was told before changes nothing.

    A storm brings two or three of them a claim, and most of a batch ended alike, at one moment.
    """
    shared, places = distinct((each.settlement, each.about, each.channel, each.settled_at) for each in messages)
    await connection.execute(
        """
        INSERT INTO message_settled (claim_id, message_id, settlement, about, channel, settled_at)
        SELECT claim_id, message_id, ($4::text[])[place], ($5::text[])[place], ($6::text[])[place],
               ($7::timestamptz[])[place]
          FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS told (claim_id, message_id, place)
            ON CONFLICT DO NOTHING
        """,
        [message.claim_id for message in messages],
        [message.message_id for message in messages],
        places,
        *shared,
    )
