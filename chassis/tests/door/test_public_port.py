"""The API has a port of its own; a stop answers what has been asked and takes nothing more."""

from __future__ import annotations

import asyncio
import socket
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator

import asyncpg
import pytest
from door.at_the_door import WITH_API, api_port
from specimen.api import GATE
from specimen_driver import Driver, until

from chassis.command_line import CANNOT_START

LONGEST_STOP_SECONDS = 12.0


def status_of(port: int, path: str) -> int:
    """The status of the answer; 0 when the connection is refused."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=LONGEST_STOP_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            return 0
        raise


@pytest.fixture
async def gate(driver: Driver) -> AsyncIterator[asyncpg.Connection]:
    """Holds the specimen's gate shut until it is unlocked."""
    connection = await asyncpg.connect(driver.database_url)
    await connection.execute("SELECT pg_advisory_lock($1)", GATE)
    yield connection
    await connection.close()


async def _waits_at_gate(connection: asyncpg.Connection) -> bool:
    return bool(
        await connection.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
    )


async def _is_refused(port: int) -> bool:
    return await asyncio.to_thread(status_of, port, "/greeting") == 0


async def test_what_operators_ask_is_not_to_be_had_at_the_public_port_nor_the_other_way_round(driver: Driver) -> None:
    await driver.start(**WITH_API)
    public, inner = api_port(driver), driver.port()

    assert public != inner
    assert await asyncio.to_thread(status_of, public, "/greeting") == 200
    assert [await asyncio.to_thread(status_of, public, path) for path in ("/live", "/ready", "/metrics")] == [404] * 3
    assert await asyncio.to_thread(status_of, inner, "/greeting") == 404
    assert await asyncio.to_thread(status_of, inner, "/metrics") == 200


async def test_sigterm_answers_the_request_under_way_and_takes_no_other(
    driver: Driver, gate: asyncpg.Connection
) -> None:
    await driver.start(**WITH_API)
    public = api_port(driver)
    waiting = asyncio.create_task(asyncio.to_thread(status_of, public, "/gate"))
    await until(lambda: _waits_at_gate(gate), what="a request waits")

    stopping = asyncio.create_task(driver.terminate())
    await until(driver.not_ready, what="it says that it is not ready")
    await until(lambda: _is_refused(public), what="it takes no other")
    assert not waiting.done()
    await gate.execute("SELECT pg_advisory_unlock($1)", GATE)

    assert await waiting == 200
    assert await stopping == 0


async def test_a_request_that_does_not_end_does_not_hold_up_a_stop(driver: Driver, gate: asyncpg.Connection) -> None:
    await driver.start(**WITH_API, STOP_TIMEOUT_SECONDS="3", API_REQUEST_SECONDS="60")
    waiting = asyncio.create_task(asyncio.to_thread(status_of, api_port(driver), "/gate"))
    await until(lambda: _waits_at_gate(gate), what="a request waits")
    began = time.monotonic()

    assert await driver.terminate() == 0, driver.log()

    assert time.monotonic() - began < LONGEST_STOP_SECONDS
    assert await asyncio.gather(waiting, return_exceptions=True)


async def test_a_public_port_that_is_in_use_names_the_settings(driver: Driver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        await driver.launch(**WITH_API, API_PORT=str(other.getsockname()[1]))

        assert await driver.wait_for_exit() == CANNOT_START

    assert "change API_HOST or API_PORT" in driver.log()


async def test_a_guarded_api_without_an_issuer_does_not_start(driver: Driver) -> None:
    await driver.launch(SPECIMEN_API="true")

    assert await driver.wait_for_exit() == CANNOT_START
    assert "the API of specimen is guarded by tokens: set API_ISSUER and API_JWKS_URL" in driver.log()
