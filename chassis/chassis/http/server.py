"""Serves an ASGI application on an address of its own, and ends within its deadline whatever the clients do."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

import httptools
import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from chassis.clock import elapsed_seconds
from chassis.errors import CannotStartError
from chassis.http.headers import DEFAULTS
from chassis.http.limits import ANNOUNCE_A_BODY
from chassis.http.lingering import LingeringTransport
from chassis.http.problems import HEAD_TOO_LARGE, MALFORMED, RETRY_SOON, UNAVAILABLE, URI_TOO_LONG, Problem

LONGEST_WAIT_SECONDS = 10.0
"""How long a client has to send the head of a request, and to take what it was answered."""
KEEP_ALIVE_SECONDS = 9
"""How long an idle connection is kept: longer than by clients (httpx 5 s), or some ask on one that is just closing."""
MOST_HEAD_BYTES = 16_384
"""How large the address and the headers of a request may be together, and a trailer or the frame of a chunk."""
MOST_CONNECTIONS = 512
"""A process may open 1,024 files unless told otherwise, and needs some for Kafka and PostgreSQL."""


class _Server(uvicorn.Server):
    """Leaves signals to the service, which has more to stop than HTTP."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _written(problem: Problem) -> bytes:
    """Return `problem` as the last answer on a connection."""
    answer = problem.response()
    status = HTTPStatus(answer.status_code)
    headers = (name + b": " + value for name, value in (*answer.raw_headers, *DEFAULTS))
    first = f"HTTP/1.1 {status.value} {status.phrase}".encode()
    return b"\r\n".join([first, *headers, b"connection: close", b"", bytes(answer.body)])


_NO_REQUEST = _written(Problem(MALFORMED, "What was sent is not HTTP."))
_LONG_ADDRESS = _written(Problem(URI_TOO_LONG))
_NO_ROOM = _written(Problem(UNAVAILABLE, headers=RETRY_SOON))
_LARGE_HEAD = _written(Problem(HEAD_TOO_LARGE, f"Send at most {MOST_HEAD_BYTES} bytes of address and headers."))


class _StrictProtocol(HttpToolsProtocol):
    """Reads a request as every program in front of us does, or answers it by a problem.

    The parser (llhttp) refuses two lengths, a length beside chunks, folded lines and lines without CR. Here is what it
    leaves open: hosts, other transfer encodings, trailers, which would be taken for headers, and what has no end.
    Behind the head of a request that asks for an upgrade it reads no body and loses what came with it: such a request
    has no body and is the last.

    A connection is closed on which no request begins in time, or whose client does not take the answer: uvicorn waits
    for ever for both. Where there are too many connections, the one that is nearest to that end makes room: who
    connects and sends nothing keeps nobody out. One that was never answered is told so (503), because it can have asked
    what was not read yet; where all are being answered, that is the one that came last.

    Who is answered before all that they send is read can read that answer: see `LingeringTransport`.
    """

    waiting_since = math.inf
    _end: asyncio.TimerHandle | None = None
    _lingering: LingeringTransport
    _refusal = _NO_REQUEST
    _reads_header = False
    _has_more = False
    _head_bytes = 0
    _unfinished_bytes = 0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._lingering = LingeringTransport(transport, is_sending=lambda: self._has_more)
        super().connection_made(self._lingering)
        self._wait()
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reads_header = True
        self._head_bytes = 0

    @override
    def on_url(self, url: bytes) -> None:
        self._count(len(url), too_many=_LONG_ADDRESS)
        super().on_url(url)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        if self._reads_header:
            self._count(len(name) + len(value) + len(": \r\n"), too_many=_LARGE_HEAD)
            super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        self._reads_header = False
        self._unfinished_bytes = 0
        is_upgrade = self.parser.should_upgrade()
        if not _has_one_meaning(self.headers, version=self.parser.get_http_version(), is_upgrade=is_upgrade):
            raise httptools.HttpParserError("this request can be read in more than one way")
        self._has_more = True
        super().on_headers_complete()
        self.cycle.keep_alive &= not is_upgrade

    @override
    def on_body(self, body: bytes) -> None:
        self._unfinished_bytes = 0
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._unfinished_bytes = 0
        self._has_more = False
        super().on_message_complete()

    @override
    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            self._lingering.discard(data)
            return
        self._unfinished_bytes += len(data)
        super().data_received(data)
        if self._unfinished_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refusal = _LARGE_HEAD if self._reads_header else _NO_REQUEST
            self.send_400_response("")
        if self._is_asked() and not self.flow.write_paused:
            self._go_on()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_asked():
            self._wait()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        if self._is_asked():
            self._go_on()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._go_on()
        super().connection_lost(exc)

    @override
    def send_400_response(self, msg: str) -> None:
        if not self._is_asked() or not self.cycle.response_started:
            self.transport.write(self._refusal)
        self._has_more = True
        self.transport.close()
        self._wait()
        if self._is_asked():
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def give_way(self) -> None:
        """End the connection, by an answer where none was given on it."""
        if not self._was_ever_asked() and not self.transport.is_closing():
            self.transport.write(_NO_ROOM)
            self.transport.close()
        else:
            self.transport.abort()

    def _count(self, size: int, *, too_many: bytes) -> None:
        self._head_bytes += size
        if self._head_bytes > MOST_HEAD_BYTES:
            self._refusal = too_many
            raise httptools.HttpParserError("the head of this request is too large")

    def _was_ever_asked(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None

    def _is_asked(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete and not cycle.disconnected

    def _wait(self) -> None:
        """Wait for the client. It is not enough to close then: that waits until all that was written is taken."""
        self._go_on()
        self.waiting_since = elapsed_seconds()  # finer than the loop's time
        self._end = self.loop.call_later(LONGEST_WAIT_SECONDS, self.transport.abort)

    def _go_on(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
            self.waiting_since = math.inf

    def _make_room(self) -> None:
        ours = [one for one in self.connections if isinstance(one, _StrictProtocol)]
        first = min(ours, key=lambda one: one.waiting_since)
        first.give_way()
        self.connections.discard(first)  # not when it is lost: more may come before


def _has_one_meaning(headers: Iterable[tuple[bytes, bytes]], *, version: str, is_upgrade: bool) -> bool:
    """Whether a header names one host, and no encoding of the body but chunks, which came with HTTP/1.1.

    What is to be upgraded has no body.
    """
    if is_upgrade and any(name in ANNOUNCE_A_BODY for name, _ in headers):
        return False
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
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
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
