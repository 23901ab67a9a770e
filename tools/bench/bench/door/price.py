"""Measures both servers in turn, several rounds, and takes the median of what the door costs more."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

from bench.door.client import ask
from bench.door.route import PATH, READ_POLICIES, SERVICE, Served
from bench.processes import RunFailedError, load_average
from bench.report import Json
from devstack.outside.issuer import Issuer
from devstack.process.child import Child
from devstack.process.command import Command
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.supervisor import Supervisor

GOAL_MICROSECONDS = 300
_START_SECONDS = 30.0
_CUSTOMERS = 100
_SAMPLED = {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.05"}
"""One trace in twenty is recorded, as in the other benchmarks. The door decides: it does not believe its callers."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """How the servers are asked. Every connection asks again as soon as it is answered."""

    rounds: int = 7
    requests: int = 4_000
    warm_up_requests: int = 2_000
    connections: int = 8


@dataclass(frozen=True)
class Server:
    """One of the servers, while it runs."""

    child: Child
    port: int

    def cpu_microseconds(self) -> float:
        """What the process has used so far."""
        used = self.child.request({})["cpu_microseconds"]
        assert isinstance(used, float)  # noqa: S101 - as it answers
        return used


async def measure(load: Load, *, output: Path) -> dict[str, Json]:
    """Return the figures of all rounds; raise `RunFailedError` when the door does not answer as FastAPI does alone."""
    load_before = load_average()
    with Supervisor(state_dir=output / "state") as supervisor, Issuer() as issuer:
        servers = {served: start(served, supervisor, issuer, log_directory=output / "logs") for served in Served}
        requests = [request(number, issuer) for number in range(_CUSTOMERS)]
        for server in servers.values():
            await ask(server.port, requests, times=load.warm_up_requests, connections=load.connections)
        rounds = [await _round(number, servers, requests, load) for number in range(load.rounds)]
    return figures(rounds) | {"requests_a_round": load.requests, "load_before": load_before}


def start(served: Served, supervisor: Supervisor, issuer: Issuer, *, log_directory: Path) -> Server:
    """Start a server of the route, and return it when it answers."""
    log_directory.mkdir(parents=True, exist_ok=True)
    name, port = f"door-{served}", free_port()
    command = Command(
        name=name,
        arguments=[
            *(sys.executable, "-m", "bench.door.process", served),
            *("--port", str(port), "--issuer", issuer.name, "--jwks-url", issuer.jwks_url),
        ],
        environment={**os.environ, **_SAMPLED},
        has_pipes=True,
        log_path=log_directory / f"{name}.log",
    )
    child = supervisor.start(command)
    child.read_message(deadline_seconds=_START_SECONDS)
    return Server(child, port)


def request(number: int, issuer: Issuer) -> bytes:
    """Return what one customer asks. Both servers are sent the same."""
    relation_number = f"{100_000 + number}"
    token = issuer.token(audience=SERVICE, scopes=[READ_POLICIES.scope], relation_number=relation_number)
    trace = f"00-{number + 1:032x}-{number + 1:016x}-01"
    lines = [
        f"GET {PATH.format(relation_number=relation_number)} HTTP/1.1",
        f"Host: {LOOPBACK}",
        "User-Agent: bench",
        "Accept: application/json",
        f"Authorization: Bearer {token}",
        f"traceparent: {trace}",
    ]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


async def _round(
    number: int, servers: Mapping[Served, Server], requests: Sequence[bytes], load: Load
) -> Mapping[Served, float]:
    """Return the microseconds of CPU a request of each server, asked in an order of the round's own."""
    order = Random(number).sample(list(servers), len(servers))  # noqa: S311 - the same order for everybody
    used, answers = {}, []
    for served in order:
        server = servers[served]
        before = server.cpu_microseconds()
        answers.append(await ask(server.port, requests, times=load.requests, connections=load.connections))
        used[served] = (server.cpu_microseconds() - before) / load.requests
    if answers[0] != answers[1]:
        raise RunFailedError("the door does not answer as FastAPI does alone")
    print(f"round {number + 1}: {', '.join(f'{served} {used[served]:.0f} µs' for served in Served)}", flush=True)
    return used


def figures(rounds: Sequence[Mapping[Served, float]]) -> dict[str, Json]:
    """Return the medians of what each costs and, within each round, of what the door costs more."""
    prices = [one[Served.DOOR] - one[Served.BARE] for one in rounds]
    return {
        "cpu_us_per_request": {served.value: round(median(one[served] for one in rounds), 1) for served in Served},
        "price_us": round(median(prices), 1),
        "price_us_rounds": [round(price, 1) for price in prices],
        "goal_us": GOAL_MICROSECONDS,
        "goal_met": median(prices) <= GOAL_MICROSECONDS,
    }


def table(results: Mapping[str, Json]) -> str:
    """Return the figures as a few lines for a terminal."""
    verdict = "met" if results["goal_met"] else "missed"
    return (
        f"CPU microseconds a request: {results['cpu_us_per_request']}\n"
        f"the door's price: {results['price_us']} µs, by round {results['price_us_rounds']}; "
        f"goal {results['goal_us']} µs {verdict}"
    )
