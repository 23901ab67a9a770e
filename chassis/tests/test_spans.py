"""Spans are what the SDK would have made, sampled by its samplers and sent as its exporters send them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from chassis.telemetry.spans import LightSpan
from chassis.telemetry.tracing import Tracing, context_of, is_sampled
from chassis.workarounds.quick_span_encoding import EncodedSpans, quick_exporter

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

_contexts = st.builds(
    SpanContext,
    st.integers(1, 2**128 - 1),
    st.integers(1, 2**64 - 1),
    is_remote=st.booleans(),
    trace_flags=st.sampled_from([TraceFlags(1), TraceFlags(3)]),
)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
_attributes = st.dictionaries(_texts, _texts | st.integers(-(2**63), 2**63 - 1), max_size=10)
_statuses = st.sampled_from([Status(StatusCode.UNSET), Status(StatusCode.ERROR), Status(StatusCode.ERROR, "why")])


@st.composite
def _spans(draw: st.DrawFn) -> LightSpan:
    span = LightSpan(
        draw(_texts),
        context=draw(_contexts),
        parent=draw(st.none() | _contexts),
        resource=_RESOURCE,
        attributes=draw(_attributes),
        links=[Link(context) for context in draw(st.lists(_contexts, max_size=3))],
        kind=draw(st.sampled_from(SpanKind)),
        processor=_PROCESSOR,
    )
    span.set_status(draw(_statuses))
    span.end(draw(st.integers(0, 2**63)))
    return span


def _span_of(*, attributes: dict[str, str | int]) -> LightSpan:
    context = SpanContext(1, 1, is_remote=False, trace_flags=TraceFlags(1))
    span = LightSpan(
        "a",
        context=context,
        parent=None,
        resource=_RESOURCE,
        attributes=attributes,
        links=(),
        kind=SpanKind.INTERNAL,
        processor=_PROCESSOR,
    )
    span.end()
    return span


_PROCESSOR = SimpleSpanProcessor(InMemorySpanExporter())
_RESOURCE = Resource({"service.name": "specimen"})


@given(st.lists(_spans(), min_size=1, max_size=4))
def test_what_is_sent_is_what_the_sdk_would_send(spans: list[ReadableSpan]) -> None:
    assert ExportTraceServiceRequest.FromString(EncodedSpans(spans).SerializePartialToString()) == encode_spans(spans)


def test_what_is_no_span_of_this_platform_is_encoded_by_the_sdk() -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("elsewhere").start_as_current_span("a", attributes={"list": [1, 2]}) as span:
        span.add_event("happened", {"x": 1.5})
    spans = exporter.get_finished_spans()

    assert ExportTraceServiceRequest.FromString(EncodedSpans(spans).SerializePartialToString()) == encode_spans(spans)


def test_the_exporter_encodes_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_exporter, "encode_spans", encode_spans)
    quick_exporter().shutdown()
    assert vars(trace_exporter)["encode_spans"] is EncodedSpans


@pytest.mark.parametrize("sampler", ["always_off", "parentbased_always_off"])
async def test_a_trace_that_the_sampler_drops_at_its_root_stays_one_trace_without_spans(
    monkeypatch: pytest.MonkeyPatch, sampler: str
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    exporter = InMemorySpanExporter()
    tracing = Tracing(service_name="specimen", exporter=exporter)

    root = tracing.mark("create", parent=None, kind=SpanKind.PRODUCER, attributes={})
    assert root is not None
    assert not is_sampled(root)
    assert tracing.mark("process", parent=root, kind=SpanKind.CONSUMER, attributes={}) == root
    below_sampled = tracing.mark("process", parent=PARENT, kind=SpanKind.CONSUMER, attributes={})
    await tracing.close()

    assert below_sampled is not None
    assert below_sampled[:35] == PARENT[:35]
    assert is_sampled(below_sampled) == (sampler == "parentbased_always_off")
    assert [span.name for span in exporter.get_finished_spans()] == ["process"] * is_sampled(below_sampled)


async def test_a_span_tells_what_it_is_part_of_and_what_it_failed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment=blue")
    monkeypatch.setenv("OTEL_SPAN_LINK_COUNT_LIMIT", "2")
    exporter = InMemorySpanExporter()
    tracing = Tracing(service_name="specimen", exporter=exporter)

    with (
        pytest.raises(ZeroDivisionError),
        tracing.batch_span("poll", kind=SpanKind.CLIENT, members=[PARENT, None, PARENT, PARENT], attributes={"n": 3}),
    ):
        raise ZeroDivisionError("of Mr Smith")
    with tracing.span("send", parent=PARENT, kind=SpanKind.CLIENT) as span:
        assert span is not None
        child = context_of(span)
    await tracing.close()

    poll, send = exporter.get_finished_spans()
    assert poll.parent is None
    assert [format(link.context.span_id, "016x") for link in poll.links] == [PARENT[36:52]] * 2
    assert dict(poll.attributes or {}) == {"n": 3, "error.type": "ZeroDivisionError"}
    assert (poll.status.status_code, poll.status.description) == (StatusCode.ERROR, None)
    assert poll.resource.attributes["service.name"] == "specimen"
    assert poll.resource.attributes["deployment"] == "blue"
    assert send.parent is not None
    assert (send.parent.is_remote, format(send.parent.span_id, "016x")) == (True, PARENT[36:52])
    assert child[:35] == PARENT[:35]
    assert child[36:52] == format(send.context.span_id, "016x") != PARENT[36:52]
    assert 0 < (send.start_time or 0) <= (send.end_time or 0)


def test_one_text_that_is_no_unicode_does_not_lose_the_spans_beside_it() -> None:
    spans = [_span_of(attributes={"key": text, "size": 1}) for text in ("Δ", "\ud800")]

    assert ExportTraceServiceRequest.FromString(EncodedSpans(spans).SerializePartialToString()) == encode_spans(spans)
