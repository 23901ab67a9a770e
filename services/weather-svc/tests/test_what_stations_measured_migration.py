"""Answers from before only what stations measured was kept."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
from rain_answers import answer
from rain_samples import GROUNDWATER, HALFWAY_ELL_EINDHOVEN, NEAR_ELL, NOW, SURFACE_WATER, measured, moment, request

from chassis.migrations.runner import migrate
from contracts.codec import to_json
from contracts.vocabulary import Location
from weather_svc.app import MIGRATIONS
from weather_svc.domain.assessment import Inquiry, Measured, inquire
from weather_svc.domain.hours import border_at
from weather_svc.domain.stations import shipped_stations
from weather_svc.repository import assessments

STATIONS = shipped_stations()
LOSS = moment("2021-07-15T17:20")
READINGS = (SURFACE_WATER, GROUNDWATER)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_answers_are_carried_over_as_what_their_stations_measured(empty_database: str, tmp_path: Path) -> None:
    migrations = sorted(MIGRATIONS.glob("*.sql"))
    connection = await asyncpg.connect(empty_database)
    try:
        shutil.copy(migrations[0], tmp_path)
        await migrate(connection, directory=tmp_path)
        of_one, of_two, of_none = [
            await _answered(connection, number, home=home, until_hour=until_hour)
            for number, home, until_hour in (
                (1, NEAR_ELL, None),
                (2, HALFWAY_ELL_EINDHOVEN, "2021-07-15T12:00"),
                (3, None, None),
            )
        ]
        await connection.execute("UPDATE assessment SET is_stale = claim_id <> $1", of_none[0].request.claim_id)
        shutil.copy(migrations[1], tmp_path)

        await migrate(connection, directory=tmp_path)

        marked = await connection.fetch("SELECT claim_id FROM stale_assessment ORDER BY claim_id")
        assert [row["claim_id"] for row in marked] == [each[0].request.claim_id for each in (of_one, of_two)]
        for migration in migrations[2:]:
            shutil.copy(migration, tmp_path)
        await migrate(connection, directory=tmp_path)
        stale = await assessments.pop_stale(connection, limit=10)
        for before, (inquiry, by_station) in zip(stale, (of_one, of_two, of_none), strict=True):
            assert (before.request, before.assessment_version, before.trace) == (inquiry.request, 4, TRACE)
            assert before.stations == [near.station.number for near in inquiry.near]
            final = answer(inquiry, by_station, version=4).final
            assert before.measured == tuple(
                station.without_windows()._replace(recent_rain_waits=not final, settled_by=None)
                for station in by_station
            )
        assert await connection.fetchval("SELECT count(*) FROM question") == 1
        assert await connection.fetchval("SELECT count(*) FROM assessment WHERE is_final") == 2
    finally:
        await connection.close()


async def _answered(
    connection: asyncpg.Connection, number: int, *, home: Location | None, until_hour: str | None
) -> tuple[Inquiry, Sequence[Measured]]:
    """Store an answer as it was stored before; without a home, one from before the register begins."""
    loss = LOSS if home else moment("2000-01-01T00:00")
    asked = request(claim_id=UUID(int=number), version=2, home=home or NEAR_ELL, loss=loss, readings=READINGS)
    inquiry = inquire(asked, stations=STATIONS)
    by_station = [
        measured(near.station.number, loss=loss, readings=READINGS, until_hour=until_hour) for near in inquiry.near
    ]
    answered = answer(inquiry, by_station, version=4)
    await connection.execute(
        """
        INSERT INTO assessment (claim_id, request_version, assessment_version, request, answer, is_final, network,
                                stations, first_hour_ends_at, last_hour_ends_at, assessed_at, traceparent)
        VALUES ($1, 2, 4, $2, $3, $4, 'aws', $5, $6, $7, $8, $9)
        """,
        asked.claim_id,
        to_json(asked).decode(),
        to_json(answered).decode(),
        answered.final,
        [near.station.number for near in inquiry.near],
        border_at(inquiry.hours.first),
        border_at(inquiry.hours.last),
        NOW,
        TRACE,
    )
    return inquiry, by_station
