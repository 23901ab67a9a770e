"""Days of KNMI's manual gauges: what was collected by the newest publication with a figure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from chassis.database import Connection
from weather_svc.domain.gauge_days import GaugeDay, GaugePublication, day_of, gauge, last_hour_of


class Stored(NamedTuple):
    """How many days have another figure than before, or one for the first time."""

    new: int
    corrected: int


async def save(connection: Connection, said: GaugePublication, *, publication_id: int) -> Stored:
    """Let the days of a publication count, unless a newer one has a figure; no figure replaces none."""
    figures = sorted((day, rain) for day, rain in said.days.items() if rain is not None)
    (row,) = await connection.fetch(
        """
        WITH given AS (
            SELECT * FROM unnest($1::int[], $2::date[], $3::int[]) AS given (gauge, day, tenths_mm)
        ), before AS (
            SELECT given.*, gauge_day.tenths_mm AS was FROM given LEFT JOIN gauge_day USING (gauge, day)
        ), saved AS (
            INSERT INTO gauge_day AS counting (gauge, day, tenths_mm, published_at, publication_id)
            SELECT gauge, day, tenths_mm, $4, $5 FROM given
                ON CONFLICT (gauge, day) DO UPDATE
               SET tenths_mm = excluded.tenths_mm, published_at = excluded.published_at,
                   publication_id = excluded.publication_id
             WHERE (counting.published_at, counting.publication_id) < (excluded.published_at, excluded.publication_id)
            RETURNING gauge, day
        )
        SELECT count(*) FILTER (WHERE was IS NULL) AS new,
               count(*) FILTER (WHERE was <> tenths_mm) AS corrected
          FROM saved JOIN before USING (gauge, day)
        """,
        [day.gauge.number for day, _ in figures],
        [day_of(day.last_hour) for day, _ in figures],
        [rain for _, rain in figures],
        said.publication.published_at,
        publication_id,
    )
    return Stored(row["new"], row["corrected"])


async def collected(connection: Connection, *, days: Collection[GaugeDay]) -> Mapping[GaugeDay, int]:
    """Return what was collected on each of these days that has a figure, in tenths of a millimetre."""
    if not days:
        return {}
    rows = await connection.fetch(
        """
        SELECT gauge, day, tenths_mm FROM unnest($1::int[], $2::date[]) AS wanted (gauge, day)
               JOIN gauge_day USING (gauge, day)
        """,
        [day.gauge.number for day in days],
        [day_of(day.last_hour) for day in days],
    )
    return {GaugeDay(gauge(row["gauge"]), last_hour_of(row["day"])): row["tenths_mm"] for row in rows}
