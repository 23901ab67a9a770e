"""A million answers in the store, about losses at dates of fourteen years, and many about one hour of a storm."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Final

from bench.rain.service import RainService
from weather_svc.domain.hours import last_border

MILLION: Final = 1_000_000
OF_THE_STORM: Final = 30_000
STORM_STATION, STORM_HOUR = 380, last_border(datetime(2021, 7, 14, 18, tzinfo=UTC))
_FIRST, _LAST = (last_border(datetime(year, 1, 1, tzinfo=UTC)) for year in (2011, 2025))
_HOURS_BEFORE, _HOURS_AFTER = 144, 1
"""Around a loss the answer looks at: six days of windows and lag before it, and the hour of it."""
_STATIONS = (
    *(209, 210, 215, 235, 240, 249, 251, 257, 260, 267, 269, 270, 273, 275, 277, 278, 279, 280, 283, 286, 290),
    *(310, 319, 323, 330, 340, 344, 348, 350, 356, 370, 375, 377, 380, 391),
)
_TWO_STATIONS_PER_CENT = 10
_ANSWERS_AN_HOUR = 8
"""How many answers share their hours and stations: in a shower more, on a dry day none."""


async def fill(service: RainService) -> None:
    """Store a million answers and what each rests on; the figures in them are made up."""
    connection = await service.connect()
    try:
        await connection.execute("TRUNCATE assessment, rested_on, stale_assessment, changed_hours")
        await connection.execute(
            "CREATE UNLOGGED TABLE made_up (rested_on_id uuid, stations int[], first_hour bigint, last_hour bigint,"
            " answers int)"
        )
        await connection.copy_records_to_table("made_up", records=list(_rested_on()))
        await connection.execute(
            """
            INSERT INTO question VALUES (md5('made up')::uuid, '{}') ON CONFLICT DO NOTHING;
            INSERT INTO rested_on
            SELECT rested_on_id, int8range(hour_of_station('aws', station, first_hour),
                                           hour_of_station('aws', station, last_hour), '[]')
              FROM made_up CROSS JOIN LATERAL unnest(stations) AS of_answer (station);
            INSERT INTO assessment (claim_id, request_version, assessment_version, question_id, loss_from_at,
                                    loss_until_at, home_latitude_microdegrees, home_longitude_microdegrees,
                                    home_accuracy_metres, network, stations, first_hour_ends_at, last_hour_ends_at,
                                    measured, is_final, traceparent, assessed_at, rested_on_id)
            SELECT gen_random_uuid(), 1, 1, md5('made up')::uuid, ends_at, ends_at, 52000000, 5000000, 25, 'aws',
                   stations, to_timestamp(first_hour * 3600), ends_at, sha256(rested_on_id::text::bytea), true, NULL,
                   now(), rested_on_id
              FROM made_up CROSS JOIN LATERAL (SELECT to_timestamp(last_hour * 3600) AS ends_at) AS of_loss
                   CROSS JOIN generate_series(1, answers);
            DROP TABLE made_up
            """
        )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _rested_on() -> list[tuple[object, ...]]:
    chance = Random(11)  # noqa: S311 - the same rows at every run
    rows = [
        _row(chance, chance.randrange(_FIRST, _LAST), _stations(chance), _ANSWERS_AN_HOUR)
        for _ in range((MILLION - OF_THE_STORM) // _ANSWERS_AN_HOUR)
    ]
    losses = 60
    rows += [_row(chance, STORM_HOUR + after, [STORM_STATION], OF_THE_STORM // losses) for after in range(losses)]
    return rows


def _row(chance: Random, loss_hour: int, stations: list[int], answers: int) -> tuple[object, ...]:
    rested_on_id = f"{chance.getrandbits(128):032x}"
    return rested_on_id, stations, loss_hour - _HOURS_BEFORE, loss_hour + _HOURS_AFTER, answers


def _stations(chance: Random) -> list[int]:
    return chance.sample(_STATIONS, 2 if chance.randrange(100) < _TWO_STATIONS_PER_CENT else 1)
