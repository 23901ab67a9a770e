"""Requests share a process with consumers: a burst of them leaves both connections and places to others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from uuid import uuid4

import asyncpg
import pytest
from door.at_the_door import client_of
from door.test_problems import assert_problem
from httpx import AsyncClient
from specimen.access import PASS_GATE
from specimen.api import GATE, api, pass_gate
from specimen.app import Settings, build
from specimen_driver import contact, until
from specimen_records import TOPIC, effects

from chassis.http.api import Api
from chassis.http.problems import RETRY_SOON, TOO_MANY_REQUESTS, Problem
from chassis.testing import Harness, harness

LONGEST_WAIT_SECONDS = 10.0


@pytest.fixture
async def gate(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that keeps the specimen's gate shut."""
    connection = await asyncpg.connect(database)
    await connection.execute("SELECT pg_advisory_lock($1)", GATE)
    yield connection
    await connection.close()


@asynccontextmanager
async def _door(
    database: str, gate: asyncpg.Connection, **settings: float
) -> AsyncIterator[tuple[Harness, AsyncClient]]:
    """A specimen and a client of it. The gate is opened before the specimen ends."""
    chosen = Settings(database_url=database).model_copy(update=settings)
    async with harness(build(chosen)) as running:
        app = api.app(settings=chosen, work=running.runtime.work, verifier=None)
        async with client_of(app) as client:
            try:
                yield running, client
            finally:
                await _open(gate)


async def _open(gate: asyncpg.Connection) -> None:
    await gate.execute("SELECT pg_advisory_unlock_all()")


async def _waiting(gate: asyncpg.Connection) -> int:
    waiting: int = await gate.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return waiting


async def test_a_burst_of_requests_leaves_connections_to_consumers(database: str, gate: asyncpg.Connection) -> None:
    async with _door(database, gate, database_connections=4) as (running, client):
        burst = [asyncio.create_task(client.get("/gate")) for _ in range(10)]

        async def half_of_them_wait() -> bool:
            return await _waiting(gate) == 2

        await until(half_of_them_wait, what="requests wait in the database")
        async with asyncio.timeout(LONGEST_WAIT_SECONDS):
            await running.deliver(TOPIC, contact(uuid4(), 1))
        waiting = await _waiting(gate)
        await _open(gate)
        answers = await asyncio.gather(*burst)

        assert waiting == 2
        assert [answer.status_code for answer in answers] == [200] * 10
        assert len(await effects(running)) == 1


async def test_who_waits_for_a_connection_longer_than_a_request_may_take_is_told_to_come_back(
    database: str, gate: asyncpg.Connection
) -> None:
    async with _door(database, gate, database_connections=2, api_request_seconds=0.5) as (_, client):
        answers = await asyncio.gather(*(client.get("/gate") for _ in range(3)))
        await _open(gate)
        afterwards = await client.get("/gate")

    for answer in answers:
        assert_problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "1"
    assert afterwards.status_code == 200


async def test_more_handlers_than_may_be_at_work_are_refused_and_a_slow_body_is_none_of_them(
    database: str, gate: asyncpg.Connection
) -> None:
    begun, sent = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        begun.set()
        await sent.wait()
        yield b"ignored"

    async with _door(database, gate, api_concurrency=1) as (_, client):
        slow = asyncio.create_task(client.request("GET", "/gate", content=slowly()))
        async with asyncio.timeout(LONGEST_WAIT_SECONDS):
            await begun.wait()
        assert (await client.get("/greeting")).status_code == 200
        at_work = asyncio.create_task(client.get("/gate"))

        async def is_at_work() -> bool:
            return await _waiting(gate) == 1

        await until(is_at_work, what="a handler is at work")
        surplus = await client.get("/greeting")
        sent.set()
        late = await slow
        await _open(gate)

        assert_problem(surplus, 503, "unavailable")
        assert_problem(late, 503, "unavailable")
        assert (await at_work).status_code == 200
        assert (await client.get("/greeting")).status_code == 200


async def test_a_gate_is_asked_before_a_connection_is_taken_and_left_when_all_is_done(
    database: str, gate: asyncpg.Connection
) -> None:
    inside = 0

    @contextmanager
    def one_at_a_time() -> Iterator[None]:
        nonlocal inside
        if inside:
            raise Problem(TOO_MANY_REQUESTS, headers=RETRY_SOON)
        inside += 1
        try:
            yield
        finally:
            inside -= 1

    guarded = Api(title="guarded", version="1", access=(PASS_GATE,))
    guarded.get("/gate", operation=PASS_GATE, gate=one_at_a_time)(pass_gate)
    chosen = Settings(database_url=database).model_copy(update={"database_connections": 2})
    async with harness(build(chosen)) as running:
        app = guarded.app(settings=chosen, work=running.runtime.work, verifier=None)
        async with client_of(app) as client:
            first = asyncio.create_task(client.get("/gate"))

            async def it_waits_in_the_database() -> bool:
                return await _waiting(gate) == 1

            await until(it_waits_in_the_database, what="the first request waits in the database")
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):  # with the one connection taken it could only wait
                refused = await client.get("/gate")
            await _open(gate)
            let_in = await first
            again = await client.get("/gate")

    assert_problem(refused, status=429, name="too-many-requests")
    assert (let_in.status_code, again.status_code) == (200, 200)
