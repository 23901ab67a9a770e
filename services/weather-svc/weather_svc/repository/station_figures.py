"""All figures of one station that count."""

from __future__ import annotations

from array import array

from chassis.database import Connection
from weather_svc.domain.blocks import StationKey


async def counting_figures(connection: Connection, *, station: StationKey) -> dict[int, array[int]]:
    """Return the figures of a station by the number of their block; none of a station without hours."""
    rows = await connection.fetch(
        "SELECT block, figures FROM counting_block WHERE network = $1 AND station = $2",
        station.network,
        station.number,
    )
    return {row["block"]: array("h", row["figures"]) for row in rows}
