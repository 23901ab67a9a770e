"""The HTTP server ends within its deadline, whatever its clients do."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import httpx
import pytest
from specimen_driver import until
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.http.server import KEEP_ALIVE_SECONDS, LONGEST_WAIT_SECONDS, HttpServer

MORE_THAN_BUFFERS_HOLD = 32 * 1_048_576
LONGEST_STOP_SECONDS = 1
MARGIN_SECONDS = 2.0


class Pages:
    """Serves a page too large for a client that does not read, and one that is never done."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.app = Starlette(
            routes=[
                Route("/large", self._large),
                Route("/slow", self._slow),
                Route("/unfinished", self._unfinished, methods=["POST"]),
            ]
        )

    async def _large(self, _: Request) -> Response:
        self.asked.set()
        return Response(b"x" * MORE_THAN_BUFFERS_HOLD)

    async def _unfinished(self, request: Request) -> Response:
        self.asked.set()
        return Response(await request.body())

    async def _slow(self, _: Request) -> Response:
        self.asked.set()
        await asyncio.Event().wait()
        return Response()


def _server(pages: Pages) -> HttpServer:
    return HttpServer(pages.app, host="127.0.0.1", port=0, setting="HTTP", longest_stop_seconds=LONGEST_STOP_SECONDS)


@asynccontextmanager
async def client_of(port: int, request: bytes) -> AsyncIterator[None]:
    """A client that sends `request` and reads nothing."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_024)
    writer.write(request)
    try:
        yield
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("page", ["large", "slow"])
@pytest.mark.parametrize("times", [1, 100], ids=["once", "pipelined"])
async def test_a_client_that_does_not_read_does_not_hold_up_a_stop(page: str, times: int) -> None:
    pages = Pages()
    server = _server(pages)
    port = await server.start()
    async with client_of(port, f"GET /{page} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * times):
        await pages.asked.wait()
        async with asyncio.timeout(LONGEST_STOP_SECONDS + MARGIN_SECONDS):
            await server.stop()


async def test_a_request_that_never_ends_does_not_hold_up_a_stop() -> None:
    pages = Pages()
    server = _server(pages)
    port = await server.start()
    async with (
        client_of(port, b"GET /large HT"),
        client_of(port, b"POST /unfinished HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nx"),
    ):
        await pages.asked.wait()
        async with asyncio.timeout(LONGEST_STOP_SECONDS + MARGIN_SECONDS):
            await server.stop()


@asynccontextmanager
async def connection_to(server: HttpServer) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", await server.start())
    try:
        async with asyncio.timeout(LONGEST_STOP_SECONDS + MARGIN_SECONDS):
            yield reader, writer
    finally:
        writer.transport.abort()
        await server.stop()


@asynccontextmanager
async def open_connection(address: tuple[str, int]) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*address)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """What arrives before the other side closes."""
    received = b""
    with suppress(ConnectionResetError):
        while part := await reader.read(65_536):
            received += part
    return received


@pytest.mark.parametrize("sent", [b"", b"GET /slo"], ids=["nothing", "half a header"])
async def test_a_connection_on_which_no_request_begins_is_closed(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr("chassis.http.server.LONGEST_WAIT_SECONDS", 0.05)
    async with connection_to(_server(Pages())) as (reader, writer):
        writer.write(sent)

        assert await until_closed(reader) == b""


async def test_a_second_request_on_a_connection_has_its_time_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.http.server.LONGEST_WAIT_SECONDS", 0.05)
    async with connection_to(_server(Pages())) as (reader, writer):
        writer.write(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\nGET /nowh")

        assert (await until_closed(reader)).count(b"HTTP/1.1 404 ") == 1


async def test_an_idle_connection_is_closed_later_than_its_client_forgets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it closes just when the next request is on its way, and that one is lost."""
    kept_by_client = httpx.AsyncHTTPTransport()._pool._keepalive_expiry
    assert kept_by_client is not None
    assert kept_by_client < KEEP_ALIVE_SECONDS < LONGEST_WAIT_SECONDS  # after which it is broken off

    monkeypatch.setattr("chassis.http.server.KEEP_ALIVE_SECONDS", 0.05)
    async with connection_to(_server(Pages())) as (reader, writer):
        writer.write(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")

        assert (await asyncio.wait_for(reader.read(), timeout=LONGEST_WAIT_SECONDS / 2)).startswith(b"HTTP/1.1 404 ")


async def test_a_request_that_has_begun_is_answered_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.http.server.LONGEST_WAIT_SECONDS", 0.05)
    pages = Pages()
    async with connection_to(_server(pages)) as (reader, writer):
        writer.write(b"POST /unfinished HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nx")
        await pages.asked.wait()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(), timeout=0.2)
        writer.write(b"y")

        assert (await reader.readuntil(b"xy")).startswith(b"HTTP/1.1 200 ")


async def test_who_connects_and_asks_nothing_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.http.server.MOST_CONNECTIONS", 4)
    pages = Pages()
    async with connection_to(_server(pages)) as (busy, busy_writer), AsyncExitStack() as clients:
        address = busy_writer.get_extra_info("peername")
        busy_writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        await pages.asked.wait()
        idle = [await clients.enter_async_context(open_connection(address)) for _ in range(20)]

        reader, writer = await clients.enter_async_context(open_connection(address))
        writer.write(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")

        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 404 ")
        told = [await until_closed(one) for one, _ in idle[:18]]
        assert {answer.partition(b"\r\n")[0] for answer in told} == {b"HTTP/1.1 503 Service Unavailable"}
        assert not busy.at_eof()


async def test_who_comes_while_every_connection_is_being_answered_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.http.server.MOST_CONNECTIONS", 3)
    pages = Pages()
    async with connection_to(_server(pages)) as (first, first_writer), AsyncExitStack() as clients:
        address = first_writer.get_extra_info("peername")
        busy = [(first, first_writer)]
        busy += [await clients.enter_async_context(open_connection(address)) for _ in range(2)]
        for _, writer in busy:
            pages.asked.clear()
            writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            await pages.asked.wait()

        late = [await clients.enter_async_context(open_connection(address)) for _ in range(5)]
        for _, writer in late:
            writer.write(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        for reader, _ in late:
            head, _, body = (await until_closed(reader)).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: 1" in head
            assert json.loads(body)["type"] == "/problems/unavailable"
        assert not any(reader.at_eof() for reader, _ in busy)


async def test_of_many_who_ask_at_once_each_is_answered_however_few_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.http.server.MOST_CONNECTIONS", 10)
    async with connection_to(_server(Pages())) as (_, writer):
        host, port = writer.get_extra_info("peername")

        def ask() -> bytes:
            with socket.create_connection((host, port), timeout=MARGIN_SECONDS * 5) as client:
                client.sendall(b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return client.recv(12)

        with ThreadPoolExecutor(max_workers=100) as clients:
            loop = asyncio.get_running_loop()
            answers = await asyncio.gather(*(loop.run_in_executor(clients, ask) for _ in range(100)))

    assert set(answers) <= {b"HTTP/1.1 404", b"HTTP/1.1 503"}


@pytest.mark.parametrize("times", [1, 100], ids=["once", "pipelined"])
@pytest.mark.parametrize("headers", [b"", b"Connection: close\r\n"], ids=["kept", "closed"])
async def test_who_does_not_take_an_answer_is_given_up(
    monkeypatch: pytest.MonkeyPatch, times: int, headers: bytes
) -> None:
    monkeypatch.setattr("chassis.http.server.LONGEST_WAIT_SECONDS", 0.05)
    pages = Pages()
    server = _server(pages)
    async with connection_to(server) as (_, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write((b"GET /large HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n") * times)

        await pages.asked.wait()

        await until(lambda: not server._server.server_state.connections, what="the connection is given up")


async def test_an_answer_does_not_name_the_server() -> None:
    async with connection_to(_server(Pages())) as (reader, writer):
        writer.write(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")

        assert b"\r\nserver:" not in (await reader.readuntil(b"\r\n\r\n")).lower()


@pytest.mark.parametrize(
    ("trusted_proxies", "address"), [(None, "127.0.0.1"), ("127.0.0.0/8", "192.0.2.7"), ("10.0.0.1", "127.0.0.1")]
)
async def test_only_a_proxy_that_is_trusted_tells_from_where_a_request_comes(
    trusted_proxies: str | None, address: str
) -> None:
    async def tell(request: Request) -> Response:
        assert request.client is not None
        return Response(request.client.host)

    server = HttpServer(
        Starlette(routes=[Route("/", tell)]), host="127.0.0.1", port=0, setting="HTTP", trusted_proxies=trusted_proxies
    )
    async with connection_to(server) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n")

        assert (await reader.read()).endswith(b"\r\n\r\n" + address.encode())


POST = b"POST /unfinished HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
IN_TWO_WAYS = {
    "nonsense": b"nonsense\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "no length": POST + b"Content-Length: many\r\n\r\n",
    "signed length": POST + b"Content-Length: +1\r\n\r\nx",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    "one length twice": POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
    "list of lengths": POST + b"Content-Length: 1, 1\r\n\r\nx",
    "length and chunks": CHUNKED + b"Content-Length: 1\r\n\r\n0\r\n\r\n",
    "chunked twice": CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "unknown encoding": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "folded line": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    "folded encoding": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "lines without CR": b"GET / HTTP/1.1\nHost: x\n\n",
    "line without CR": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\nB: c\r\n\r\n",
    "CR alone": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rB: c\r\n\r\n",
    "space before colon": POST + b"Content-Length : 1\r\n\r\nx",
    "NUL": b"GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n",
    "upgrade before a body": POST + b"Upgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 1\r\n\r\nx",
    "upgrade before chunks": CHUNKED + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("sent", IN_TWO_WAYS.values(), ids=IN_TWO_WAYS)
async def test_what_can_be_read_in_two_ways_is_a_problem(sent: bytes) -> None:
    async with connection_to(_server(Pages())) as (reader, writer):
        writer.write(sent)
        head, _, body = (await until_closed(reader)).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head
    assert json.loads(body)["type"] == "/problems/malformed"


@pytest.mark.parametrize(
    "frame",
    [
        b"1\nx\r\n0\r\n\r\n",
        b"0x1\r\nx\r\n0\r\n\r\n",
        b"1\r\nxYY0\r\n\r\n",
        b"1;\nx\r\n0\r\n\r\n",
        b"1;" + b"x" * 1_000_000,
    ],
    ids=["size without CR", "prefixed size", "no end", "extension without CR", "endless extension"],
)
async def test_a_chunk_that_can_be_read_in_two_ways_ends_the_connection(frame: bytes) -> None:
    async with connection_to(_server(Pages())) as (reader, writer):
        writer.write(CHUNKED + b"\r\n" + frame)
        answer = await until_closed(reader)

    assert answer.count(b"HTTP/1.1 ") <= 1
    assert not answer.startswith(b"HTTP/1.1 200 ")


async def test_an_upgrade_is_not_made_and_what_comes_behind_it_is_no_request() -> None:
    async with connection_to(_server(Pages())) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await until_closed(reader)

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"\r\nconnection: close\r\n" in answer


async def test_a_trailer_is_no_header() -> None:
    async def tell(request: Request) -> Response:
        await request.body()
        return Response(", ".join(name for name, _ in request.headers.items()))

    server = HttpServer(
        Starlette(routes=[Route("/", tell, methods=["POST"])]), host="127.0.0.1", port=0, setting="HTTP"
    )
    async with connection_to(server) as (reader, writer):
        writer.write(
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            b"0\r\nAuthorization: Bearer x\r\n\r\n"
        )

        assert (await reader.read()).endswith(b"\r\n\r\nhost, transfer-encoding, connection")
