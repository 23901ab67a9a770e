"""One corrected hour among a million answers: how soon those that rest on it are found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from random import Random
from statistics import median

import asyncpg

from bench.goals import Figure
from bench.processes import RunFailedError
from bench.rain import assessments
from bench.rain.assessments import OF_THE_STORM, STORM_HOUR, STORM_STATION
from bench.rain.service import RainService
from weather_svc.repository.assessments import mark_stale

_HOURS = 200
_NOTE = "INSERT INTO changed_hours (network, station, first_hour, last_hour) VALUES ('aws', $1, $2, $2)"


async def measure(service: RainService) -> list[Figure]:
    """Correct hours one after another, each in a transaction that is rolled back."""
    await assessments.fill(service)
    connection = await service.connect()
    try:
        hours = await _some_hours(connection)
        whole_before, by_index_before = await _scans(connection)
        client = [await _mark(connection, station=station, hour=hour) for station, hour in hours]
        whole, by_index = await _scans(connection)
        if whole > whole_before or by_index < by_index_before + _HOURS:
            raise RunFailedError("answers are not found by the index of the hours on which they rest")
        found = median(count for _, count in client)
        storm_ms, storm_count = await _mark(connection, station=STORM_STATION, hour=STORM_HOUR)
        if storm_count < OF_THE_STORM:
            raise RunFailedError(f"{storm_count} answers were found that rest on the hour of the storm")
        return [
            Figure(
                name="a corrected hour among a million answers",
                value=median(ms for ms, _ in client),
                unit="ms",
                goal=5,
                holds=f"client's time, median of {_HOURS} hours with {found:.0f} answers each; by the index",
            ),
            Figure(
                name="a corrected hour, slowest of them", value=max(ms for ms, _ in client), unit="ms", holds="client"
            ),
            Figure(
                name="an hour of a storm",
                value=storm_ms,
                unit="ms",
                holds=f"{storm_count:,} answers marked; they are given again in batches of 500",
            ),
        ]
    finally:
        await connection.close()


async def _scans(connection: asyncpg.Connection) -> tuple[int, int]:
    """Return how often the tables of answers were read from end to end, and how often the index of hours was used."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    rows = await connection.fetch(
        """
        SELECT (SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname IN ('assessment', 'rested_on')),
               (SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'rested_on_hours')
        """
    )
    return rows[0][0], rows[0][1]


async def _some_hours(connection: asyncpg.Connection) -> Sequence[tuple[int, int]]:
    chance = Random(5)  # noqa: S311 - the same hours at every run
    rows = await connection.fetch(
        "SELECT DISTINCT stations[1] AS station, (extract(epoch FROM last_hour_ends_at) / 3600)::bigint AS hour"
        " FROM assessment TABLESAMPLE SYSTEM (1) WHERE stations <> ARRAY[380] ORDER BY 1, 2"
    )
    return [(row["station"], row["hour"]) for row in chance.sample(rows, _HOURS)]


async def _mark(connection: asyncpg.Connection, *, station: int, hour: int) -> tuple[float, int]:
    """Return the milliseconds of finding the answers, and how many there are."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(_NOTE, station, hour)
        began = time.perf_counter()
        await mark_stale(connection, limit=1)
        took = (time.perf_counter() - began) * 1_000
        return took, await connection.fetchval("SELECT count(*) FROM stale_assessment")
    finally:
        await transaction.rollback()
