"""One claim, one trace: spans by the messaging semantic conventions, and the context that travels with every event.

A trace context is kept as its W3C `traceparent` text, which is what headers and table columns hold. When tracing is
off the text is passed on untouched, so that a service without an exporter does not break its neighbours' traces.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TypeAlias

from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from chassis.backoff import pause
from chassis.telemetry.spans import SpanRecorder

Trace: TypeAlias = str
"""A W3C traceparent: version, trace id, span id, flags."""

_LONGEST_FLUSH_SECONDS = 2.0


class Tracing:
    """Makes spans, or nothing at all when no exporter is configured."""

    def __init__(self, *, service_name: str, exporter: SpanExporter | None) -> None:
        self._recorder = None if exporter is None else SpanRecorder(service_name=service_name, exporter=exporter)

    @property
    def enabled(self) -> bool:
        """Whether spans are made."""
        return self._recorder is not None

    def records(self, parent: Trace | None) -> bool:
        """Whether a span below `parent` is made: nobody need describe one that is not."""
        return self._recorder is not None and (parent is None or is_sampled(parent))

    def start(
        self, name: str, *, parent: Trace | None, kind: SpanKind, attributes: Mapping[str, str | int]
    ) -> Span | None:
        """Start a span below `parent`, or a new trace; None when tracing is off or `parent` is not sampled."""
        if self._recorder is None or not self.records(parent):
            return None
        above = None if parent is None else _span_context(parent)
        return self._recorder.start(name, parent=above, kind=kind, attributes=attributes)

    def mark(
        self, name: str, *, parent: Trace | None, kind: SpanKind, attributes: Mapping[str, str | int]
    ) -> Trace | None:
        """Record a span without duration and return its context, or `parent` where there is nothing to record."""
        span = self.start(name, parent=parent, kind=kind, attributes=attributes)
        if span is None:
            return parent
        span.end()
        return context_of(span)

    def start_for_stranger(
        self, name: str, *, parent: Trace | None, kind: SpanKind, attributes: Mapping[str, str | int]
    ) -> Span | None:
        """As `start`, but whether it is recorded is decided here: who we do not know shall not make us record.

        `parent` keeps its trace together all the same.
        """
        if self._recorder is None:
            return None
        above = None if parent is None else _span_context(parent)
        return self._recorder.start(name, parent=above, kind=kind, attributes=attributes, decides_anew=True)

    @contextmanager
    def span(
        self,
        name: str,
        *,
        parent: Trace | None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, str | int] | None = None,
    ) -> Iterator[Span | None]:
        """Wrap a piece of work in a span; an exception marks it as failed and goes on."""
        span = self.start(name, parent=parent, kind=kind, attributes=attributes or {})
        with ended(span):
            yield span

    @contextmanager
    def batch_span(
        self, name: str, *, kind: SpanKind, members: Iterable[Trace | None], attributes: Mapping[str, str | int]
    ) -> Iterator[None]:
        """Wrap work on many messages in a span of its own, linked to each sampled message."""
        sampled = [member for member in members if member is not None and self.records(member)]
        if self._recorder is None or not sampled:
            yield
            return
        links = [Link(_span_context(member)) for member in sampled[: self._recorder.most_links]]
        span = self._recorder.start(name, parent=None, kind=kind, attributes=attributes, links=links)
        try:
            yield
        except BaseException as error:
            fail(span, error)
            raise
        finally:
            span.end()

    async def close(self) -> None:
        """Export what is left, for a short while only: a dead collector must not hold up a stop."""
        if self._recorder is None:
            return
        # The SDK has no time limit that it keeps, so a thread nobody waits for ends with the process.
        loop, closed = asyncio.get_running_loop(), asyncio.Event()

        def close(recorder: SpanRecorder) -> None:
            recorder.close()
            with suppress(RuntimeError):  # the loop is gone: nobody waited that long
                loop.call_soon_threadsafe(closed.set)

        threading.Thread(target=close, args=(self._recorder,), daemon=True).start()
        await pause(closed, _LONGEST_FLUSH_SECONDS)


@contextmanager
def ended(span: Span | None) -> Iterator[None]:
    """End `span` behind the block; an exception marks it as failed and goes on."""
    try:
        yield
    except BaseException as error:
        fail(span, error)
        raise
    finally:
        if span is not None:
            span.end()


def is_sampled(trace: Trace) -> bool:
    """Whether the sender of this context records its spans."""
    return trace[-1:] in "13579bdf" and len(trace) >= len("00-") + 32 + 1 + 16 + 3


def unsampled(trace: Trace) -> Trace:
    """Return this context as of a sender that does not record."""
    return f"{trace[:53]}00"


def _span_context(trace: Trace) -> SpanContext:
    """Read a W3C traceparent, whose form was checked where it came in."""
    flags = TraceFlags(int(trace[53:55], 16))
    return SpanContext(int(trace[3:35], 16), int(trace[36:52], 16), is_remote=True, trace_flags=flags)


def context_of(span: Span) -> Trace:
    """Return the context that makes other spans children of `span`."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def trace_id_of(trace: Trace | None) -> str | None:
    """Return the trace id for a log line."""
    return trace[3:35] if trace else None


def fail(span: Span | None, error: BaseException) -> None:
    """Mark `span` as failed by `error`; its text may hold personal data and is left out."""
    if span is not None:
        span.set_attribute("error.type", type(error).__qualname__)
        span.set_status(Status(StatusCode.ERROR))
