"""Every request leaves a span, a log line and a figure: by the conventions, in its caller's trace, about nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from door.at_the_door import WITH_API, api_port, client_of
from httpx import AsyncClient
from opentelemetry import trace as otel
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from prometheus_client import REGISTRY, generate_latest
from specimen.api import api
from specimen_driver import Driver, until
from starlette.types import Message, Receive, Scope, Send
from stepped_time import SteppedTime
from structlog.testing import capture_logs
from structlog.typing import EventDict

from chassis.http.caller import ANONYMOUS, Caller
from chassis.http.telemetry import RequestTelemetry
from chassis.service import Service
from chassis.telemetry.tracing import Tracing, is_sampled
from chassis.testing import harness
from contracts.access import Role

TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, NOT_SAMPLED = f"00-{TRACE_ID}-{SPAN_ID}-01", f"00-{TRACE_ID}-{SPAN_ID}-00"
CUSTOMER = Caller(subject="quinta", role=Role.CUSTOMER, relation_number="123456", client="portal")

Act = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass
class Routes:
    """Stands for all that is behind: it routes, knows who asks, answers, and remembers the trace it was given."""

    status: int = 200
    route: str | None = "/customers/{relation_number}/policies"
    caller: Caller | None = CUSTOMER
    act: Act | None = None
    traces: list[str | None] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.traces.append(scope["state"]["trace"])
        found = {"route": self.route, "caller": self.caller}
        scope["state"].update({name: value for name, value in found.items() if value is not None})
        if self.act is not None:
            await self.act(scope, receive, send)
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


@dataclass
class Left:
    """What one request left behind."""

    answer: list[Message]
    lines: list[EventDict]
    spans: tuple[ReadableSpan, ...]


def scope_of(
    *,
    method: str = "GET",
    path: str = "/customers/123456/policies",
    query: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> Scope:
    return {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": list(headers),
        "client": ("198.51.100.77", 50_000),
    }


async def receive_nothing() -> Message:
    return {"type": "http.disconnect"}


async def ask(routes: Act, scope: Scope | None = None) -> Left:
    """Ask once, with tracing on."""
    exporter = InMemorySpanExporter()
    tracing = Tracing(service_name="specimen", exporter=exporter)
    answer: list[Message] = []

    async def keep(message: Message) -> None:
        answer.append(message)

    with capture_logs() as lines:
        try:
            await RequestTelemetry(routes, tracing=tracing)(scope or scope_of(), receive_nothing, keep)
        except ZeroDivisionError:
            answer.append({"type": "raised"})
        except asyncio.CancelledError:
            answer.append({"type": "cancelled"})
    await tracing.close()
    return Left(answer, lines, exporter.get_finished_spans())


def traced(*traceparents: str) -> Scope:
    return scope_of(headers=[(b"traceparent", traceparent.encode()) for traceparent in traceparents])


def asked(method: str, route: str, status: str) -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("http_server_request_duration_seconds_count", labels) or 0.0


def under_way() -> float:
    return REGISTRY.get_sample_value("http_server_active_requests") or 0.0


async def test_a_span_tells_of_a_request_by_the_semantic_conventions() -> None:
    (span,) = (await ask(Routes(), traced(SAMPLED))).spans

    assert (span.name, span.kind) == ("GET /customers/{relation_number}/policies", SpanKind.SERVER)
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/customers/{relation_number}/policies",
        "network.protocol.version": "1.1",
        "url.path": "/customers/{relation_number}/policies",
        "url.scheme": "http",
    }
    assert span.status.status_code is StatusCode.UNSET


async def test_what_no_route_answers_is_told_by_its_method_alone() -> None:
    left = await ask(Routes(status=404, route=None, caller=None), scope_of(path="/customers/123456/pets"))

    (span,) = left.spans
    assert span.name == "GET"
    assert span.attributes is not None
    assert (span.attributes["url.path"], "http.route" in span.attributes) == ("REDACTED", False)
    (line,) = left.lines
    assert (line["route"], line["caller"]) == (None, None)


async def test_a_method_that_nobody_knows_is_one_of_the_others() -> None:
    before = asked("_OTHER", "", "405")

    left = await ask(Routes(status=405, route=None), scope_of(method="QUINTA"))

    (span,) = left.spans
    assert span.attributes is not None
    assert (span.name, span.attributes["http.request.method"]) == ("HTTP", "_OTHER")
    assert left.lines[0]["method"] == "_OTHER"
    assert asked("_OTHER", "", "405") == before + 1


async def test_a_request_goes_on_in_the_trace_of_its_caller() -> None:
    routes = Routes()

    (span,) = (await ask(routes, traced(SAMPLED))).spans

    assert span.parent is not None
    assert (f"{span.parent.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE_ID, SPAN_ID)
    assert span.parent.is_remote
    assert span.context is not None
    assert routes.traces == [f"00-{TRACE_ID}-{span.context.span_id:016x}-01"]


@pytest.mark.parametrize(
    "traceparents",
    [
        (),
        ("",),
        ("Quinta",),
        (SAMPLED.upper(),),
        (SAMPLED + "-00",),
        (f"00-{'0' * 32}-{SPAN_ID}-01",),
        (f"00-{TRACE_ID}-{'0' * 16}-01",),
        ("ff" + SAMPLED[2:],),
        ("é" * 55,),
        (SAMPLED, SAMPLED),
    ],
    ids=["none", "empty", "text", "capitals", "longer", "no-trace", "no-span", "version", "no-ascii", "two"],
)
async def test_what_is_no_traceparent_begins_a_trace_of_its_own(traceparents: tuple[str, ...]) -> None:
    routes = Routes()

    (span,) = (await ask(routes, traced(*traceparents))).spans

    assert span.parent is None
    (trace,) = routes.traces
    assert trace is not None
    assert is_sampled(trace)
    assert TRACE_ID not in trace


@pytest.mark.parametrize("traceparent", [SAMPLED, NOT_SAMPLED])
@pytest.mark.parametrize(("sampler", "spans", "flags"), [("always_on", 1, "01"), ("always_off", 0, "00")])
async def test_whether_a_request_is_recorded_is_not_for_its_caller_to_say(
    monkeypatch: pytest.MonkeyPatch, traceparent: str, sampler: str, spans: int, flags: str
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", f"parentbased_{sampler}")
    routes = Routes()

    left = await ask(routes, traced(traceparent))

    assert len(left.spans) == spans
    (trace,) = routes.traces
    assert trace is not None
    assert (trace[3:35], trace[-2:]) == (TRACE_ID, flags)
    assert left.lines[0]["trace"] == trace


async def test_a_trace_id_that_every_sampler_takes_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.000000001")

    assert (await ask(Routes(), traced(f"00-1{'0' * 30}1-{SPAN_ID}-01"))).spans == ()


@pytest.mark.parametrize(("traceparent", "goes_on"), [(SAMPLED, NOT_SAMPLED), (None, None)])
async def test_without_a_collector_the_callers_trace_goes_on_unrecorded(
    traceparent: str | None, goes_on: str | None
) -> None:
    routes = Routes()
    tracing = Tracing(service_name="specimen", exporter=None)

    async def drop(_: Message) -> None:
        pass

    scope = traced(traceparent) if traceparent else traced()
    await RequestTelemetry(routes, tracing=tracing)(scope, receive_nothing, drop)

    assert routes.traces == [goes_on]


async def test_a_request_is_one_line_in_the_log() -> None:
    routes = Routes(status=201)
    left = await ask(routes, scope_of(method="POST"))

    (line,) = left.lines
    assert line.pop("seconds") >= 0
    assert line == {
        "event": "request.answered",
        "log_level": "info",
        "method": "POST",
        "route": "/customers/{relation_number}/policies",
        "status": 201,
        "caller": "customer",
        "trace": routes.traces[0],
    }


async def test_refusals_are_a_few_lines_a_second_and_a_count() -> None:
    time = SteppedTime()
    routes = Routes(status=429)
    telemetry = RequestTelemetry(routes, tracing=Tracing(service_name="specimen", exporter=None), monotonic=time)

    async def drop(_: Message) -> None:
        pass

    with capture_logs() as lines:
        for _ in range(1_000):
            await telemetry(scope_of(), receive_nothing, drop)
        routes.status = 401
        await telemetry(scope_of(), receive_nothing, drop)
        routes.status = 200
        for _ in range(10):
            await telemetry(scope_of(), receive_nothing, drop)
        time.seconds += 1
        routes.status = 429
        for _ in range(2):
            await telemetry(scope_of(), receive_nothing, drop)

    told = [(line["status"], line.get("lines_left_out")) for line in lines]
    assert told == [*[(429, None)] * 5, (401, None), *[(200, None)] * 10, (429, 995), (429, None)]


async def test_who_came_without_a_token_is_called_anonymous() -> None:
    assert (await ask(Routes(caller=ANONYMOUS))).lines[0]["caller"] == "anonymous"


async def test_nothing_that_is_left_tells_who_asked_or_for_whom() -> None:
    private = ["778899", "Droomhuis", "198.51.100.77", "203.0.113.9", "quinta", "Telefoon", "eyJ0", "portal"]
    headers = [
        (b"authorization", b"Bearer eyJ0eXAi"),
        (b"user-agent", b"Telefoon van Quinta"),
        (b"x-forwarded-for", b"203.0.113.9"),
        (b"host", b"quinta.example"),
        (b"tracestate", b"who=quinta"),
    ]
    scope = scope_of(path="/customers/778899/policies/Droomhuis", query=b"name=quinta", headers=headers)

    left = await ask(Routes(), scope)

    (span,) = left.spans
    lines = [{**line, "trace": None, "seconds": None} for line in left.lines]  # their digits may be anybody's
    figures = [row.partition(" ")[0] for row in generate_latest().decode().splitlines() if "http_server" in row]
    everything = json.dumps([span.name, dict(span.attributes or {}), lines, figures]).lower()
    assert [word for word in private if word.lower() in everything] == []
    assert span.events == ()
    assert len(figures) > 1


@pytest.mark.parametrize(("status", "error"), [(404, None), (429, None), (500, "500"), (503, "503")])
async def test_only_errors_of_the_service_mark_the_span(status: int, error: str | None) -> None:
    (span,) = (await ask(Routes(status=status))).spans

    assert span.attributes is not None
    assert (span.attributes["http.response.status_code"], span.attributes.get("error.type")) == (status, error)
    assert span.status.status_code is (StatusCode.ERROR if error else StatusCode.UNSET)
    assert span.status.description is None


async def test_a_failure_that_nobody_answered_is_a_500_and_goes_on() -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError("of Quinta")

    route = f"/fails/{uuid4()}"
    left = await ask(Routes(route=route, act=fail))

    assert left.answer == [{"type": "raised"}]
    assert left.lines[0]["status"] == 500
    assert asked("GET", route, "500") == 1
    (span,) = left.spans
    assert span.attributes is not None
    assert (span.attributes["http.response.status_code"], span.attributes["error.type"]) == (500, "ZeroDivisionError")
    assert span.events == ()


async def test_a_failure_behind_the_beginning_of_an_answer_keeps_its_status() -> None:
    async def begin_and_fail(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    left = await ask(Routes(act=begin_and_fail))

    assert left.lines[0]["status"] == 200
    assert left.spans[0].status.status_code is StatusCode.ERROR


async def test_a_request_that_is_cancelled_has_no_status() -> None:
    async def end(*_: object) -> None:
        raise asyncio.CancelledError

    route = f"/cancelled/{uuid4()}"
    left = await ask(Routes(route=route, act=end))

    assert left.answer == [{"type": "cancelled"}]
    assert left.lines[0]["status"] is None
    assert asked("GET", route, "none") == 1
    assert left.spans[0].attributes is not None
    assert "http.response.status_code" not in left.spans[0].attributes


async def test_requests_are_counted_by_route_and_while_they_are_under_way() -> None:
    seen: list[float] = []

    async def look(*_: object) -> None:
        seen.append(under_way())

    async def look_and_fail(*_: object) -> None:
        seen.append(under_way())
        raise ZeroDivisionError

    route, before = f"/counted/{uuid4()}", under_way()
    for act in (look, look, look_and_fail):
        await ask(Routes(route=route, act=act))

    assert seen == [before + 1] * 3
    assert under_way() == before
    assert (asked("GET", route, "200"), asked("GET", route, "500")) == (2, 1)


async def test_what_follows_from_a_request_is_published_in_its_trace(service: Service) -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(service_name="specimen", exporter=exporter)
    async with harness(service) as driven:
        app = api.app(settings=service.settings, work=replace(driven.runtime.work, tracing=tracing), verifier=None)
        async with client_of(app) as client:
            answer = await client.put(f"/settlements/{uuid4()}", headers={"traceparent": SAMPLED})
        ((_, trace),) = await driven.published_with_traces()
    await tracing.close()

    assert answer.status_code == 204
    created, asked = exporter.get_finished_spans()
    assert (asked.name, created.name) == ("PUT /settlements/{note_id}", "create specimen.published.v1")
    assert asked.context is not None
    assert asked.parent is not None
    assert created.context is not None
    assert created.parent is not None
    assert (asked.parent.span_id, created.parent.span_id) == (int(SPAN_ID, 16), asked.context.span_id)
    assert trace == f"00-{TRACE_ID}-{created.context.span_id:016x}-01"


async def test_a_request_leaves_its_callers_trace_on_the_topic_and_in_the_log(driver: Driver) -> None:
    note_id = uuid4()
    await driver.start(**WITH_API)
    async with AsyncClient(base_url=f"http://127.0.0.1:{api_port(driver)}", trust_env=False) as client:
        answer = await client.put(f"/settlements/{note_id}?for=quinta", headers={"traceparent": SAMPLED})
    (record,) = await until(driver.published, what="it is published")

    assert answer.status_code == 204
    assert dict(record.headers)["traceparent"] == NOT_SAMPLED.encode()
    (line,) = [line for line in map(json.loads, driver.log().splitlines()) if line["event"] == "request.answered"]
    del line["timestamp"], line["seconds"]
    assert line == {
        "event": "request.answered",
        "level": "info",
        "service": "specimen",
        "method": "PUT",
        "route": "/settlements/{note_id}",
        "status": 204,
        "caller": "anonymous",
        "trace_id": TRACE_ID,
    }
    labels = '{method="PUT",route="/settlements/{note_id}",status="204"}'
    _, page = await asyncio.to_thread(driver.get, "/metrics")
    assert f"http_server_request_duration_seconds_count{labels} 1.0" in str(page)
    assert "http_server_active_requests 0.0" in str(page)
    assert str(note_id) not in str(page) + driver.log()


async def test_fastapi_records_nothing_beside_it(door: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(otel, "_TRACER_PROVIDER", provider)

    with capture_logs() as lines:
        answers = [await door.get(path) for path in ("/greeting?name=quinta", "/failures/broken", "/problems/invalid")]

    assert [answer.status_code for answer in answers] == [200, 500, 200]
    assert exporter.get_finished_spans() == ()
    assert [line["route"] for line in lines if line["event"] == "request.answered"] == [
        "/greeting",
        "/failures/{kind}",
        "/problems/{name}",
    ]


async def test_what_is_no_request_passes_by() -> None:
    passed: list[Any] = []

    async def keep(scope: Scope, _: Receive, __: Send) -> None:
        passed.append(scope["type"])

    async def drop(_: Message) -> None:
        pass

    with capture_logs() as lines:
        tracing = Tracing(service_name="specimen", exporter=None)
        await RequestTelemetry(keep, tracing=tracing)({"type": "lifespan"}, receive_nothing, drop)

    assert (passed, lines) == (["lifespan"], [])
