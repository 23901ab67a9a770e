"""Draws the dashboards as one page without Grafana: what they look like while somebody writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from math import isfinite
from typing import Final

from observability.asking import Series, Span
from observability.dashboards.layout import Place, placed
from observability.dashboards.model import Board, Look, Panel, Query, Row, Unit

Asking = Callable[[str], Sequence[Series]]
"""Answers a query as it stands in a dashboard."""

_COLUMN, _LINE = 58, 34
_COLOURS: Final = ("#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0")
_STYLE: Final = """\
body{background:#111217;color:#ccccdc;font:13px sans-serif;margin:16px}
.board{position:relative;margin-bottom:32px}.row{position:absolute;font-weight:bold;font-size:15px;padding-top:8px}
.panel{position:absolute;background:#181b1f;border:1px solid #2b2e33;box-sizing:border-box;overflow:hidden;padding:6px}
.panel b{display:block;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.figure{font-size:34px;text-align:center;padding-top:16px}.alarming{color:#f2495c}.good{color:#73bf69}
.legend{font-size:11px;line-height:14px}.none{color:#8e8e9c;text-align:center;padding-top:20px}
svg text{fill:#8e8e9c;font-size:10px}"""
_LEGEND_HEIGHT = 46
_LEFT, _ABOVE = 50, 12
"""What a chart leaves free for its figures."""


def page(boards: Sequence[Board], *, asking: Asking, span: Span) -> str:
    """Return an HTML page with every dashboard below the other."""
    drawn = "".join(_board(board, asking, span) for board in boards)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Dashboards</title><style>{_STYLE}</style>{drawn}'
    )


def _board(board: Board, asking: Asking, span: Span) -> str:
    places = list(placed(board))
    height = max(place.y + place.height for place, _ in places) * _LINE
    parts = "".join(_part(place, what, asking, span) for place, what in places)
    return f'<h1>{escape(board.title)}</h1><div class="board" style="height:{height}px">{parts}</div>'


def _part(place: Place, what: Row | Panel, asking: Asking, span: Span) -> str:
    width, height = place.width * _COLUMN - 8, place.height * _LINE - 8
    style = f"left:{place.x * _COLUMN}px;top:{place.y * _LINE}px;width:{width}px;height:{height}px"
    if isinstance(what, Row):
        return f'<div class="row" style="{style}">{escape(what.title)}</div>'
    lines = [(query, series) for query in what.queries for series in asking(query.expr)]
    inside = _inside(what, lines, span, width=width - 14, height=height - 32)
    return (
        f'<div class="panel" style="{style}" title="{escape(what.meaning)}"><b>{escape(what.title)}</b>{inside}</div>'
    )


def _inside(panel: Panel, lines: Sequence[tuple[Query, Series]], span: Span, *, width: int, height: int) -> str:
    if not lines:
        return '<div class="none">No data</div>'
    if panel.look is Look.NUMBER:
        return "".join(_figure(panel, query, series) for query, series in lines[:2])
    return _chart(panel, lines, span, width=width, height=height - _LEGEND_HEIGHT)


def _figure(panel: Panel, query: Query, series: Series) -> str:
    newest = series.points[-1][1]
    state = "" if panel.limit is None else "alarming" if newest >= panel.limit else "good"
    name = f'<div class="legend">{escape(named(query, series.labels))}</div>' if query.legend else ""
    return f'<div class="figure {state}">{shown(newest, panel.unit)}{name}</div>'


def _chart(panel: Panel, lines: Sequence[tuple[Query, Series]], span: Span, *, width: int, height: int) -> str:
    curves = list(_stacked(lines) if panel.look is Look.STACK else _apart(lines))
    top = panel.top or max([figure for _, points in curves for _, figure in points if isfinite(figure)], default=0) or 1
    drawn, legend = "", ""
    for number, (name, points) in enumerate(curves):
        colour = _COLOURS[number % len(_COLOURS)]
        for piece in _unbroken(points, step_seconds=span.step_seconds):
            places = [(_x(span.share_of(moment), width), _y(figure / top, height)) for moment, figure in piece]
            drawn += _line(places, colour)
        legend += f'<span style="color:{colour}">▬</span> {escape(name)} ' if name else ""
    axis = "".join(
        f'<text x="0" y="{_y(share, height)}">{shown(top * share, panel.unit)}</text>' for share in (0, 0.5, 1)
    )
    return f'<svg width="{width}" height="{height + 4}">{axis}{drawn}</svg><div class="legend">{legend}</div>'


def _unbroken(points: Sequence[tuple[float, float]], *, step_seconds: float) -> Iterator[Sequence[tuple[float, float]]]:
    """Cut a line where points are missing or are no figures: of what lies between nothing is known."""
    piece: list[tuple[float, float]] = []
    for moment, figure in points:
        if piece and (not isfinite(figure) or moment - piece[-1][0] > 1.5 * step_seconds):
            yield piece
            piece = []
        if isfinite(figure):
            piece.append((moment, figure))
    if piece:
        yield piece


def _line(places: Sequence[tuple[int, int]], colour: str) -> str:
    if len(places) == 1:
        (x, y), *_ = places
        return f'<circle r="1.5" fill="{colour}" cx="{x}" cy="{y}"/>'
    text = " ".join(f"{x},{y}" for x, y in places)
    return f'<polyline fill="none" stroke="{colour}" points="{text}"/>'


def _x(share: float, width: int) -> int:
    return round(_LEFT + share * (width - _LEFT))


def _y(share: float, height: int) -> int:
    return round(height - share * (height - _ABOVE))


def _apart(lines: Sequence[tuple[Query, Series]]) -> Iterator[tuple[str, Sequence[tuple[float, float]]]]:
    return ((named(query, series.labels), series.points) for query, series in lines)


def _stacked(lines: Sequence[tuple[Query, Series]]) -> Iterator[tuple[str, Sequence[tuple[float, float]]]]:
    below: dict[float, float] = {}
    for query, series in lines:
        for moment, figure in series.points:
            below[moment] = below.get(moment, 0.0) + (figure if isfinite(figure) else 0.0)
        yield (
            named(query, series.labels),
            [(moment, below[moment] if isfinite(figure) else figure) for moment, figure in series.points],
        )


def named(query: Query, labels: Mapping[str, str]) -> str:
    """Return what a line is called, as Grafana would."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), query.legend)


def shown(figure: float, unit: Unit) -> str:
    """Return a figure as somebody reads it."""
    match unit:
        case Unit.SHARE:
            return f"{figure:.1%}"
        case Unit.SECONDS:
            return _duration(figure)
        case Unit.BYTES:
            return f"{figure / 2**20:.0f} MiB"
        case Unit.EUROS:
            return f"€{figure:,.0f}"
        case Unit.A_SECOND | Unit.REQUESTS_A_SECOND:
            return f"{figure:.3g}/s"
        case Unit.NUMBER:
            return f"{figure:,.3g}" if figure < 1_000 else f"{figure:,.0f}"  # noqa: PLR2004 - below it, decimals count


def _duration(seconds: float) -> str:
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1_000:.0f} ms"
