"""How many messages wait to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis.database import Connection
from contracts.vocabulary import Channel
from notify_svc.domain.waiting import DECISIONS, Waiting


async def count(connection: Connection, *, now: datetime) -> Sequence[Waiting]:
    """Return what is due, of each channel and lane of which anything is; it reads the indexes of what is due."""
    rows = await connection.fetch(
        """
        SELECT channel, $2 AS lane, count(*) FILTER (WHERE due_at <= $1) AS waiting,
               count(*) FILTER (WHERE due_at > $1) AS later, min(due_at) FILTER (WHERE due_at <= $1) AS oldest_due_at
          FROM message WHERE waiting = 'due' GROUP BY channel
         UNION ALL
        SELECT channel, priority, count(*) FILTER (WHERE due_at <= $1), count(*) FILTER (WHERE due_at > $1),
               min(due_at) FILTER (WHERE due_at <= $1)
          FROM requested_message WHERE state = 'due' GROUP BY channel, priority
         ORDER BY channel, lane
        """,
        now,
        DECISIONS,
    )
    return [
        Waiting(
            channel=Channel(row["channel"]),
            lane=row["lane"],
            waiting=row["waiting"],
            later=row["later"],
            oldest_due_at=row["oldest_due_at"],
        )
        for row in rows
    ]
