"""The trace of one claim as a waterfall: who worked when, and what it waited for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from demo.report_language import Language

LEFT, WIDTH, TOP, ROW_HEIGHT = 330, 520, 40, 24
INDENT = 12
GAP_WIDTH = 56
LONGEST_DRAWN_GAP_MS = 400.0
LONGEST_DRAWN_GAP_SHARE = 0.2
SHORTEST_BAR = 2.0
NARROW_TICK = 70
LABEL_WIDTH = 90
TICK_STEPS_MS = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True)
class Span:
    """A span as the collector received it; moments in nanoseconds since 1970."""

    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    service: str
    start_ns: int
    end_ns: int
    failed: bool

    @classmethod
    def from_line(cls, line: Mapping[str, object]) -> Self:
        """Read one line of `traces.jsonl`."""
        resource = line["resource"]
        return cls(
            trace_id=str(line["trace_id"]),
            span_id=str(line["span_id"]),
            parent_span_id=str(line["parent_span_id"]),
            name=str(line["name"]),
            service=str(resource["service.name"]) if isinstance(resource, dict) else "",
            start_ns=int(str(line["start_unix_nano"])),
            end_ns=int(str(line["end_unix_nano"])),
            failed=line["status"] == "ERROR",
        )


@dataclass(frozen=True)
class Row:
    """One span in the drawing. `waited_x` is where its cause ended, when it had to wait for its turn."""

    service: str
    name: str
    depth: int
    text_x: float
    y: float
    x: float
    width: float
    waited_x: float | None
    started: str
    duration: str
    label_x: float
    label_is_left: bool
    failed: bool


@dataclass(frozen=True)
class Waterfall:
    """The whole drawing; `gaps` are times in which nothing of this claim was at work, cut short."""

    rows: tuple[Row, ...]
    gaps: tuple[tuple[float, str], ...]
    ticks: tuple[tuple[float, str], ...]
    height: int
    total: str

    @property
    def services(self) -> list[str]:
        """Who took part, in the order of appearance."""
        return list(dict.fromkeys(row.service for row in self.rows))


def waterfall(spans: Iterable[Span], *, language: Language) -> Waterfall | None:
    """Lay out a trace; None when nothing was received."""
    ordered = _depth_first(sorted(spans, key=lambda span: span.start_ns))
    if not ordered:
        return None
    axis = _Axis([span for span, _ in ordered], language)
    by_id = {span.span_id: span for span, _ in ordered}
    rows = tuple(
        _row(axis, span, depth=depth, number=number, cause=by_id.get(span.parent_span_id))
        for number, (span, depth) in enumerate(ordered)
    )
    return Waterfall(rows, axis.gaps, axis.ticks, TOP + ROW_HEIGHT * len(rows) + 8, language.duration(axis.total_ms))


def _depth_first(spans: Sequence[Span]) -> list[tuple[Span, int]]:
    known = {span.span_id for span in spans}

    def below(parent: Span, depth: int) -> list[tuple[Span, int]]:
        children = [span for span in spans if span.parent_span_id == parent.span_id]
        return [(parent, depth), *(row for child in children for row in below(child, depth + 1))]

    return [row for span in spans if span.parent_span_id not in known for row in below(span, 0)]


def _row(axis: _Axis, span: Span, *, depth: int, number: int, cause: Span | None) -> Row:
    x, end = axis.x(span.start_ns), axis.x(span.end_ns)
    waited = cause is not None and cause.end_ns < span.start_ns
    label_is_left = end > LEFT + WIDTH - LABEL_WIDTH
    return Row(
        service=span.service,
        name=span.name,
        depth=depth,
        text_x=18 + INDENT * min(depth, 6),
        y=TOP + ROW_HEIGHT * number,
        x=x,
        width=max(round(end - x, 1), SHORTEST_BAR),
        waited_x=axis.x(cause.end_ns) if cause is not None and waited else None,
        started=axis.duration((span.start_ns - axis.start_ns) / 1e6),
        duration=axis.duration((span.end_ns - span.start_ns) / 1e6),
        label_x=x - 5 if label_is_left else max(end, x + SHORTEST_BAR) + 5,
        label_is_left=label_is_left,
        failed=span.failed,
    )


class _Axis:
    """Time from left to right; long times in which no span was open take a fixed, narrow place."""

    def __init__(self, spans: Sequence[Span], language: Language) -> None:
        self.duration = language.duration
        self.start_ns = min(span.start_ns for span in spans)
        self.total_ms = (max(span.end_ns for span in spans) - self.start_ns) / 1e6
        longest_gap_ms = max(LONGEST_DRAWN_GAP_MS, LONGEST_DRAWN_GAP_SHARE * self.total_ms)
        self._stretches = _stretches([self._interval(span) for span in spans], longest_gap_ms=longest_gap_ms)
        drawn_ms = sum(end - start for start, end in self._stretches) or 1.0
        self._scale = (WIDTH - GAP_WIDTH * (len(self._stretches) - 1)) / drawn_ms

    @property
    def gaps(self) -> tuple[tuple[float, str], ...]:
        return tuple(
            (round(self._x(before[1]), 1), self.duration(after[0] - before[1]))
            for before, after in pairwise(self._stretches)
        )

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Round moments and the begin of each stretch, as far as there is room."""
        step_ms = next((step for step in TICK_STEPS_MS if step * self._scale >= NARROW_TICK), TICK_STEPS_MS[-1])
        ticks: list[tuple[float, str]] = [(LEFT, "0")]
        for start, end in self._stretches:
            for moment in (start, *range((int(start) // step_ms + 1) * step_ms, int(end) + 1, step_ms)):
                if (x := round(self._x(moment), 1)) - ticks[-1][0] >= NARROW_TICK:
                    ticks.append((x, self.duration(moment)))
        return tuple(ticks)

    def x(self, moment_ns: int) -> float:
        return round(self._x((moment_ns - self.start_ns) / 1e6), 1)

    def _interval(self, span: Span) -> tuple[float, float]:
        return (span.start_ns - self.start_ns) / 1e6, (span.end_ns - self.start_ns) / 1e6

    def _x(self, moment_ms: float) -> float:
        x = float(LEFT)
        for start, end in self._stretches:
            if moment_ms <= end:
                return x + max(moment_ms - start, 0) * self._scale
            x += (end - start) * self._scale + GAP_WIDTH
        return x - GAP_WIDTH


def _stretches(intervals: Sequence[tuple[float, float]], *, longest_gap_ms: float) -> list[tuple[float, float]]:
    """Join intervals that overlap or lie near each other."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(intervals):
        if joined and start - joined[-1][1] <= longest_gap_ms:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
