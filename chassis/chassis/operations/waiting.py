"""How much waits in a service: timers, and events to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chassis.database import Connection

COUNTED_UP_TO: Final = 100_000
"""Whether more than that wait makes no difference, and counting them would."""


@dataclass(frozen=True, slots=True)
class TimersOfKind:
    """Timers of one kind: how many wait, how many are overdue and since when, and what the last failure was."""

    kind: str
    waiting: int
    overdue: int
    oldest_due_at: datetime | None
    failing: int
    failure: str | None


async def timers(connection: Connection, *, now: datetime) -> Sequence[TimersOfKind]:
    """Return what waits of each kind that has any, by name. A failure is the name of an error."""
    rows = await connection.fetch(
        """
        SELECT kind, count(*) AS waiting, count(*) FILTER (WHERE due_at <= $1) AS overdue,
               min(due_at) AS oldest_due_at, count(*) FILTER (WHERE attempts > 0) AS failing,
               max(failure) FILTER (WHERE attempts > 0) AS failure
          FROM messaging.timer GROUP BY kind ORDER BY kind
        """,
        now,
    )
    return [TimersOfKind(**row) for row in rows]


async def outbox_rows(connection: Connection) -> int:
    """Return how many events lie in the outbox, counted up to `COUNTED_UP_TO`."""
    rows: int = await connection.fetchval(
        "SELECT count(*) FROM (SELECT FROM messaging.outbox LIMIT $1) AS counted", COUNTED_UP_TO
    )
    return rows
