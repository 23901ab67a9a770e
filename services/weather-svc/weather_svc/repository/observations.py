"""Hourly rain as KNMI published it, append-only: of the rows of one hour the newest counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from chassis.database import Connection
from contracts.vocabulary import Network
from contracts.weather import Quality
from weather_svc.domain.assessment import Span, StationKey
from weather_svc.domain.hours import HourlyFigure, HourSpan, border_at, last_border

OBSERVATIONS_LOCK_KEY: Final = 0x7261696E
"""Of the advisory lock: "rain" in ASCII."""


class Observation(NamedTuple):
    """One row. `hour` is the number of the hour, as in `domain.hours`; `tenths_mm` is None without a figure."""

    station: StationKey
    hour: int
    tenths_mm: int | None
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class RecordedChanges:
    """What recording changed at one station: `span` runs from the first changed hour to the last.

    An hour is confirmed when KNMI validated the figure that was known as provisional.
    """

    span: Span
    new: int
    corrected: int
    confirmed: int


async def lock_for_assessing(connection: Connection) -> None:
    """Keep others from recording observations until this transaction ends; others may assess.

    An answer and the hours it did not know yet would otherwise miss each other: the answer is not committed when the
    import looks for answers to mark as stale, and the hours are not committed when the answer looks for hours.
    """
    await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", OBSERVATIONS_LOCK_KEY)


async def lock_for_recording(connection: Connection) -> None:
    """Wait until nobody assesses or records, and keep others from both until this transaction ends.

    Observation ids therefore become visible in their order, which `recorded_after` relies on.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", OBSERVATIONS_LOCK_KEY)


async def record(
    connection: Connection, *, network: Network, figures: Sequence[HourlyFigure], quality: Quality, now: datetime
) -> Sequence[RecordedChanges]:
    """Store the figures that differ from what counts; return what changed, per station.

    A provisional figure never replaces a validated one. `figures` holds an hour of a station at most once.
    """
    rows = await connection.fetch(
        """
        WITH given AS (
            SELECT given.*, known.observation_id, known.tenths_mm AS known_tenths_mm, known.is_trace AS known_is_trace,
                   known.quality AS known_quality
              FROM unnest($2::int[], $3::timestamptz[], $4::int[], $5::bool[])
                   AS given (station, hour_ends_at, tenths_mm, is_trace)
              LEFT JOIN LATERAL (
                   SELECT observation_id, tenths_mm, is_trace, quality FROM observation
                    WHERE network = $1 AND station = given.station AND hour_ends_at = given.hour_ends_at
                    ORDER BY observation_id DESC LIMIT 1) AS known ON true
        ), changed AS (
            SELECT station, hour_ends_at, tenths_mm, is_trace, observation_id IS NULL AS is_new,
                   (tenths_mm, is_trace) IS NOT DISTINCT FROM (known_tenths_mm, known_is_trace) AS is_same
              FROM given
             WHERE observation_id IS NULL
                OR ((tenths_mm, is_trace, $6) IS DISTINCT FROM (known_tenths_mm, known_is_trace, known_quality)
                    AND (known_quality = 'provisional' OR $6 = 'validated'))
        ), recorded AS (
            INSERT INTO observation (network, station, hour_ends_at, tenths_mm, is_trace, quality, recorded_at)
            SELECT $1, station, hour_ends_at, tenths_mm, is_trace, $6, $7 FROM changed
        )
        SELECT station, min(hour_ends_at) AS first, max(hour_ends_at) AS last,
               count(*) FILTER (WHERE is_new) AS new,
               count(*) FILTER (WHERE NOT is_new AND NOT is_same) AS corrected,
               count(*) FILTER (WHERE NOT is_new AND is_same) AS confirmed
          FROM changed GROUP BY station ORDER BY station
        """,
        network,
        [figure.station_number for figure in figures],
        [border_at(figure.hour) for figure in figures],
        [figure.tenths_mm for figure in figures],
        [figure.is_trace for figure in figures],
        quality,
        now,
    )
    return [
        RecordedChanges(
            span=Span(
                StationKey(network, row["station"]), HourSpan(last_border(row["first"]), last_border(row["last"]))
            ),
            new=row["new"],
            corrected=row["corrected"],
            confirmed=row["confirmed"],
        )
        for row in rows
    ]


class Newest(NamedTuple):
    """The observation recorded last: its id, and the moment that tells it from one of another history."""

    observation_id: int
    recorded_at: datetime


async def newest(connection: Connection) -> Newest | None:
    """Return the observation recorded last; None when there is none."""
    row = await connection.fetchrow(
        "SELECT observation_id, recorded_at FROM observation ORDER BY observation_id DESC LIMIT 1"
    )
    return None if row is None else Newest(*row)


async def is_recorded(connection: Connection, *, observation: Newest) -> bool:
    """Whether this database has recorded this observation; it has not when it was restored from an older backup."""
    recorded: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM observation WHERE observation_id = $1 AND recorded_at = $2)", *observation
    )
    return recorded


async def recorded_after(connection: Connection, *, observation_id: int) -> Sequence[Observation]:
    """Return what was recorded after `observation_id`, oldest first."""
    return _observations(
        await connection.fetch(
            """
            SELECT network, station, (extract(epoch FROM hour_ends_at) / 3600)::int AS hour, tenths_mm, quality
              FROM observation WHERE observation_id > $1 ORDER BY observation_id
            """,
            observation_id,
        )
    )


async def recorded_in(connection: Connection, *, spans: Sequence[Span]) -> Sequence[Observation]:
    """Return everything ever recorded about `spans`, oldest first, so that of an hour the last one counts."""
    return _observations(
        await connection.fetch(
            """
            SELECT network, station, (extract(epoch FROM hour_ends_at) / 3600)::int AS hour, tenths_mm, quality
              FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::timestamptz[])
                   AS wanted (network, station, first, last)
              JOIN observation USING (network, station)
             WHERE hour_ends_at BETWEEN first AND last ORDER BY observation_id
            """,
            [span.station.network for span in spans],
            [span.station.number for span in spans],
            [border_at(span.hours.first) for span in spans],
            [border_at(span.hours.last) for span in spans],
        )
    )


def _observations(rows: Sequence[asyncpg.Record]) -> Sequence[Observation]:
    keys: dict[tuple[str, int], StationKey] = {}
    observations = []
    for network, number, hour, tenths_mm, quality in rows:
        if (network, number) not in keys:
            keys[network, number] = StationKey(Network(network), number)
        observations.append(Observation(keys[network, number], hour, tenths_mm, quality == Quality.PROVISIONAL))
    return observations
