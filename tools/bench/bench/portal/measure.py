"""Measures pages of the portal: the real service with its database, over services that answer from memory.

A page by itself tells its time, its CPU and its size; many a second, at moments that are fixed beforehand, how long
people wait when others look, too.
"""

from __future__ import annotations

import base64
import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final
from uuid import uuid4

import asyncpg
import httpx

from bench.goals import Figure, as_json
from bench.login.steady import Answer, Question, ask_steadily
from bench.percentiles import percentile
from bench.portal.stand_in import SERVICES
from bench.process_figures import cpu_microseconds
from bench.processes import RunFailedError, load_average
from bench.report import Json
from contracts.access import Role
from contracts.topics import CATALOGUE
from devstack.outside.issuer import Issuer
from devstack.postgres.databases import create_database
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.programs import Program, Programs, answers_ok, console_script
from devstack.stack import Stack
from portal_svc.clients.oauth import Tokens
from portal_svc.keys import PortalKeys, digest_of, new_secret
from portal_svc.repository import sessions
from portal_svc.web import cookies

SERVICE: Final = "portal-svc"
PAGES: Final = (
    "/nl",
    "/nl/help",
    "/nl/help?q=kelder",
    "/nl/help/mine",
    "/nl/insurances",
    "/nl/insurances/123456-531-04",
    "/nl/claims",
    "/nl/report",
)
GOAL_MS, GOAL_BYTES, GOAL_BUSY_MS = 100, 60_000, 300
_CUSTOMERS = 200
_OK = 200
_SECONDS_A_CONNECT = 2.0


@dataclass(frozen=True, kw_only=True)
class Load:
    """How often each page is asked for by itself, and how many a second for how long afterwards."""

    times: int = 100
    warm_up_times: int = 20
    pages_a_second: float = 100
    seconds: float = 30


@dataclass(frozen=True, kw_only=True)
class Running:
    """The portal, and the customers who are logged in."""

    port: int
    pid: int
    cookies: Sequence[str]


async def measure(load: Load, *, output: Path) -> dict[str, Json]:
    """Return the figures by name. Raise `RunFailedError` when a page is not shown."""
    load_before = load_average()
    topics = [topic for topic in CATALOGUE.topics if topic.owner == SERVICE]
    with (
        Stack(kind="embedded", topics=topics, outside_world=True, output_dir=output, durable=True) as stack,
        Issuer() as issuer,
    ):
        programs = Programs(stack.supervisor, output / "logs")
        try:
            running = await _start(stack, programs, issuer)
            alone = [figure for path in PAGES for figure in await _alone(running, path, load)]
            found = as_json([*alone, *await _busy(running, load)])
        finally:
            await programs.stop()
    return {**found, "load_before": load_before}


async def _start(stack: Stack, programs: Programs, issuer: Issuer) -> Running:
    url = await create_database(
        admin_url=stack.database_url, name="bench_portal", role="bench_portal", password=secrets.token_urlsafe(18)
    )
    port, health_port, services_port = free_port(), free_port(), free_port()
    keys = base64.b64encode(secrets.token_bytes(32)).decode()
    environment = {
        **stack.environment(),
        "DATABASE_URL": url,
        "API_ISSUER": issuer.name,
        "API_JWKS_URL": issuer.jwks_url,
        "API_PORT": str(port),
        "API_CONCURRENCY_PER_ADDRESS": "64",
        "HTTP_PORT": str(health_port),
        "PORTAL_URL": f"http://{LOOPBACK}:{port}",
        "PORTAL_KEYS": keys,
        "CLIENT_SECRET": "a-secret",
        "INSURER_PHONE": "088 000 00 00",
        **{f"{name.upper()}_URL": f"http://{LOOPBACK}:{services_port}/{name}" for name in SERVICES},
    }
    command = str(console_script(SERVICE))
    await programs.run("portal-svc-migrate", command, "migrate", environment=environment)
    programs.start(
        Program(
            name="services",
            arguments=[sys.executable, "-m", "bench.portal.stand_in", "--port", str(services_port)],
            environment={},
            is_ready=lambda _: answers_ok(services_port, "/policy/customers/123456/policies"),
        )
    )
    programs.start(
        Program(
            name=SERVICE,
            arguments=[command, "run"],
            environment=environment,
            is_ready=lambda _: answers_ok(health_port, "/ready"),
        )
    )
    await programs.wait_ready("services", SERVICE)
    return Running(port=port, pid=programs.children[SERVICE].pid, cookies=await _log_in(url, keys))


async def _log_in(url: str, keys: str) -> Sequence[str]:
    """Begin a session for each customer; return what their browsers send."""
    now = datetime.now(UTC)
    connection = await asyncpg.connect(url)
    try:
        held = []
        for _ in range(_CUSTOMERS):
            secret = new_secret()
            tokens = Tokens(
                access_token=secrets.token_urlsafe(600),
                refresh_token=secrets.token_urlsafe(32),
                access_ends_at=now + timedelta(days=1),
                subject=str(uuid4()),
                role=Role.CUSTOMER,
                relation_number="123456",
            )
            sealed = PortalKeys(keys).seal_for(secret, tokens.as_json())
            await sessions.add(connection, digest=digest_of(secret), sealed=sealed, now=now)
            held.append(f"{cookies.SESSION}={secret}")
        return held
    finally:
        await connection.close()


async def _alone(running: Running, path: str, load: Load) -> Sequence[Figure]:
    """Return what one page costs that is asked for again and again, each time when the last is there."""
    times: list[float] = []
    size = 0
    used = 0
    async with httpx.AsyncClient(
        base_url=f"http://{LOOPBACK}:{running.port}", timeout=_SECONDS_A_CONNECT * 5
    ) as client:
        for number in range(load.warm_up_times + load.times):
            if number == load.warm_up_times:
                used = cpu_microseconds(running.pid)
            began = perf_counter()
            answer = await client.get(path, headers={"Cookie": running.cookies[number % _CUSTOMERS]})
            if answer.status_code != _OK:
                raise RunFailedError(f"{path} answered {answer.status_code}")
            if number >= load.warm_up_times:
                times.append((perf_counter() - began) * 1_000)
            size = len(answer.content)
    cpu_ms = (cpu_microseconds(running.pid) - used) / load.times / 1_000
    return (
        Figure(name=f"{path}, p50", value=percentile(sorted(times), 50), unit="ms", goal=GOAL_MS),
        Figure(name=f"{path}, p99", value=percentile(sorted(times), 99), unit="ms", goal=GOAL_MS),
        Figure(name=f"{path}, CPU", value=cpu_ms, unit="ms"),
        Figure(name=f"{path}, size", value=size, unit="B", goal=GOAL_BYTES),
    )


async def _busy(running: Running, load: Load) -> Sequence[Figure]:
    """Return how long people wait who look at pages at moments that are fixed beforehand."""

    def question(number: int) -> Question:
        path, cookie = PAGES[number % len(PAGES)], running.cookies[number % _CUSTOMERS]
        lines = [f"GET {path} HTTP/1.1", f"Host: {LOOPBACK}:{running.port}", f"Cookie: {cookie}", "Connection: close"]
        return Question("".join(f"{line}\r\n" for line in [*lines, ""]).encode())

    used = cpu_microseconds(running.pid)
    answers = await ask_steadily(running.port, per_second=load.pages_a_second, seconds=load.seconds, question=question)
    cpu_ms = (cpu_microseconds(running.pid) - used) / len(answers) / 1_000
    return busy_figures(answers, cpu_ms=cpu_ms, pages_a_second=load.pages_a_second)


def busy_figures(answers: Sequence[Answer], *, cpu_ms: float, pages_a_second: float) -> Sequence[Figure]:
    """Return the figures of many pages a second. Raise `RunFailedError` when one was not shown."""
    by_status = Counter(answer.status for answer in answers)
    if set(by_status) != {_OK}:
        raise RunFailedError(f"pages were answered with {dict(by_status)}")
    ordered = sorted(answer.milliseconds for answer in answers)
    name = f"{pages_a_second:g} pages a second"
    return (
        Figure(name=f"{name}, p50", value=percentile(ordered, 50), unit="ms"),
        Figure(name=f"{name}, p99", value=percentile(ordered, 99), unit="ms", goal=GOAL_BUSY_MS),
        Figure(name=f"{name}, slowest", value=ordered[-1], unit="ms"),
        Figure(name=f"{name}, CPU a page", value=cpu_ms, unit="ms"),
    )
