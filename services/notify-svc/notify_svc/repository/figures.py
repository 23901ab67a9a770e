"""What operators see of all messages together; counted seldom, see `chassis.table_figures`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.database import Connection


class Unsettled(NamedTuple):
    """How many messages are in one state on one channel, and since when the first of them is to be sent."""

    state: str
    channel: str
    number: int
    since: datetime


async def unsettled(connection: Connection) -> Sequence[Unsettled]:
    """Return the messages that have no certain end yet, about decisions and requested ones; each part has an index."""
    rows = await connection.fetch(
        """
        SELECT state, channel, count(*), min(since)
          FROM (SELECT state, channel, first_due_at AS since FROM message WHERE waiting = 'awaiting_contact'
                 UNION ALL
                SELECT state, channel, first_due_at FROM message WHERE waiting = 'due'
                 UNION ALL
                SELECT state, channel, first_due_at FROM message WHERE waiting = 'to_be_posted'
                 UNION ALL
                SELECT state, channel, first_due_at FROM message WHERE answers_lost > 0 AND state = 'in_doubt'
                 UNION ALL
                SELECT state, channel, first_due_at FROM message
                 WHERE claim_id IN (SELECT unnest(claim_ids) FROM lease) AND state = 'sending'
                 UNION ALL
                SELECT state, channel, occurred_at FROM requested_message WHERE state = 'due'
                 UNION ALL
                SELECT state, channel, occurred_at FROM requested_message WHERE state = 'sending'
                 UNION ALL
                SELECT state, channel, occurred_at FROM requested_message
                 WHERE answers_lost > 0 AND state = 'in_doubt'
                 UNION ALL
                SELECT state, 'post', settled_at FROM requested_letter WHERE state = 'to_be_posted') AS unsettled
         GROUP BY state, channel
        """
    )
    return [Unsettled(*row) for row in rows]
