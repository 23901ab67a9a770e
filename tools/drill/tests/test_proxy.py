"""The proxy passes on, cuts, holds, slows and resets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio

from devstack.process.ports import LOOPBACK, free_port
from drill.platform.proxy import Proxy, Weather


@pytest_asyncio.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """A proxy before a server that repeats what it is told."""

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionResetError):
            while piece := await reader.read(65_536):
                writer.write(piece)
        writer.close()

    port = free_port()
    server = await asyncio.start_server(repeat, LOOPBACK, port)
    passing = Proxy("echo", port)
    await passing.start()
    yield passing
    await passing.stop()
    server.close()


async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: bytes) -> bytes:
    writer.write(words)
    return await asyncio.wait_for(reader.read(len(words)), 1)


async def test_in_fair_weather_everything_passes_and_is_counted(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)

    assert await told(reader, writer, b"hello") == b"hello"
    assert (proxy.passed_bytes, proxy.connections) == (10, 1)
    writer.close()


async def test_a_cut_ends_connections_and_lets_none_begin(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    await told(reader, writer, b"hello")

    proxy.turn(Weather.CUT)

    assert await ended(reader)
    again, other = await asyncio.open_connection(LOOPBACK, proxy.port)
    assert await ended(again)
    writer.close()
    other.close()


async def test_half_open_passes_nothing_and_tells_nobody(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    await told(reader, writer, b"hello")

    proxy.turn(Weather.HALF_OPEN)

    with pytest.raises(TimeoutError):
        await told(reader, writer, b"anybody?")
    assert not reader.at_eof()
    proxy.turn(Weather.FAIR)
    assert await asyncio.wait_for(reader.read(8), 1) == b"anybody?"
    writer.close()


async def test_reset_ends_a_connection_after_its_first_piece(proxy: Proxy) -> None:
    proxy.turn(Weather.RESET)
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    writer.write(b"hello")

    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(5), 1)
    writer.close()


async def test_slow_takes_its_time(proxy: Proxy) -> None:
    proxy.turn(Weather.SLOW)
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    began = time.monotonic()

    assert await told(reader, writer, b"hello") == b"hello"
    assert time.monotonic() - began >= 0.3
    writer.close()


async def ended(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(1), 1) == b""
    except ConnectionResetError:
        return True
