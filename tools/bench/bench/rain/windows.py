"""`weather-svc windows` over a million rows, from the store and from files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bench.goals import Figure
from bench.rain.service import RainService
from bench.storm import places_of_all_stations

ROWS = 1_000_000
_GOAL_SECONDS = 60
_FIRST = datetime(2011, 2, 1, tzinfo=UTC)
_HOURS = 14 * 8_760
_LENGTHS = (1, 24, 48, 72)


def measure(service: RainService, paths: Sequence[Path], *, output: Path) -> list[Figure]:
    """Sum a million windows from the store that holds `paths`, and from the directory in which they lie."""
    asked, answered = output / "windows.csv", output / "windows_answered.csv"
    with asked.open("w", encoding="utf-8") as table:
        table.writelines(_rows())
    figures = []
    for name, more in (("the store", []), ("files", ["--from", str(paths[0].parent)])):
        with asked.open("rb") as given, answered.open("wb") as told:
            ended = service.run("windows", *more, log=output / "windows.log", given=given, output=told)
        holds = f"CPU {ended.cpu_seconds:.0f} s, {ended.resident_mib:.0f} MiB"
        figures.append(
            Figure(
                name=f"a million windows from {name}", value=ended.seconds, unit="s", goal=_GOAL_SECONDS, holds=holds
            )
        )
    return figures


def _rows() -> Iterator[str]:
    chance = Random(11)  # noqa: S311 - the same rows at every run
    stations = sorted(set(places_of_all_stations()))
    yield "station,start_utc,end_utc\n"
    for _ in range(ROWS):
        start = _FIRST + timedelta(hours=chance.randrange(_HOURS))
        end = start + timedelta(hours=chance.choice(_LENGTHS))
        yield f"{chance.choice(stations)},{start:%Y-%m-%dT%H:%M:%SZ},{end:%Y-%m-%dT%H:%M:%SZ}\n"
