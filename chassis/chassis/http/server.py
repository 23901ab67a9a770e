"""Serves an ASGI application on an address of its own, and ends within its deadline whatever the clients do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from chassis.errors import CannotStartError
from chassis.http.headers import DEFAULTS
from chassis.http.problems import MALFORMED, Problem

LONGEST_HEADER_SECONDS = 10.0
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


class _PromptProtocol(H11Protocol):
    """Closes a connection on which no request begins in time: uvicorn waits for ever for the end of a header.

    What is no HTTP is answered by a problem, as everything else that is no success.
    """

    _NO_REQUEST = _answer_to_what_is_no_request()

    _closing: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._wait_for_request()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
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
                http=_PromptProtocol,
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
