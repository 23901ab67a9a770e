"""The newest hour with a figure of each station."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Final

from chassis.database import Connection
from contracts.vocabulary import Network
from weather_svc.domain.blocks import BLOCK_HOURS, NO_FIGURE, StationKey

_BLOCKS: Final = 2
"""A block that was only just begun may hold no figure yet."""


async def newest_hours(connection: Connection) -> Mapping[StationKey, int]:
    """Return the newest hour with a figure of each station that has one in its last twelve weeks of hours."""
    rows = await connection.fetch(
        """
        WITH RECURSIVE known AS (
             (SELECT network, station FROM counting_block ORDER BY network, station LIMIT 1)
             UNION ALL
             SELECT following.network, following.station FROM known CROSS JOIN LATERAL (
                    SELECT network, station FROM counting_block
                     WHERE (network, station) > (known.network, known.station)
                     ORDER BY network, station LIMIT 1) AS following)
        SELECT known.network, known.station, block, figures
          FROM known CROSS JOIN LATERAL (
               SELECT block, figures FROM counting_block
                WHERE (network, station) = (known.network, known.station) ORDER BY block DESC LIMIT $1) AS newest
        """,
        _BLOCKS,
    )
    newest: dict[StationKey, int] = {}
    for row in rows:
        figures = array("h", row["figures"])
        place = next((place for place in reversed(range(BLOCK_HOURS)) if figures[place] > NO_FIGURE), None)
        if place is not None:
            key = StationKey(Network(row["network"]), row["station"])
            newest[key] = max(newest.get(key, 0), row["block"] * BLOCK_HOURS + place)
    return newest
