"""Measures how long one who is logged in waits, first alone, then while somebody tries passwords."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from uuid import uuid4

import asyncpg

from bench.login.steady import Answer, Question, ask_steadily
from bench.percentiles import percentiles
from bench.process_figures import cpu_microseconds, highest_resident_mib
from bench.processes import RunFailedError, load_average
from bench.report import Json
from contracts.access import READ_ACCOUNT, Role
from contracts.topics import CATALOGUE
from demo.platform import SETTINGS
from devstack.outside.issuer import RELATION_NUMBER, Issuer
from devstack.postgres.databases import create_database
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.programs import Program, Programs, answers_ok, console_script
from devstack.stack import Stack

SERVICE = "auth-svc"
_SHARES = (50.0, 99.0, 99.9)
_ATTACKERS, _READERS = IPv4Address("127.1.0.1"), IPv4Address("127.128.0.1")
_NETWORKS, _ADDRESSES_APART = 30_000, 256
"""Everybody comes from a network of their own: what is measured is what no limit by address keeps out."""
_OK = 200


@dataclass(frozen=True, kw_only=True)
class Flood:
    """How hard, and for how long. `reads_a_second` are of one who is logged in and looks at an account."""

    wrong_logins_a_second: float = 200
    reads_a_second: float = 50
    seconds: float = 30


async def measure(flood: Flood, *, output: Path) -> dict[str, Json]:
    """Return the figures; raise `RunFailedError` when a read fails though nobody disturbs it."""
    load_before = load_average()
    topics = CATALOGUE.produced_by(SERVICE)
    consumed = [topic for topic in CATALOGUE.topics if SERVICE in topic.consumers]
    with (
        Stack(
            kind="embedded", topics=[*topics, *consumed], outside_world=True, output_dir=output, durable=True
        ) as stack,
        Issuer() as issuer,
    ):
        programs = Programs(stack.supervisor, output / "logs")
        try:
            port = await _start(stack, programs, issuer)
            found = await _ask(flood, port=port, issuer=issuer, pid=programs.children[SERVICE].pid)
        finally:
            await programs.stop()
    return found | {"load_before": load_before}


async def _start(stack: Stack, programs: Programs, issuer: Issuer) -> int:
    """Start the service, which knows one account; return the port of its API."""
    url = await create_database(
        admin_url=stack.database_url, name="bench_auth", role="bench_auth", password=secrets.token_urlsafe(18)
    )
    port, health_port = free_port(), free_port()
    environment = {
        **stack.environment(),
        **SETTINGS[SERVICE],
        "DATABASE_URL": url,
        "API_ISSUER": issuer.name,
        "API_JWKS_URL": issuer.jwks_url,
        "API_PORT": str(port),
        "HTTP_PORT": str(health_port),
    }
    command = str(console_script(SERVICE))
    await programs.run("auth-svc-migrate", command, "migrate", environment=environment)
    await _add_account(url)
    programs.start(
        Program(
            name=SERVICE,
            arguments=[command, "run"],
            environment=environment,
            is_ready=lambda _: answers_ok(health_port, "/ready"),
        )
    )
    await programs.wait_ready(SERVICE)
    return port


async def _add_account(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "INSERT INTO account (account_id, role, relation_number, customer_id, email, activated_at)"
            " VALUES ($1, $2, $3, $4, $5, now())",
            uuid4(),
            Role.CUSTOMER,
            RELATION_NUMBER,
            uuid4(),
            "customer@example.org",
        )
    finally:
        await connection.close()


async def _ask(flood: Flood, *, port: int, issuer: Issuer, pid: int) -> dict[str, Json]:
    token = issuer.token(audience=SERVICE, scopes=[READ_ACCOUNT.scope], relation_number=RELATION_NUMBER)
    request = _request("GET", f"/accounts/{RELATION_NUMBER}", authorization=f"Bearer {token}")

    def read(number: int) -> Question:
        return Question(request, source=_source(_READERS, number))

    reads = flood.reads_a_second
    alone = await ask_steadily(port, per_second=reads, seconds=flood.seconds, question=read)
    if {answer.status for answer in alone} != {_OK}:
        raise RunFailedError(f"reading an account was answered with {_by_status(alone)}")
    used = cpu_microseconds(pid)
    beside, wrong = await asyncio.gather(
        ask_steadily(port, per_second=reads, seconds=flood.seconds, question=read),
        ask_steadily(port, per_second=flood.wrong_logins_a_second, seconds=flood.seconds, question=wrong_login),
    )
    return figures(flood, alone=alone, beside=beside, wrong=wrong) | {
        "busy_cores": round((cpu_microseconds(pid) - used) / flood.seconds / 1e6, 2),
        "highest_resident_mib": highest_resident_mib(pid),
    }


def wrong_login(number: int) -> Question:
    """Return an attempt on an account of its own, from a network of its own."""
    body = json.dumps({"email": f"nobody-{number}@example.org", "password": "not the password"}).encode()
    return Question(_request("POST", "/logins", body=body), source=_source(_ATTACKERS, number))


def _source(first: IPv4Address, number: int) -> str:
    return str(first + number % _NETWORKS * _ADDRESSES_APART)


def _request(method: str, path: str, *, body: bytes = b"", **headers: str) -> bytes:
    fields = {"Host": LOOPBACK, "User-Agent": "bench", "Accept": "application/json", "Connection": "close", **headers}
    if body:
        fields |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode() + body


def figures(
    flood: Flood, *, alone: Sequence[Answer], beside: Sequence[Answer], wrong: Sequence[Answer]
) -> dict[str, Json]:
    """Return percentiles of the milliseconds and how often each status was answered; 0 stands for no answer."""
    return {
        "wrong_logins_a_second": flood.wrong_logins_a_second,
        "reads_a_second": flood.reads_a_second,
        "seconds": flood.seconds,
        "reads_alone": _figures(alone),
        "reads_beside_wrong_logins": _figures(beside),
        "wrong_logins": _figures(wrong),
    }


def _figures(answers: Sequence[Answer]) -> dict[str, Json]:
    waited = percentiles([answer.milliseconds for answer in answers], shares=_SHARES)
    return {"ms": {**waited}, "answers": {**_by_status(answers)}}


def _by_status(answers: Sequence[Answer]) -> Mapping[str, int]:
    return {str(status): count for status, count in sorted(Counter(answer.status for answer in answers).items())}


def table(found: Mapping[str, Json]) -> str:
    """Return the figures as a few lines for a terminal."""
    names = ("reads_alone", "reads_beside_wrong_logins", "wrong_logins")
    lines = [f"{name.replace('_', ' ')}: {found[name]}" for name in names]
    return "\n".join([*lines, f"busy cores {found['busy_cores']}, {found['highest_resident_mib']} MiB at most"])
