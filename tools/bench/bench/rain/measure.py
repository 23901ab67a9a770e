"""All that is measured of rain evidence, on a PostgreSQL of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench import goals
from bench.databases import restart_server
from bench.goals import Figure
from bench.processes import load_average
from bench.rain import corrections, files, imports, meanwhile, reading, windows
from bench.rain.service import PROGRAM, new_service
from bench.report import Json
from bench.storm import STATIONS
from contracts.topics import CATALOGUE
from devstack.stack import Stack


async def measure(*, output: Path) -> dict[str, Json]:
    """Return the figures by name; each is printed as soon as it is known."""
    output = output / "rain"
    output.mkdir(parents=True, exist_ok=True)
    load_before = load_average()
    topics = [
        *CATALOGUE.produced_by(PROGRAM),
        *(topic for topic in CATALOGUE.topics if PROGRAM in topic.consumers),
    ]
    found: dict[str, Json] = {}
    with Stack(kind="embedded", topics=topics, output_dir=output, durable=True) as stack:
        await restart_server(stack)
        paths, are_knmis = files.knmi_files(output / "made_up")
        if not are_knmis:
            print(f"KNMI's own files are not in {files.SHARED}: files of the same shape are made up", flush=True)
        service, other = [await new_service(stack, name, output=output) for name in ("bench_rain", "bench_rain_other")]
        _tell(found, imports.measure(service, other, paths, output=output))
        _tell(found, windows.measure(service, paths, output=output))
        _tell(found, await meanwhile.measure(other, _decade_of_the_storm(paths), output=output))
        _tell(found, await reading.measure(service, output=output))
        _tell(found, await corrections.measure(service))
    return {"files_are_knmis": are_knmis, "load_before": load_before, "figures": found}


def _decade_of_the_storm(paths: Sequence[Path]) -> Path:
    """Return the file with hours that the answers rest on; the first one is recorded in both databases."""
    return next(path for path in paths if path.name.startswith(f"uurgeg_{STATIONS[1]}_2021"))


def _tell(found: dict[str, Json], figures: Sequence[Figure]) -> None:
    found |= (told := goals.as_json(figures))
    print(goals.table(told), flush=True)
