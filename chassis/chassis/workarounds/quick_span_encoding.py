"""Encodes spans for OTLP without a Python object for each of their fields.

The weakness of opentelemetry-exporter-otlp-proto-common 1.45.2: it builds a protobuf message for every attribute, 45 µs
a span, more than its recording takes. What is sent is the same, which a test compares field by field, and everything
about the sending stays the SDK's: address, headers, compression, retries. No report of it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.trace import SpanContext

# Tags of opentelemetry/proto/trace/v1/trace.proto: eight times the field, and 0 for a varint, 1 for eight bytes,
# 2 for a length and bytes, 5 for four bytes.
_RESOURCE_SPANS, _SCOPE_SPANS, _SPANS = b"\x0a", b"\x12", b"\x12"
_TRACE_ID, _SPAN_ID, _PARENT_ID = b"\x0a\x10", b"\x12\x08", b"\x22\x08"
_NAME, _KIND, _START, _END = b"\x2a", b"\x30", b"\x39", b"\x41"
_ATTRIBUTE, _LINK, _STATUS, _FLAGS, _LINK_FLAGS = b"\x4a", b"\x6a", b"\x7a", b"\x85\x01", b"\x35"
_STATUS_MESSAGE, _STATUS_CODE = b"\x12", b"\x18"
_KEY, _VALUE, _STRING, _INTEGER = b"\x0a", b"\x12", b"\x0a", b"\x18"
_LOCAL, _REMOTE = (flags.to_bytes(4, "little") for flags in (0x100, 0x300))
_ONE_BYTE: Final = 0x80


class EncodedSpans:
    """What the SDK's exporter asks for: something that gives the bytes of a request."""

    def __init__(self, spans: Sequence[ReadableSpan]) -> None:
        self._spans = spans

    def SerializePartialToString(self) -> bytes:  # noqa: N802 - protobuf's name
        """Return the request."""
        first = self._spans[0]
        if all(_is_plain(span, first) for span in self._spans):
            with suppress(UnicodeEncodeError):  # the SDK leaves out that text alone
                return self._encode(first)
        whole: bytes = encode_spans(self._spans).SerializePartialToString()
        return whole

    def _encode(self, first: ReadableSpan) -> bytes:
        resource_spans = encode_spans([first]).resource_spans[0]
        del resource_spans.scope_spans[0].spans[:]
        scope = resource_spans.scope_spans[0].SerializePartialToString()
        del resource_spans.scope_spans[:]
        spans = b"".join(_field(_SPANS, _span(span)) for span in self._spans)
        return _field(_RESOURCE_SPANS, resource_spans.SerializePartialToString() + _field(_SCOPE_SPANS, scope + spans))


def _is_plain(span: ReadableSpan, first: ReadableSpan) -> bool:
    """Whether nothing of a span is other than spans of this platform are: the SDK encodes all the rest."""
    context = span.context
    return (
        span.resource is first.resource
        and span.instrumentation_scope is first.instrumentation_scope
        and context is not None
        and not context.trace_state
        and not (span.events or span.dropped_attributes or span.dropped_links or span.dropped_events)
        and all(type(value) in (str, int) for value in (span.attributes or {}).values())
        and not any(link.attributes for link in span.links)
    )


def _span(span: ReadableSpan) -> bytes:
    context, parent = span.context, span.parent
    assert context is not None  # noqa: S101 - a span that has none is not plain
    parts = [
        _TRACE_ID + context.trace_id.to_bytes(16),
        _SPAN_ID + context.span_id.to_bytes(8),
        b"" if parent is None else _PARENT_ID + parent.span_id.to_bytes(8),
        _field(_NAME, span.name.encode()),
        _KIND + _varint(span.kind.value + 1),
        _START + (span.start_time or 0).to_bytes(8, "little"),
        _END + (span.end_time or 0).to_bytes(8, "little"),
        *(_attribute(name, value) for name, value in (span.attributes or {}).items()),
        *(_field(_LINK, _link(link.context)) for link in span.links),
        _field(_STATUS, _status(span.status)),
        _FLAGS + (_REMOTE if parent is not None and parent.is_remote else _LOCAL),
    ]
    return b"".join(parts)


def _attribute(name: str, value: Any) -> bytes:  # noqa: ANN401 - a str or an int
    encoded = _field(_STRING, value.encode()) if isinstance(value, str) else _INTEGER + _varint(value)
    return _field(_ATTRIBUTE, _key(name) + _field(_VALUE, encoded))


@lru_cache(maxsize=256)
def _key(name: str) -> bytes:
    return _field(_KEY, name.encode())


def _link(context: SpanContext) -> bytes:
    flags = _REMOTE if context.is_remote else _LOCAL
    return b"".join(
        (_TRACE_ID, context.trace_id.to_bytes(16), _SPAN_ID, context.span_id.to_bytes(8), _LINK_FLAGS, flags)
    )


def _status(status: Any) -> bytes:  # noqa: ANN401 - of the SDK
    message = _field(_STATUS_MESSAGE, status.description.encode()) if status.description else b""
    return message + (_STATUS_CODE + _varint(status.status_code.value) if status.status_code.value else b"")


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    if 0 <= number < _ONE_BYTE:
        return _SMALL[number]
    return bytes(_groups(number % (1 << 64)))


def _groups(number: int) -> Iterable[int]:
    """Cut a number into groups of seven bits, the lowest first; all but the last have the eighth bit set."""
    while number >= _ONE_BYTE:
        yield number % _ONE_BYTE | _ONE_BYTE
        number //= _ONE_BYTE
    yield number


_SMALL: Final = [bytes((number,)) for number in range(_ONE_BYTE)]


def quick_exporter() -> SpanExporter:
    """Return the SDK's exporter over HTTP, set up by its OTEL_* variables, that encodes by this."""
    vars(trace_exporter)["encode_spans"] = EncodedSpans  # it uses one method of what it is given
    return trace_exporter.OTLPSpanExporter()
