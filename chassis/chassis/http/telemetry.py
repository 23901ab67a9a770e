"""What a request leaves behind: a span, a log line and figures by route, none of them with personal data."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.telemetry.tracing import Tracing


class RequestTelemetry:
    """Goes around everything else at the door.

    `scope["state"]["trace"]` is the trace of the request. A route leaves there as `route` its template and as `caller`
    who asked; neither is there when the request did not come that far.
    """

    def __init__(self, app: ASGIApp, *, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["trace"] = None
        await self._app(scope, receive, send)
