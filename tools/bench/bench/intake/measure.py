"""Measures reports by HTTP at a fixed rate, beside a floor, and kills the service during it."""

from __future__ import annotations

import asyncio
import json
import secrets
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from msgspec.structs import replace

from bench.goals import Figure, as_json
from bench.intake.gateway import Gateway
from bench.login.steady import Answer, steadily
from bench.percentiles import percentile
from bench.pipelines import service_environment
from bench.process_figures import cpu_microseconds
from bench.processes import RunFailedError, load_average
from bench.report import Json
from chassis.clock import elapsed_seconds
from contracts.access import REPORT_LOSS
from contracts.codec import to_json
from contracts.policy import POLICY_CHANGED
from contracts.topics import CATALOGUE
from devstack.outside.issuer import Issuer
from devstack.postgres.databases import create_database
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.programs import Program, Programs, answers_ok, console_script
from devstack.stack import Stack

SERVICE, FLOOR = "claims-svc", "floor"
_CREATED = 201
_GOAL_MILLISECONDS = 250
_KEPT_CONNECTIONS = 48
"""Of the gateway: fewer than the handlers that may be at work at once, so that what is too much waits in front."""
_AS_DEPLOYED = {
    "OTEL_TRACES_SAMPLER": "traceidratio",
    "OTEL_TRACES_SAMPLER_ARG": "0.05",
    "KAFKA_FETCH_MAX_WAIT_MS": "500",
    "API_TRUSTED_PROXIES": LOOPBACK,
}
"""One trace in twenty is recorded, as in the other benchmarks.

Whoever finds nothing in Kafka waits as long as by default: the embedded stack lets its clients ask 25 times a second,
so that tests are quick. The gateway tells from where each report comes.
"""


@dataclass(frozen=True, kw_only=True)
class Load:
    """How many reports a second come by way of a gateway, each by another customer, and for how long."""

    reports_a_second: float = 300
    seconds: float = 20
    warm_up_seconds: float = 5

    @property
    def customers(self) -> int:
        """How many report: nobody twice."""
        return round(self.reports_a_second * (self.seconds * 2 + self.warm_up_seconds)) + 3


@dataclass(frozen=True)
class Server:
    """A server under load, its database, and its port."""

    name: str
    arguments: Sequence[str]
    url: str
    port: int


@dataclass(frozen=True)
class Used:
    """What a server used of the processor, and in what time: it may answer the last long after they have come."""

    microseconds: float
    seconds: float


async def measure(load: Load, *, output: Path) -> dict[str, Json]:
    """Return the figures.

    Raises:
        RunFailedError: a report was not taken though nothing disturbed the service, or one that was taken is lost.
    """
    load_before = load_average()
    topics = [topic for topic in CATALOGUE.topics if SERVICE in (*topic.producers, *topic.consumers)]
    with (
        Stack(kind="embedded", topics=topics, outside_world=True, output_dir=output, durable=True) as stack,
        Issuer() as issuer,
    ):
        programs = Programs(stack.supervisor, output / "logs")
        reports = [report_of(number, issuer) for number in range(load.customers)]
        try:
            floor = await _start(FLOOR, [sys.executable, "-m", "bench.intake.floor", "run"], stack, programs, issuer)
            found = await _steady(floor, load, reports, programs, goal=None)
            await programs.stop()
            programs = Programs(stack.supervisor, output / "logs")
            service = await _start(SERVICE, [str(console_script(SERVICE)), "run"], stack, programs, issuer)
            await _add_policies(service.url, load.customers)
            found += await _steady(service, load, reports, programs, goal=_GOAL_MILLISECONDS)
            found.append(await _killed(service, load, reports, programs))
        finally:
            await programs.stop()
    return {"load_before": load_before, "figures": as_json(found)}


async def _start(name: str, arguments: Sequence[str], stack: Stack, programs: Programs, issuer: Issuer) -> Server:
    url = await create_database(
        admin_url=stack.database_url,
        name=f"intake_{name[:5]}",
        role=f"intake_{name[:5]}",
        password=secrets.token_hex(9),
    )
    port, health_port = free_port(), free_port()
    environment = {
        **service_environment(SERVICE, environment=stack.environment(), database_url=url),
        **_AS_DEPLOYED,
        "API_ISSUER": issuer.name,
        "API_JWKS_URL": issuer.jwks_url,
        "API_PORT": str(port),
        "HTTP_PORT": str(health_port),
    }
    await programs.run(f"{name}-migrate", str(console_script(SERVICE)), "migrate", environment=environment)
    programs.start(
        Program(
            name=name,
            arguments=list(arguments),
            environment=environment,
            is_ready=lambda _: answers_ok(health_port, "/ready"),
        )
    )
    await programs.wait_ready(name)
    return Server(name, arguments, url, port)


def _relation_number(number: int) -> str:
    return f"{100_000 + number}"


def _policy_number(number: int) -> str:
    return f"{_relation_number(number)}-531-04"


async def _add_policies(url: str, count: int) -> None:
    example = POLICY_CHANGED.examples[0]
    rows = [
        (number, example.version, to_json(replace(example, policy_number=number)).decode())
        for number in map(_policy_number, range(count))
    ]
    connection = await asyncpg.connect(url)
    try:
        await connection.copy_records_to_table("policy", columns=("policy_number", "version", "state"), records=rows)
    finally:
        await connection.close()


def report_of(number: int, issuer: Issuer) -> bytes:
    """Return a customer's report, with all that a decision needs."""
    relation_number = _relation_number(number)
    token = issuer.token(audience=SERVICE, scopes=[REPORT_LOSS.scope], relation_number=relation_number)
    body = json.dumps(
        {
            "policy_number": _policy_number(number),
            "loss": {"from_at": "2021-07-15T01:30:00Z", "until_at": "2021-07-15T01:30:00Z"},
            "facts": {"precipitation_left_its_course": "true", "came_through_open_window_or_door": "false"},
            "damage": [{"kind": "buildings", "amount_cents": 184_000}],
        }
    ).encode()
    lines = [
        f"POST /customers/{relation_number}/claims HTTP/1.1",
        f"Host: {LOOPBACK}",
        "User-Agent: bench",
        "Accept: application/json",
        # A network of its own for each: what is measured is what no limit by address keeps out.
        f"X-Forwarded-For: 10.{number // 250}.{number % 250}.1",
        f"Authorization: Bearer {token}",
        f"Idempotency-Key: report-{number}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode() + body


async def _steady(
    server: Server, load: Load, reports: Sequence[bytes], programs: Programs, *, goal: float | None
) -> list[Figure]:
    warm_up = round(load.reports_a_second * load.warm_up_seconds)
    await _ask(server, load, reports[:warm_up])
    pid = programs.children[server.name].pid
    began, used_before = elapsed_seconds(), cpu_microseconds(pid)
    asked = round(load.reports_a_second * load.seconds)
    answers = await _ask(server, load, reports[warm_up : warm_up + asked])
    used = Used(microseconds=cpu_microseconds(pid) - used_before, seconds=elapsed_seconds() - began)
    return figures(server.name, answers, load=load, used=used, goal=goal)


def figures(name: str, answers: Sequence[Answer], *, load: Load, used: Used, goal: float | None) -> list[Figure]:
    """Return how long reports waited for their answers; raise `RunFailedError` when one of them was not taken."""
    statuses = Counter(answer.status for answer in answers)
    if set(statuses) != {_CREATED}:
        raise RunFailedError(f"reports to the {name} were answered with {dict(statuses)}")
    waited = sorted(answer.milliseconds for answer in answers)
    rate = f"{load.reports_a_second:g} reports a second"
    return [
        Figure(name=f"{name}: p50", value=percentile(waited, 50), unit="ms", holds=rate),
        Figure(name=f"{name}: p99", value=percentile(waited, 99), unit="ms", goal=goal, holds=rate),
        Figure(name=f"{name}: CPU for each", value=used.microseconds / len(answers), unit="µs"),
        Figure(name=f"{name}: busy cores", value=used.microseconds / used.seconds / 1e6, unit=""),
    ]


async def _ask(server: Server, load: Load, reports: Sequence[bytes]) -> Sequence[Answer]:
    gateway = Gateway(server.port, connections=_KEPT_CONNECTIONS)
    with closing(gateway):
        return await steadily(
            lambda number: gateway.ask(reports[number]),
            per_second=load.reports_a_second,
            seconds=len(reports) / load.reports_a_second,
        )


async def _killed(service: Server, load: Load, reports: Sequence[bytes], programs: Programs) -> Figure:
    """Kill the service half-way through as many reports again; return how many it had accepted, all of them kept."""
    first = round(load.reports_a_second * (load.seconds + load.warm_up_seconds))

    async def kill() -> None:
        await asyncio.sleep(load.seconds / 2)
        programs.children[service.name].process.send_signal(signal.SIGKILL)

    answers, _ = await asyncio.gather(_ask(service, load, reports[first : first + first]), kill())
    accepted = [_policy_number(first + place) for place, answer in enumerate(answers) if answer.status == _CREATED]
    connection = await asyncpg.connect(service.url)
    try:
        kept = await connection.fetchval(
            "SELECT count(DISTINCT policy_number) FROM claim WHERE policy_number = ANY ($1::text[])", accepted
        )
    finally:
        await connection.close()
    if kept != len(accepted):
        raise RunFailedError(f"{len(accepted) - kept} of {len(accepted)} accepted reports were lost by a kill")
    return Figure(name="accepted before a kill, all kept", value=len(accepted), unit="")
