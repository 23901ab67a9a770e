"""What stands before the clock starts: migrated databases, imported hours, policies published and consumed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import asyncpg

from bench.databases import SERVICES
from bench.pipelines import KNMI_HOURS, OUTPUT, POLICIES, service_environment, service_program
from bench.processes import Processes
from bench.storm import Storm, dry_hours
from devstack.process.programs import console_script

_IMPORTED_AT_ONCE = 10_000
"""A command may take two minutes."""
_MADE_UP_PUBLISHED_AT, _PUBLISHED_AT = "2021-07-10T00:00:00Z", "2021-10-01T00:00:00Z"
_CONSUMED_SECONDS = 120
_CONSUMED_PER_SECOND = 200
_CONSUMERS = {
    "claims-svc": "SELECT count(*) FROM policy WHERE version > 0",
    "notify-svc": "SELECT count(*) FROM contact",
}


async def prepare(processes: Processes, *, storm: Storm, databases: Mapping[str, str]) -> None:
    """Let the services themselves fill `databases`, and stop them."""
    environment = processes.environment() | {"OTEL_SDK_DISABLED": "true"}
    own = {
        service: service_environment(service, environment=environment, database_url=databases[service])
        for service in SERVICES
    }
    for service in SERVICES:
        await processes.run(f"{service}-migrate", str(console_script(service)), "migrate", environment=own[service])
    dry = OUTPUT / "dry_hours.txt"
    dry.write_text("".join(dry_hours()), encoding="utf-8")
    for name, importing in _imports(dry):
        await processes.run(name, str(console_script("weather-svc")), *importing, environment=own["weather-svc"])
    lines = list(storm.policy_lines())
    POLICIES.write_text("".join(lines), encoding="utf-8")
    part = OUTPUT / "policies_part.jsonl"
    for first in range(0, len(lines), _IMPORTED_AT_ONCE):
        part.write_text("".join(lines[first : first + _IMPORTED_AT_ONCE]), encoding="utf-8")
        importing = ["import", str(part)]
        await processes.run(
            "policy-svc-import", str(console_script("policy-svc")), *importing, environment=own["policy-svc"]
        )
    for service in ("policy-svc", "claims-svc", "notify-svc"):
        processes.start(service_program(service, environment=own[service]))
    async with asyncio.timeout(_CONSUMED_SECONDS + storm.policies / _CONSUMED_PER_SECOND):
        for service, count in _CONSUMERS.items():
            await _until_counted(count, storm.policies, database_url=databases[service], processes=processes)
    await processes.stop()


def _imports(dry: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the imports of made up hours, which KNMI's own may replace whatever their age, and of KNMI's."""
    made_up = ["import-hours", "--published-at", _MADE_UP_PUBLISHED_AT, "--force", str(dry)]
    yield "weather-svc-made-up-hours", made_up
    yield "weather-svc-knmi-hours", ["import-hours", "--published-at", _PUBLISHED_AT, *map(str, KNMI_HOURS)]


async def _until_counted(query: str, expected: int, *, database_url: str, processes: Processes) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        while await connection.fetchval(query) < expected:
            processes.check_alive()
            await asyncio.sleep(0.1)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
