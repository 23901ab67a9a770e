"""The ledger of hours without a figure: open while KNMI may still publish them, lost when it will not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import asyncpg

from chassis.database import Connection
from contracts.vocabulary import Network
from weather_svc.domain.blocks import BlockKey, StationKey
from weather_svc.domain.hours import HourSpan, border_at, last_border


class GapState(StrEnum):
    """Whether waiting can help."""

    OPEN = "open"
    LOST = "lost"


class Gap(NamedTuple):
    """Consecutive hours without a figure in one block."""

    key: BlockKey
    hours: HourSpan
    state: GapState


class NotedGap(NamedTuple):
    """Consecutive hours without a figure, and when the first of them was found to be so."""

    hours: HourSpan
    state: GapState
    noted_at: datetime


async def replace(connection: Connection, gaps: Sequence[Gap], *, keys: Collection[BlockKey], now: datetime) -> None:
    """Let the ledger say `gaps` of the blocks `keys`, and nothing else.

    What it said already stays as it was noted, and so does since when an hour is missing of which it says more now.
    """
    given = (
        [gap.key.station.network for gap in gaps],
        [gap.key.station.number for gap in gaps],
        [gap.key.number for gap in gaps],
        [border_at(gap.hours.first) for gap in gaps],
        [border_at(gap.hours.last) for gap in gaps],
        [gap.state for gap in gaps],
    )
    gone = await connection.fetch(
        """
        DELETE FROM missing_hours AS noted
         USING unnest($7::text[], $8::int[], $9::int[]) AS of_block (network, station, block)
         WHERE (noted.network, noted.station, noted.block) = (of_block.network, of_block.station, of_block.block)
           AND NOT EXISTS (
               SELECT FROM unnest($1::text[], $2::int[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::text[])
                           AS given (network, station, block, first_hour_ends_at, last_hour_ends_at, state)
                WHERE (given.network, given.station, given.first_hour_ends_at, given.last_hour_ends_at, given.state)
                      = (noted.network, noted.station, noted.first_hour_ends_at, noted.last_hour_ends_at, noted.state))
        RETURNING noted.*
        """,
        *given,
        [key.station.network for key in keys],
        [key.station.number for key in keys],
        [key.number for key in keys],
    )
    await connection.execute(
        """
        INSERT INTO missing_hours (network, station, block, first_hour_ends_at, last_hour_ends_at, state, noted_at)
        SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::text[],
                             $7::timestamptz[])
            ON CONFLICT DO NOTHING
        """,
        *given,
        _noted_at(gaps, gone, now=now),
    )


def _noted_at(gaps: Sequence[Gap], gone: Sequence[asyncpg.Record], *, now: datetime) -> list[datetime]:
    """Return since when the first hour of each gap is known to be missing; `gone` are runs that said so before."""
    before: dict[tuple[str, int, int], list[asyncpg.Record]] = {}
    for row in gone:
        before.setdefault((row["network"], row["station"], row["block"]), []).append(row)
    return [
        min(
            (
                row["noted_at"]
                for row in before.get((gap.key.station.network, gap.key.station.number, gap.key.number), ())
                if row["first_hour_ends_at"] <= border_at(gap.hours.first) <= row["last_hour_ends_at"]
            ),
            default=now,
        )
        for gap in gaps
    ]


async def stations(connection: Connection) -> Sequence[StationKey]:
    """Return the stations that have hours without a figure, by their numbers."""
    rows = await connection.fetch("SELECT DISTINCT network, station FROM missing_hours ORDER BY network, station")
    return [StationKey(Network(row["network"]), row["station"]) for row in rows]


async def of_station(
    connection: Connection, *, station: StationKey, from_at: datetime | None = None, until_at: datetime | None = None
) -> Sequence[NotedGap]:
    """Return the hours without a figure of a station, runs of one state joined, in their order."""
    rows = await connection.fetch(
        """
        SELECT first_hour_ends_at, last_hour_ends_at, state, noted_at FROM missing_hours
         WHERE network = $1 AND station = $2
           AND ($3::timestamptz IS NULL OR last_hour_ends_at > $3)
           AND ($4::timestamptz IS NULL OR first_hour_ends_at <= $4)
         ORDER BY first_hour_ends_at
        """,
        station.network,
        station.number,
        from_at,
        until_at,
    )
    joined: list[NotedGap] = []
    for row in rows:
        hours = HourSpan(last_border(row["first_hour_ends_at"]), last_border(row["last_hour_ends_at"]))
        gap = NotedGap(hours, GapState(row["state"]), row["noted_at"])
        before = joined[-1] if joined else None
        if before and before.state is gap.state and before.hours.last + 1 == hours.first:
            joined[-1] = before._replace(
                hours=HourSpan(before.hours.first, hours.last), noted_at=min(before.noted_at, gap.noted_at)
            )
        else:
            joined.append(gap)
    return joined
