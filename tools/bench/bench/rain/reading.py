"""Reading a store of 75 years: cold blocks, many dates at once, and the start of the service."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import cast

from bench.goals import Figure
from bench.rain import years
from bench.rain.reader import REQUESTS
from bench.rain.service import PROGRAM, RainService, run
from devstack.outside.issuer import Issuer
from devstack.process.ports import free_port
from devstack.process.programs import Program, Programs, answers_ok, console_script


async def measure(service: RainService, *, output: Path) -> list[Figure]:
    """Fill the store up, and read it in a process that has read nothing before."""
    hours = await years.store(service, output=output)
    with TemporaryFile() as told:
        run([sys.executable, "-m", "bench.rain.reader"], service.environment, log=output / "reader.log", output=told)
        told.seek(0)
        found = cast("dict[str, float]", json.loads(told.read().splitlines()[-1]))
    return [
        Figure(name="station-hours stored", value=hours / 1e6, unit="M"),
        Figure(name="cold load of 33 blocks", value=found["cold_load_ms"], unit="ms", goal=60, holds="median"),
        Figure(
            name=f"a batch of {REQUESTS:,} dates, memory",
            value=found["any_dates_mib"],
            unit="MiB",
            goal=300,
            holds=f"the most so far; {found['before_mib']:.0f} MiB before",
        ),
        Figure(
            name="a full assessment",
            value=found["full_assessment_us"],
            unit="µs",
            goal=100,
            holds="CPU of stations, windows, conclusion and answer, none shared; hours in memory",
        ),
        Figure(
            name="an assessment of a storm",
            value=found["storm_assessment_us"],
            unit="µs",
            holds="CPU of the handler in batches of 500, statements and COPY included",
        ),
        Figure(name="start to ready", value=await _start(service, output=output), unit="s", goal=5),
    ]


async def _start(service: RainService, *, output: Path) -> float:
    programs = Programs(service.stack.supervisor, output / "logs")
    port = free_port()
    with Issuer() as issuer:
        environment = {
            **service.environment,
            "HTTP_PORT": str(port),
            "API_PORT": str(free_port()),
            "API_ISSUER": issuer.name,
            "API_JWKS_URL": issuer.jwks_url,
        }
        return await _seconds_until_ready(programs, port, environment)


async def _seconds_until_ready(programs: Programs, port: int, environment: Mapping[str, str]) -> float:
    try:
        began = time.monotonic()
        programs.start(
            Program(
                name=PROGRAM,
                arguments=[str(console_script(PROGRAM)), "run"],
                environment=environment,
                is_ready=lambda _: answers_ok(port, "/ready"),
            )
        )
        await programs.wait_ready(PROGRAM)
        return time.monotonic() - began
    finally:
        await programs.stop()
