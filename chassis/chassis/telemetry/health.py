"""`/live`, `/ready` and `/metrics`: what an orchestrator asks a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Problems: TypeAlias = Mapping[str, str]
"""What is wrong, by the name of the part that is."""


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
