"""A storm's requests in batches while files are imported: how long the answers of a batch wait, beside a quiet time."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from bench.goals import Figure
from bench.percentiles import percentiles
from bench.process_figures import milliseconds_without_core
from bench.rain import files, questions
from bench.rain.service import PROGRAM, RainService
from bench.storm import places_of_all_stations
from chassis.testing import Harness
from contracts.claims import RAINFALL_REQUESTED, RainfallRequested
from devstack.process.programs import Programs, console_script

_REQUESTS, _BATCH = 500, 25
_PAUSE_SECONDS = 0.05
_LONGEST_WAIT_MS = 150
_NETWORK_DAYS = 30
_PUBLISHED_AT = datetime(2025, 6, 20, tzinfo=UTC)


class _Wait(NamedTuple):
    """How long a batch took, and how much of that this process was ready to run and had no core."""

    milliseconds: float
    without_core: float


async def measure(service: RainService, decade: Path, *, output: Path) -> list[Figure]:
    """Answer in a quiet time, during the import of a station's decade, and of a file of the whole network."""
    network = output / "network.zip"
    files.write_zip(network, _network_rows(), published_at=_PUBLISHED_AT)
    async with service.handlers() as running:
        await _answer(running, seed=0)
        quiet = await _answer(running, seed=1)
        during_decade = await _during_import(service, running, decade, output=output)
        during_network = await _during_import(service, running, network, output=output)
    return [
        _figure("answers in a quiet time", quiet, goal=None),
        _figure(
            "answers during the import of a decade", during_decade, goal=_LONGEST_WAIT_MS + max(quiet).milliseconds
        ),
        _figure(
            "answers during the import of a network", during_network, goal=_LONGEST_WAIT_MS + max(quiet).milliseconds
        ),
    ]


def _figure(name: str, waits: Sequence[_Wait], *, goal: float | None) -> Figure:
    shares, longest = percentiles([wait.milliseconds for wait in waits], shares=(50.0,)), max(waits)
    holds = (
        f"longest of {len(waits)} batches of {_BATCH}, {longest.without_core:.0f} ms of it without a core;"
        f" p50 {shares['p50']:.0f} ms"
    )
    return Figure(name=name, value=longest.milliseconds, unit="ms", goal=goal and round(goal), holds=holds)


async def _answer(running: Harness, *, seed: int) -> list[_Wait]:
    """Handle batches one after another, exactly as they come from Kafka; return the milliseconds of each."""
    return [await _batch(running, requests) for requests in _batches(seed)]


def _batches(seed: int) -> Sequence[Sequence[RainfallRequested]]:
    requests = questions.of_a_storm(_REQUESTS, seed=1_000 + seed)
    return [requests[first : first + _BATCH] for first in range(0, _REQUESTS, _BATCH)]


async def _batch(running: Harness, requests: Sequence[RainfallRequested]) -> _Wait:
    began, queued = time.perf_counter(), milliseconds_without_core()
    await running.deliver(RAINFALL_REQUESTED, *requests)
    wait = _Wait((time.perf_counter() - began) * 1_000, milliseconds_without_core() - queued)
    await asyncio.sleep(_PAUSE_SECONDS)
    return wait


async def _during_import(service: RainService, running: Harness, path: Path, *, output: Path) -> list[_Wait]:
    """Answer until the import has ended."""
    programs = Programs(service.stack.supervisor, output / "logs")
    importing = asyncio.create_task(
        programs.run(
            f"import-{path.stem}",
            str(console_script(PROGRAM)),
            "import-hours",
            "--force",
            str(path),
            environment=service.environment,
        )
    )
    waits: list[_Wait] = []
    seed = random.randrange(1 << 30)  # noqa: S311 - every claim asks once
    while not importing.done() or len(waits) * _BATCH < _REQUESTS:
        for requests in _batches(seed := seed + 1):
            waits.append(await _batch(running, requests))
    await importing
    await running.fire_due_timers()
    return waits


def _network_rows() -> list[str]:
    """Return a month of all stations."""
    last = date(2025, 6, 9)
    return [
        row
        for station in places_of_all_stations()
        for row in files.station_rows(station, last - timedelta(days=_NETWORK_DAYS), last)
    ]
