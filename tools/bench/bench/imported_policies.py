"""What policies cost: importing a file of them, until claims-svc holds them all, and looking one up by HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import asyncpg

from bench import goals
from bench.backlog import ALL_TOPICS
from bench.databases import Databases, restart_server
from bench.door import price
from bench.door.client import ask
from bench.door.route import Served
from bench.goals import Figure
from bench.pipelines import service_environment, service_program
from bench.processes import Processes, load_average
from bench.rain.service import Ended, run
from bench.report import Json
from bench.storm import Storm, policy_number
from contracts.access import READ_POLICIES
from devstack.outside.issuer import Issuer
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.programs import console_script
from devstack.stack import Stack

POLICY, CLAIMS = "policy-svc", "claims-svc"
_IMPORT_GOAL_SECONDS = 60
_CONSUMED_SECONDS = 600
_ASKED = 200
"""Policies that are looked up in turn."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much is imported, and how often one of it is looked up."""

    policies: int = 100_000
    look_ups: int = 4_000
    connections: int = 8


async def measure(load: Load, *, output: Path) -> dict[str, Json]:
    """Return the figures by name, each printed as soon as it is known."""
    output = output / "policies"
    output.mkdir(parents=True, exist_ok=True)
    load_before = load_average()
    found: dict[str, Json] = {}
    with Stack(kind="jvm", topics=ALL_TOPICS, output_dir=output, durable=True, optimised=True) as stack:
        processes = Processes(stack, output / "logs")
        await restart_server(stack)
        urls = await Databases(stack).create_prepared()
        environments = {
            service: service_environment(service, environment=processes.environment(), database_url=urls[service])
            | {"OTEL_SDK_DISABLED": "true"}
            for service in (POLICY, CLAIMS)
        }
        try:
            _tell(found, _imports(load, environments, output=output))
            _tell(found, [await _until_claims_holds_all(load, processes, environments, urls=urls)])
            _tell(found, await _look_ups(load, processes, environments[POLICY], output=output))
        finally:
            await processes.stop()
    return {"load_before": load_before, "figures": found}


def _tell(found: dict[str, Json], figures: Sequence[Figure]) -> None:
    found |= (told := goals.as_json(figures))
    print(goals.table(told), flush=True)


def _imports(load: Load, environments: Mapping[str, Mapping[str, str]], *, output: Path) -> list[Figure]:
    """Import a file into an empty database, import it again, and export what is there."""
    file, exported = output / "policies.jsonl", output / "exported.csv"
    file.write_text("".join(Storm(claims=1, policies=load.policies).policy_lines()), encoding="utf-8")
    exported.unlink(missing_ok=True)

    def command(service: str, *arguments: str) -> Ended:
        log = output / f"{service}-{arguments[0]}.log"
        return run([str(console_script(service)), *arguments], environments[service], log=log)

    for service in (POLICY, CLAIMS):
        command(service, "migrate")
    first, again = command(POLICY, "import", str(file)), command(POLICY, "import", str(file))
    written = command(POLICY, "export", str(exported))
    exported.unlink()
    name = f"import of {load.policies:,} policies"
    return [
        Figure(name=name, value=first.seconds, unit="s", goal=_IMPORT_GOAL_SECONDS),
        Figure(name="import, CPU of the command", value=first.cpu_seconds, unit="s"),
        Figure(name="import, memory", value=first.resident_mib, unit="MiB"),
        Figure(name="import of the same file again", value=again.seconds, unit="s"),
        Figure(name="export as CSV", value=written.seconds, unit="s"),
        Figure(name="export, memory", value=written.resident_mib, unit="MiB"),
    ]


async def _until_claims_holds_all(
    load: Load, processes: Processes, environments: Mapping[str, Mapping[str, str]], *, urls: Mapping[str, str]
) -> Figure:
    """Let policy-svc publish what was imported, and claims-svc keep it; end when each policy is the same at both."""
    imported = await _versions(urls[POLICY])
    if len(imported) != load.policies:
        raise RuntimeError(f"of {load.policies} policies {len(imported)} were imported")
    began = time.monotonic()
    processes.start(service_program(CLAIMS, environment=environments[CLAIMS]))
    processes.start(service_program(POLICY, environment=environments[POLICY]))
    connection = await asyncpg.connect(urls[CLAIMS])
    try:
        async with asyncio.timeout(_CONSUMED_SECONDS):
            while await connection.fetchval("SELECT count(*) FROM policy WHERE version > 0") < load.policies:
                processes.check_alive()
                await asyncio.sleep(0.1)
    finally:
        await connection.close()
    seconds = time.monotonic() - began
    if different := imported ^ await _versions(urls[CLAIMS]):
        raise RuntimeError(f"claims-svc holds other versions of policies: {sorted(different)[:10]}")
    await processes.stop()
    return Figure(name="until claims-svc holds every policy", value=seconds, unit="s", holds="with both starts")


async def _versions(url: str) -> set[tuple[str, int]]:
    """Return the number and version of each policy in a database."""
    connection = await asyncpg.connect(url)
    try:
        return set(map(tuple, await connection.fetch("SELECT policy_number, version FROM policy")))
    finally:
        await connection.close()


async def _look_ups(load: Load, processes: Processes, environment: Mapping[str, str], *, output: Path) -> list[Figure]:
    """Look policies up beside a route behind the same door that answers from memory."""
    port = free_port()
    with Issuer() as issuer:
        tokens = {"API_PORT": str(port), "API_ISSUER": issuer.name, "API_JWKS_URL": issuer.jwks_url}
        program = service_program(POLICY, environment={**environment, **tokens})
        processes.start(program)
        await processes.wait_ready(POLICY)
        floor = price.start(Served.DOOR, processes.stack.supervisor, issuer, log_directory=output / "logs")
        numbers = Random(1).sample(range(load.policies), min(_ASKED, load.policies))  # noqa: S311 - reproducible
        questions = {
            port: [_question(number, issuer) for number in numbers],
            floor.port: [price.request(number, issuer) for number in range(_ASKED)],
        }
        alone, together = {}, {}
        for asked, requests in questions.items():
            await ask(asked, requests, times=load.look_ups // 4, connections=load.connections)
            alone[asked] = await _seconds(asked, requests, times=load.look_ups // 4, connections=1)
            together[asked] = await _seconds(asked, requests, times=load.look_ups, connections=load.connections)
    once = 1_000 / (load.look_ups // 4)
    return [
        Figure(name="a look-up alone", value=alone[port] * once, unit="ms", holds="mean; on record, too"),
        Figure(name="a look-up alone, floor", value=alone[floor.port] * once, unit="ms", holds="behind the same door"),
        Figure(name="look-ups a second", value=load.look_ups / together[port], unit="/s"),
        Figure(name="look-ups a second, floor", value=load.look_ups / together[floor.port], unit="/s"),
    ]


async def _seconds(port: int, requests: Sequence[bytes], *, times: int, connections: int) -> float:
    began = time.monotonic()
    await ask(port, requests, times=times, connections=connections)
    return time.monotonic() - began


def _question(number: int, issuer: Issuer) -> bytes:
    policy = policy_number(number)
    relation_number = policy.partition("-")[0]
    token = issuer.token(audience=POLICY, scopes=[READ_POLICIES.scope], relation_number=relation_number)
    lines = [
        f"GET /customers/{relation_number}/policies/{policy} HTTP/1.1",
        f"Host: {LOOPBACK}",
        "Accept: application/json",
        f"Authorization: Bearer {token}",
    ]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()
