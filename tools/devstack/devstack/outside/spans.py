"""OTLP's nested protobuf, flattened to one object per span."""

from collections.abc import Iterable, Iterator

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


def spans_of(export: ExportTraceServiceRequest) -> Iterator[dict[str, object]]:
    """Yield every span: ids in hexadecimal, times in nanoseconds since 1970, attributes as a flat object."""
    for resource_spans in export.resource_spans:
        resource = attributes_of(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield {**_span(span), "scope": scope_spans.scope.name, "resource": resource}


def attributes_of(pairs: Iterable[KeyValue]) -> dict[str, object]:
    """Return attributes with plain values."""
    return {pair.key: _plain(pair.value) for pair in pairs}


def _span(span: Span) -> dict[str, object]:
    return {
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "parent_span_id": span.parent_span_id.hex(),
        "name": span.name,
        "kind": Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        "start_unix_nano": span.start_time_unix_nano,
        "end_unix_nano": span.end_time_unix_nano,
        "attributes": attributes_of(span.attributes),
        "links": [_link(link) for link in span.links],
        "dropped_links_count": span.dropped_links_count,
        "events": [_event(event) for event in span.events],
        "status": Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_"),
        "status_message": span.status.message,
    }


def _link(link: Span.Link) -> dict[str, object]:
    return {
        "trace_id": link.trace_id.hex(),
        "span_id": link.span_id.hex(),
        "attributes": attributes_of(link.attributes),
    }


def _event(event: Span.Event) -> dict[str, object]:
    return {"name": event.name, "unix_nano": event.time_unix_nano, "attributes": attributes_of(event.attributes)}


def _plain(value: AnyValue) -> object:
    match value.WhichOneof("value"):
        case "array_value":
            return [_plain(item) for item in value.array_value.values]
        case "kvlist_value":
            return attributes_of(value.kvlist_value.values)
        case "bytes_value":
            return value.bytes_value.hex()
        case None:
            return None
        case kind:
            plain: object = getattr(value, kind)
            return plain
