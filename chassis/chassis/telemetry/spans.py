"""Spans for the hot path: what the SDK records of them, at a sixth of its cost.

Sampler, ids, resource, queue and exporter are the SDK's and configured by its OTEL_* variables. Only the object between
them is our own: the SDK's locks, copies and bounds every attribute of every span.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import time_ns  # noqa: TID251 - the moments of a span are its host's, as all tracing has them
from typing import Final

from opentelemetry import trace as otel
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.types import Attributes, AttributeValue
from typing_extensions import override

_SCOPE: Final = InstrumentationScope("chassis")
_ROOT: Final = Context()
_UNSET: Final = Status(StatusCode.UNSET)


class LightSpan(ReadableSpan, Span):  # type: ignore[misc]  # as the SDK's own
    """A span of one task: nothing locks it. It keeps no events, whose texts may hold personal data."""

    _attributes: dict[str, AttributeValue]

    def __init__(
        self,
        name: str,
        *,
        context: SpanContext,
        parent: SpanContext | None,
        resource: Resource,
        attributes: Mapping[str, AttributeValue],
        links: Sequence[Link],
        kind: SpanKind,
        processor: SpanProcessor,
    ) -> None:
        super().__init__(
            name,
            context,
            parent,
            resource,
            dict(attributes),
            links=links,
            kind=kind,
            status=_UNSET,
            start_time=time_ns(),
            instrumentation_scope=_SCOPE,
        )
        self._processor = processor

    @override
    def end(self, end_time: int | None = None) -> None:
        if self._end_time is None:
            self._end_time = time_ns() if end_time is None else end_time
            self._processor.on_end(self)

    @override
    def is_recording(self) -> bool:
        return self._end_time is None

    @override
    def set_attribute(self, key: str, value: AttributeValue) -> None:
        self._attributes[key] = value

    @override
    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        self._attributes.update(attributes)

    @override
    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        self._status = status if isinstance(status, Status) else Status(status, description)

    @override
    def update_name(self, name: str) -> None:
        self._name = name

    @override
    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        pass

    @override
    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        pass


class SpanRecorder:
    """Begins spans and gives them to the exporter when they end."""

    def __init__(self, *, service_name: str, exporter: SpanExporter) -> None:
        # The SDK reads OTEL_TRACES_SAMPLER, OTEL_RESOURCE_ATTRIBUTES and OTEL_BSP_* by itself.
        resource = Resource.create({"service.name": service_name})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._processor = BatchSpanProcessor(exporter)
        self._provider.add_span_processor(self._processor)
        self.most_links = SpanLimits().max_links
        """Who begins a span gives it no more; OTEL_SPAN_LINK_COUNT_LIMIT changes it."""

    def start(
        self,
        name: str,
        *,
        parent: SpanContext | None,
        kind: SpanKind,
        attributes: Mapping[str, AttributeValue],
        links: Sequence[Link] = (),
        decides_anew: bool = False,
    ) -> Span:
        """Begin a span below `parent`, or a new trace; one that the sampler drops only has a context.

        With `decides_anew` the sampler is asked as for a new trace, of an id that nobody else has chosen.
        """
        provider = self._provider
        ids = provider.id_generator
        trace_id = ids.generate_trace_id() if parent is None else parent.trace_id
        above = _ROOT if parent is None or decides_anew else otel.set_span_in_context(NonRecordingSpan(parent), _ROOT)
        asked_of = ids.generate_trace_id() if decides_anew else trace_id
        result = provider.sampler.should_sample(above, asked_of, name, kind, attributes, links)
        flags = TraceFlags.SAMPLED if result.decision is Decision.RECORD_AND_SAMPLE else TraceFlags.DEFAULT
        is_random = ids.is_trace_id_random() if parent is None else parent.trace_flags.random_trace_id
        context = SpanContext(
            trace_id,
            ids.generate_span_id(),
            is_remote=False,
            trace_flags=TraceFlags(flags | TraceFlags.RANDOM_TRACE_ID if is_random else flags),
            trace_state=result.trace_state,
        )
        if result.decision is Decision.DROP:
            return NonRecordingSpan(context)
        return LightSpan(
            name,
            context=context,
            parent=parent,
            resource=provider.resource,
            attributes=result.attributes or {},
            links=links,
            kind=kind,
            processor=self._processor,
        )

    def close(self) -> None:
        """Export what is left; may take long."""
        self._provider.shutdown()
