"""What a request leaves behind: a span, a log line and figures by route, none of them with personal data.

Path, query, address and user agent tell of people. What is kept of where a request went is the template of its route.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Annotated, Final, TypeAlias

import structlog
from fastapi import Depends
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.http_attributes import (
    HTTP_REQUEST_METHOD,
    HTTP_RESPONSE_STATUS_CODE,
    HTTP_ROUTE,
    HttpRequestMethodValues,
)
from opentelemetry.semconv.attributes.network_attributes import NETWORK_PROTOCOL_VERSION
from opentelemetry.semconv.attributes.url_attributes import URL_PATH, URL_SCHEME
from opentelemetry.trace import Span, SpanKind, StatusCode
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.caller import Caller
from chassis.telemetry import metrics
from chassis.telemetry.log_limits import LineLimit
from chassis.telemetry.tracing import Trace, Tracing, context_of, ended, unsampled
from contracts.envelope import read_traceparent

log = structlog.get_logger(__name__)

_OTHER: Final = HttpRequestMethodValues.OTHER.value
_METHODS: Final = frozenset(method.value for method in HttpRequestMethodValues)
_UNKNOWN_PATH: Final = "REDACTED"
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500


async def _trace_of(request: Request) -> Trace | None:
    trace: Trace | None = request.state.trace
    return trace


RequestTrace: TypeAlias = Annotated[Trace | None, Depends(_trace_of)]
"""What a handler names to publish what follows from the request within the request's trace."""


class RequestTelemetry:
    """Goes around everything else at the door.

    `scope["state"]["trace"]` is the trace of the request. A route leaves there as `route` its template and as `caller`
    who asked; neither is there when the request did not come that far.
    """

    def __init__(self, app: ASGIApp, *, tracing: Tracing, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._tracing = tracing
        self._refusals = LineLimit(monotonic=monotonic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        method = scope["method"] if scope["method"] in _METHODS else _OTHER
        parent = _trace_of_caller(scope)
        status: int | None = None

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        span = self._tracing.start_for_stranger(
            _name(method), parent=parent, kind=SpanKind.SERVER, attributes=_known_at_first(scope, method)
        )
        trace = _trace_here(span, parent)
        with metrics.ACTIVE_REQUESTS.track_inprogress(), ended(span):
            state = scope.setdefault("state", {})
            state["trace"] = trace
            try:
                await self._app(scope, receive, send_and_note)
            except Exception:
                status = status or _SERVER_ERROR  # the server answers so when nothing was sent
                raise
            finally:
                seconds = time.perf_counter() - began
                route: str | None = state.get("route")
                caller: Caller | None = state.get("caller")
                metrics.REQUEST_SECONDS.labels(method, route or "", status or "none").observe(seconds)
                if (counted := self._admit(method, route, status)) is not None:
                    log.info(
                        "request.answered",
                        method=method,
                        route=route,
                        status=status,
                        seconds=round(seconds, 6),
                        caller=caller.kind if caller else None,
                        trace=trace,
                        **counted,
                    )
                if span is not None:
                    _complete(span, method, route, status)

    def _admit(self, method: str, route: str | None, status: int | None) -> Mapping[str, int] | None:
        """Limit the lines about what anybody can cause as often as they like: the figures count all of it."""
        is_refusal = status is not None and status >= _CLIENT_ERROR
        return self._refusals.admit(method, route, status) if is_refusal else {}


def _trace_of_caller(scope: Scope) -> Trace | None:
    """Return the trace that the caller is part of; two of them are none, because nobody knows which is true."""
    found = [value for name, value in scope["headers"] if name == b"traceparent"]
    return read_traceparent(found[0].decode("latin-1")) if len(found) == 1 else None


def _trace_here(span: Span | None, parent: Trace | None) -> Trace | None:
    """Return what goes on from here: whether it is recorded was decided here, and never by the caller."""
    if span is not None:
        return context_of(span)
    return parent and unsampled(parent)


def _name(method: str, route: str | None = None) -> str:
    verb = "HTTP" if method == _OTHER else method
    return f"{verb} {route}" if route else verb


def _known_at_first(scope: Scope, method: str) -> dict[str, str | int]:
    return {
        HTTP_REQUEST_METHOD: method,
        URL_SCHEME: scope["scheme"],
        URL_PATH: _UNKNOWN_PATH,
        NETWORK_PROTOCOL_VERSION: scope["http_version"],
    }


def _complete(span: Span, method: str, route: str | None, status: int | None) -> None:
    """Say what is known in the end. A refusal is no failure of the service: only its own errors mark the span."""
    if route is not None:
        span.update_name(_name(method, route))
        span.set_attributes({HTTP_ROUTE: route, URL_PATH: route})
    if status is not None:
        span.set_attribute(HTTP_RESPONSE_STATUS_CODE, status)
        if status >= _SERVER_ERROR:
            span.set_attribute(ERROR_TYPE, str(status))
            span.set_status(StatusCode.ERROR)
