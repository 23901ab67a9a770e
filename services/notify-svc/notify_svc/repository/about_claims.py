"""Messages about a claim, whoever asked for them, as operators see them: no addresses, no texts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from chassis.database import Connection


async def messages(connection: Connection, *, claim_id: UUID) -> Sequence[asyncpg.Record]:
    """Return the messages about a claim, the first first. What was requested is read whole: this is for people."""
    return await connection.fetch(
        """
        SELECT message_id, claim_version, 'decision' AS occasion, channel, state, attempts, answers_lost,
               first_due_at AS created_at, CASE WHEN waiting = 'due' THEN due_at END AS due_at, settled_at,
               (SELECT status FROM bounce WHERE bounce.message_id = message.message_id) AS bounced, traceparent
          FROM message WHERE claim_id = $1
        UNION ALL
        SELECT request_id, NULL, occasion, channel, state, attempts, answers_lost, occurred_at,
               CASE WHEN state = 'due' THEN due_at END, settled_at,
               (SELECT status FROM bounce WHERE bounce.message_id = requested_message.request_id), traceparent
          FROM requested_message WHERE claim ->> 'claim_id' = $1::text
        UNION ALL
        SELECT letter_id, NULL, occasion, 'post', state, 0, 0, occurred_at, NULL, settled_at, NULL, traceparent
          FROM requested_letter WHERE claim ->> 'claim_id' = $1::text
         ORDER BY created_at, channel
        """,
        claim_id,
    )
