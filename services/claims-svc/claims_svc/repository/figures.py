"""What operators see of all claims together; counted seldom, see `chassis.table_figures`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chassis.database import Connection


async def by_state(connection: Connection) -> Mapping[str, tuple[int, datetime]]:
    """Return how many claims are in each state, and when the first of them was opened; nothing of states with none."""
    rows = await connection.fetch("SELECT state, count(*), min(opened_at) FROM claim GROUP BY state")
    return {state: (count, opened_at) for state, count, opened_at in rows}
