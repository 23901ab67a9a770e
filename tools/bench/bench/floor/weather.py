"""Process: consumes places and moments, publishes the best sums of 24, 48 and 72 hours, by prefix sums.

Windows contain the moment or ended up to a day before it. That is all of the rules about rain that it knows.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from math import cos, radians
from pathlib import Path

import orjson

from bench.backlog import RAIN_ASSESSED, RAIN_REQUESTED
from bench.floor.process import Connection, Record, Stage, run
from bench.storm import places_of_all_stations

FIRST_HOUR = int(datetime(2021, 7, 1, tzinfo=UTC).timestamp()) // 3_600
HOURS = 31 * 24
MAY_LAG_HOURS = 24
JULY_2021 = 202_107
THRESHOLDS = ((24, 400), (48, 530), (72, 670))
_METRES_A_MICRODEGREE = 0.11132
_SUMS: dict[int, list[int]] = {}
_STATIONS: list[tuple[int, float, float]] = []
_FLATTEN = cos(radians(52.0))

_ASSESS = """
    WITH consumed AS (
        INSERT INTO inbox SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id),
    given AS (
        SELECT given.* FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::integer[],
                                   $6::integer[], $7::bytea[])
                            AS given (event_id, station, metres, best_24, best_48, best_72, answer)
          JOIN consumed USING (event_id)),
    stored AS (
        INSERT INTO assessment SELECT event_id, station, metres, best_24, best_48, best_72 FROM given)
    INSERT INTO outbox (topic, key, payload) SELECT $8, event_id::text, answer FROM given
"""


async def prepare(_: Connection) -> None:
    """Read the committed hours."""
    figures: dict[int, list[int]] = {}
    for path in map(Path, sys.argv[1:]):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                station, day, hour, _duration, rain = map(int, line.split(","))
                if day // 100 == JULY_2021:
                    row = figures.setdefault(station, [0] * HOURS)
                    row[(day % 100 - 1) * 24 + hour - 1] = max(0, rain)
    _SUMS.update((station, list(accumulate(row, initial=0))) for station, row in figures.items())
    places = places_of_all_stations()
    _STATIONS.extend((number, *places[number]) for number in figures if number in places)


async def assess(connection: Connection, records: Sequence[Record]) -> None:
    """Answer every new request for rainfall."""
    rows = {row[0]: row for row in map(_answer, records)}
    await connection.execute(_ASSESS, *map(list, zip(*rows.values(), strict=True)), RAIN_ASSESSED)


def _answer(record: Record) -> tuple[str, int, int, int, int, int, bytes]:
    question = orjson.loads(record.value)
    claim_id, latitude, longitude = question["claim_id"], question["lat"], question["lon"]
    square, station = min(
        ((lat - latitude) ** 2 + ((lon - longitude) * _FLATTEN) ** 2, number) for number, lat, lon in _STATIONS
    )
    sums = _best_sums(station, int(datetime.fromisoformat(question["at"]).timestamp()) // 3_600 - FIRST_HOUR)
    is_heavy = any(best >= at_least for best, (_, at_least) in zip(sums, THRESHOLDS, strict=True))
    answer = orjson.dumps({"claim_id": claim_id, "station": station, "sums": sums, "is_heavy": is_heavy})
    return claim_id, station, round(square**0.5 * _METRES_A_MICRODEGREE), *sums, answer


@lru_cache(maxsize=4_096)
def _best_sums(station: int, hour: int) -> tuple[int, int, int]:
    """Return the most that fell in any window around `hour`, for each length."""
    sums = _SUMS[station]
    best = [
        max(sums[last] - sums[last - length] for last in range(hour - MAY_LAG_HOURS, hour + length + 1))
        for length, _ in THRESHOLDS
    ]
    return best[0], best[1], best[2]


if __name__ == "__main__":
    run(prepare, Stage(RAIN_REQUESTED, assess))
