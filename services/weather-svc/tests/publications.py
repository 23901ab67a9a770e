"""Publications that tests make up, and what counts after them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from rain_samples import ELL, SIX

from chassis.clock import SettableClock
from chassis.database import Connection
from chassis.testing import Harness
from weather_svc.domain.blocks import BLOCK_HOURS, NO_FIGURE, TRACE, Block, BlockKey, Grade, Span, Statement, StationKey
from weather_svc.domain.hours import HourSpan, border_at
from weather_svc.domain.publication import HOURLY_FILES, Publication, PublishedBy, Reply, Resolution
from weather_svc.recording import Taken, take
from weather_svc.repository import blocks


def statements(figures: Mapping[int, int | None], *, station: StationKey = ELL) -> dict[BlockKey, Statement]:
    """Return what says `figures` by hour; None is an hour without a figure."""
    said: dict[BlockKey, Statement] = {}
    for hour, figure in figures.items():
        key = BlockKey(station, hour // BLOCK_HOURS)
        statement = said.setdefault(key, Statement())
        statement.figures[hour - key.first_hour] = NO_FIGURE if figure is None else figure
    return said


def publication(
    *figures: int | None,
    first_hour: int = SIX,
    station: StationKey = ELL,
    published_at: datetime,
    resolution: Resolution = Resolution.HOURLY,
    is_forced: bool = False,
    name: str | None = None,
) -> Publication:
    """Return a publication of consecutive hours."""
    said = {first_hour + place: figure for place, figure in enumerate(figures)}
    text = f"{station} {said} {published_at} {resolution} {is_forced}"
    return Publication(
        reply=Reply(name or "made up.txt", text.encode(), published_at),
        member=None,
        data_set=HOURLY_FILES,
        resolution=resolution,
        published_at=published_at,
        published_by=PublishedBy.STATED,
        statements=statements(said, station=station),
        is_forced=is_forced,
    )


def days_after(days: float, *, hour: int = SIX) -> datetime:
    """Return the moment so many days after the end of `hour`."""
    return border_at(hour) + timedelta(days=days)


def later(service: Harness, by: timedelta) -> None:
    """Let time pass."""
    clock = service.runtime.clock
    assert isinstance(clock, SettableClock)
    clock.advance(by)


async def record(service: Harness, *publications: Publication) -> Taken:
    """Record publications in one transaction."""
    async with service.runtime.transaction() as work:
        return await take(work, publications)


async def what_counts(
    connection: Connection, *, hours: int = 3, station: StationKey = ELL, first_hour: int = SIX
) -> list[int | None]:
    """Return the figures that count of consecutive hours; a trace is -1."""
    span = Span(station, HourSpan(first_hour, first_hour + hours - 1))
    return figures_in(await blocks.counting(connection, keys=span.blocks), span=span)


def figures_in(found: Mapping[BlockKey, Block], *, span: Span) -> list[int | None]:
    by_hour = _by_hour(found)
    return [by_hour.get(hour, (None, Grade.OPEN))[0] for hour in span.hours.numbers]


def grades_in(found: Mapping[BlockKey, Block], *, span: Span) -> list[Grade]:
    by_hour = _by_hour(found)
    return [by_hour.get(hour, (None, Grade.OPEN))[1] for hour in span.hours.numbers]


def _by_hour(found: Mapping[BlockKey, Block]) -> dict[int, tuple[int | None, Grade]]:
    return {
        key.first_hour + place: (figure if figure >= TRACE else None, Grade(grade))
        for key, block in found.items()
        for place, (figure, grade) in enumerate(zip(block.figures, block.grades, strict=True))
    }


async def state(service: Harness) -> list[tuple[object, ...]]:
    """Return everything that follows from the publications, with sources by name, as their ids follow the order."""
    async with service.pool.acquire() as connection:
        rows = await connection.fetch(
            """
            SELECT network, station, block, figures, grades, suspicions, places,
                   array(SELECT name FROM unnest(publication_ids) WITH ORDINALITY AS listed (publication_id, place)
                                JOIN publication USING (publication_id) ORDER BY place) AS sources
              FROM counting_block ORDER BY network, station, block
            """
        )
        missing = await connection.fetch(
            "SELECT network, station, first_hour_ends_at, last_hour_ends_at, state FROM missing_hours ORDER BY 1, 2, 3"
        )
    return [tuple(row) for row in (*rows, *missing)]


async def forget(service: Harness) -> None:
    async with service.pool.acquire() as connection:
        await connection.execute("TRUNCATE raw_reply, publication, statement, counting_block, missing_hours CASCADE")


async def until_waiting(service: Harness) -> None:
    """Return once somebody waits for an advisory lock."""
    async with asyncio.timeout(10):
        while not await service.pool.fetchval(
            """
            SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
             WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
            """
        ):
            await asyncio.sleep(0)
