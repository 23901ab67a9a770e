"""The HTTP server ends within its deadline, whatever its clients do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.http.server import HttpServer

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
    server = HttpServer(pages.app, host="127.0.0.1", port=0, setting="HTTP", longest_stop_seconds=LONGEST_STOP_SECONDS)
    port = await server.start()
    async with client_of(port, f"GET /{page} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * times):
        await pages.asked.wait()
        async with asyncio.timeout(LONGEST_STOP_SECONDS + MARGIN_SECONDS):
            await server.stop()


async def test_a_request_that_never_ends_does_not_hold_up_a_stop() -> None:
    pages = Pages()
    server = HttpServer(pages.app, host="127.0.0.1", port=0, setting="HTTP", longest_stop_seconds=LONGEST_STOP_SECONDS)
    port = await server.start()
    async with (
        client_of(port, b"GET /large HT"),
        client_of(port, b"POST /unfinished HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nx"),
    ):
        await pages.asked.wait()
        async with asyncio.timeout(LONGEST_STOP_SECONDS + MARGIN_SECONDS):
            await server.stop()
