"""Serves an ASGI application on an address of its own, and ends within its deadline whatever the clients do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httptools
import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from chassis.errors import CannotStartError
from chassis.http.headers import DEFAULTS
from chassis.http.problems import MALFORMED, Problem

LONGEST_HEADER_SECONDS = 10.0
MOST_UNFINISHED_BYTES = 65_536
"""How much of a header, a trailer or the frame of a chunk is read without coming to an end."""
MOST_CONNECTIONS = 512
"""A process may open 1,024 files unless told otherwise, and needs some for Kafka and PostgreSQL."""


class _Server(uvicorn.Server):
    """Leaves signals to the service, which has more to stop than HTTP."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _answer_to_what_is_no_request() -> bytes:
    answer = Problem(MALFORMED, "What was sent is not HTTP.", headers={"Connection": "close"}).response()
    headers = (name + b": " + value for name, value in (*answer.raw_headers, *DEFAULTS))
    return b"\r\n".join([b"HTTP/1.1 400 Bad Request", *headers, b"", bytes(answer.body)])


class _StrictProtocol(HttpToolsProtocol):
    """Reads what every program in front of us reads in the same way, and waits for it only so long.

    The parser (llhttp) refuses two lengths, a length beside chunks, folded lines and lines without CR. Here is what it
    leaves open: hosts, other transfer encodings, trailers, which would be taken for headers, and what has no end.
    uvicorn waits for ever for the end of a header. What is no HTTP is answered by a problem.
    """

    _NO_REQUEST = _answer_to_what_is_no_request()

    _closing: asyncio.TimerHandle | None = None
    _reads_header = False
    _unfinished_bytes = 0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._wait_for_request()

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reads_header = True

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        if self._reads_header:
            super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        self._reads_header = False
        self._unfinished_bytes = 0
        if not _has_one_meaning(self.headers, version=self.parser.get_http_version()):
            raise httptools.HttpParserError("this request can be read in more than one way")
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        self._unfinished_bytes = 0
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._unfinished_bytes = 0
        super().on_message_complete()

    @override
    def data_received(self, data: bytes) -> None:
        self._unfinished_bytes += len(data)
        super().data_received(data)
        if self._unfinished_bytes > MOST_UNFINISHED_BYTES and not self.transport.is_closing():
            self.send_400_response("")
        if self._is_asked() and self._closing is not None:
            self._closing.cancel()
            self._closing = None

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_asked():
            self._wait_for_request()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._closing is not None:
            self._closing.cancel()
        super().connection_lost(exc)

    @override
    def send_400_response(self, msg: str) -> None:
        if not self._is_asked() or not self.cycle.response_started:
            self.transport.write(self._NO_REQUEST)
        self.transport.close()

    def _is_asked(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _wait_for_request(self) -> None:
        if not self.transport.is_closing():
            self._closing = self.loop.call_later(LONGEST_HEADER_SECONDS, self.timeout_keep_alive_handler)


def _has_one_meaning(headers: Iterable[tuple[bytes, bytes]], *, version: str) -> bool:
    """Whether a header names one host, and no encoding of the body but chunks, which came with HTTP/1.1."""
    hosts = [value for name, value in headers if name == b"host"]
    encodings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if version == "1.0":
        return len(hosts) <= 1 and not encodings
    return version == "1.1" and len(hosts) == 1 and encodings in ([], [b"chunked"])


class HttpServer:
    """Serves `app` until stopped. `setting` is how the settings of its address begin, such as HTTP.

    `trusted_proxies` are addresses and networks, separated by commas, that tell from where a request truly comes.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str,
        port: int,
        setting: str,
        longest_stop_seconds: int = 1,
        trusted_proxies: str | None = None,
    ) -> None:
        self._host, self._port, self._setting = host, port, setting
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                http=_StrictProtocol,
                ws="none",
                proxy_headers=trusted_proxies is not None,
                forwarded_allow_ips=trusted_proxies,
                server_header=False,
                timeout_graceful_shutdown=longest_stop_seconds,
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Begin to serve; return the port. Raise `CannotStartError` when it cannot be opened."""
        try:
            listening = socket.create_server((self._host, self._port))
        except OSError as error:
            raise CannotStartError(
                f"port {self._port} of {self._host} cannot be opened ({error.strerror}); "
                f"change {self._setting}_HOST or {self._setting}_PORT"
            ) from error
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name=self._setting.lower())
        return int(listening.getsockname()[1])

    async def stop(self) -> None:
        """End after the requests that are under way; cut off a client that sends or reads too slowly."""
        self._server.should_exit = True
        if self._task is None:
            return
        await self._task
        for connection in list(self._server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
