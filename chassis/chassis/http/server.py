"""Serves an ASGI application on an address of its own, and ends within its deadline whatever the clients do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from chassis.errors import CannotStartError


class _Server(uvicorn.Server):
    """Leaves signals to the service, which has more to stop than HTTP."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServer:
    """Serves `app` until stopped. `setting` is how the settings of its address begin, such as HTTP."""

    def __init__(self, app: ASGIApp, *, host: str, port: int, setting: str, longest_stop_seconds: int = 1) -> None:
        self._host, self._port, self._setting = host, port, setting
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                proxy_headers=False,
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
