"""`/live`, `/ready` and `/metrics`: what an orchestrator asks a service."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import override

from chassis.errors import CannotStartError
from chassis.settings import ServiceSettings

LONGEST_STOP_SECONDS = 1

Problems: TypeAlias = Mapping[str, str]
"""What is wrong, by the name of the part that is."""


class _Server(uvicorn.Server):
    """Leaves signals to the service, which has more to stop than HTTP."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def health_app(
    *, live: Callable[[], Problems], ready: Callable[[], Problems], measure: Callable[[], None]
) -> Starlette:
    """Return the HTTP application. Each check names what is wrong by the part's name; nothing wrong is 200.

    No check may wait for anything: what asks servers is measured beforehand.
    """

    async def answer_live(_: Request) -> Response:
        return _answer(live())

    async def answer_ready(_: Request) -> Response:
        return _answer({**live(), **ready()})

    async def answer_metrics(_: Request) -> Response:
        measure()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[Route("/live", answer_live), Route("/ready", answer_ready), Route("/metrics", answer_metrics)]
    )


def _answer(problems: Problems) -> Response:
    if not problems:
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "failing", "problems": dict(problems)}, status_code=503)


class HttpServer:
    """Serves an application on the service's port until stopped."""

    def __init__(self, app: Starlette, settings: ServiceSettings) -> None:
        self._settings = settings
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=LONGEST_STOP_SECONDS,
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Begin to serve; return the port. Raise `CannotStartError` when it cannot be opened."""
        host, port = self._settings.http_host, self._settings.http_port
        try:
            listening = socket.create_server((host, port))
        except OSError as error:
            raise CannotStartError(
                f"port {port} of {host} cannot be opened ({error.strerror}); change HTTP_HOST or HTTP_PORT"
            ) from error
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="http")
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
