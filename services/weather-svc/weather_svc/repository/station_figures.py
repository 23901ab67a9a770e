"""Figures that count, by station."""

from __future__ import annotations

from array import array
from collections.abc import Collection

from chassis.database import Connection
from contracts.vocabulary import Network
from weather_svc.domain.blocks import StationKey


async def counting_figures(connection: Connection, *, station: StationKey) -> dict[int, array[int]]:
    """Return the figures of a station by the number of their block; none of a station without hours."""
    rows = await connection.fetch(
        "SELECT block, figures FROM counting_block WHERE network = $1 AND station = $2",
        station.network,
        station.number,
    )
    return {row["block"]: array("h", row["figures"]) for row in rows}


async def newest_blocks(
    connection: Connection, *, network: Network, numbers: Collection[int], blocks: int
) -> dict[int, dict[int, array[int]]]:
    """Return the figures of the newest `blocks` of each of these stations, by station and number of the block."""
    rows = await connection.fetch(
        """
        SELECT station, block, figures
          FROM unnest($2::int[]) AS wanted (number)
               CROSS JOIN LATERAL (SELECT station, block, figures FROM counting_block
                                    WHERE network = $1 AND station = wanted.number
                                    ORDER BY block DESC LIMIT $3) AS newest
        """,
        network,
        list(numbers),
        blocks,
    )
    found: dict[int, dict[int, array[int]]] = {}
    for row in rows:
        found.setdefault(row["station"], {})[row["block"]] = array("h", row["figures"])
    return found
