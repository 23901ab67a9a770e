from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress

import pytest
from pydantic import SecretStr

from bench.goals import as_json, table
from bench.intake.floor import build_floor
from bench.intake.gateway import Gateway
from bench.intake.measure import SERVICE, Load, Used, figures, report_of
from bench.login.steady import Answer
from bench.processes import RunFailedError
from claims_svc.routes.reporting import REPORTS_AT_ONCE, ReportedLoss
from claims_svc.settings import Settings
from devstack.outside.issuer import Issuer
from devstack.process.ports import LOOPBACK

LOAD = Load(reports_a_second=2, seconds=2, warm_up_seconds=0)
USED = Used(microseconds=8_000, seconds=4)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


def test_every_report_is_valid_and_of_a_customer_with_a_network_of_its_own(issuer: Issuer) -> None:
    reports = [report_of(number, issuer) for number in (0, 249, 250, Load().customers)]

    losses = [ReportedLoss.model_validate_json(report.partition(b"\r\n\r\n")[2]) for report in reports]
    for report, loss in zip(reports, losses, strict=True):
        relation_number = loss.policy_number.partition("-")[0]
        assert report.startswith(f"POST /customers/{relation_number}/claims HTTP/1.1\r\n".encode())
    networks = {address for report in reports for address in re.findall(rb"X-Forwarded-For: (\S+)\.1\r\n", report)}
    assert len({loss.policy_number for loss in losses}) == len(networks) == 4


@asynccontextmanager
async def answering() -> AsyncIterator[tuple[int, list[asyncio.StreamWriter]]]:
    """A server that answers each request in two parts, and `/end` by closing; yields its port and connections."""
    connections: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        with closing(writer), suppress(asyncio.IncompleteReadError):
            while b"/end" not in await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nta")
                await asyncio.sleep(0.01)
                writer.write(b"ken")

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    async with server:
        yield server.sockets[0].getsockname()[1], connections


async def test_a_gateway_keeps_its_connections_and_lets_wait_who_finds_none_free() -> None:
    async with answering() as (port, connections):
        with closing(Gateway(port, connections=2)) as gateway:
            statuses = await asyncio.gather(*(gateway.ask(b"POST /a HTTP/1.1\r\n\r\n") for _ in range(6)))

    assert statuses == [201] * 6
    assert len(connections) == 2


async def test_a_connection_that_ends_without_an_answer_is_replaced() -> None:
    async with answering() as (port, connections):
        with closing(Gateway(port, connections=1)) as gateway:
            with pytest.raises(EOFError):
                await gateway.ask(b"POST /end HTTP/1.1\r\n\r\n")
            status = await gateway.ask(b"POST /a HTTP/1.1\r\n\r\n")

    assert status == 201
    assert len(connections) == 2


def test_figures_tell_the_wait_beside_its_goal() -> None:
    quick, slow = Answer(201, 20.0), Answer(201, 300.0)

    found = as_json(figures(SERVICE, [quick, quick, quick, slow], load=LOAD, used=USED, goal=250))

    assert [name.partition(": ")[2] for name in found] == ["p50", "p99", "CPU for each", "busy cores"]
    assert "300 ms   goal 250, MISSED  (2 reports a second)" in table(found)


@pytest.mark.parametrize("status", [0, 429, 503])
def test_a_report_that_was_not_taken_fails_the_run(status: int) -> None:
    with pytest.raises(RunFailedError, match=f"reports to the claims-svc were answered with .*{status}: 1"):
        figures(SERVICE, [Answer(201, 20.0), Answer(status, 1.0)], load=LOAD, used=USED, goal=250)


def test_the_floor_is_the_same_door_and_takes_as_many_together() -> None:
    settings = Settings(database_url="postgresql://none", proof_root_key=SecretStr(b64encode(bytes(32)).decode()))
    api = build_floor(settings).api

    assert api is not None
    assert [(str(route), route.together) for route in api.routes] == [
        ("POST /customers/{relation_number}/claims", REPORTS_AT_ONCE)
    ]
    api.check(service=SERVICE)
