"""The distribution of latencies as a picture: a cumulative curve for each rate, with the goals drawn in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from math import ceil, floor, log10
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bench.percentiles import named, percentile

_WIDTH, _HEIGHT = 870, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 210, 60, 60
_COLOURS = ("#0072b2", "#d55e00", "#007a5a", "#8a4f9e")
_DASHES = {False: "none", True: "5 4"}
_GRID, _INK = "#d9d9d9", "#333333"
_MARKED_SHARES = (0.0, 50.0, 90.0, 99.0, 99.9)
_HIGHEST_NINES = 3.5
"""Where the picture ends: 99.97 %."""
_POINTS_A_CURVE = 240


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The latencies of one rate; `goals_ms` by percentile. One of a floor goes with the curve before it, dashed."""

    label: str
    milliseconds: Sequence[float]
    goals_ms: Mapping[float, int]
    is_floor: bool = False


def draw(curves: Sequence[Curve]) -> str:
    """Return the picture as SVG.

    The horizontal axis is logarithmic. The vertical one has the same distance from 90 to 99 % as from 99 to 99.9 %,
    because the slowest ones are looked for.
    """
    paper = _Paper(curves)
    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "role": "img"})
    svg.set("font-family", "sans-serif")
    svg.set("font-size", "12")
    SubElement(svg, "title").text = "Latency from report to settled messages"
    SubElement(svg, "rect", {"width": str(_WIDTH), "height": str(_HEIGHT), "fill": "white"})
    _text(svg, (_LEFT, 24), "From a report's intended moment of sending to its second settled message", size=15)
    _text(
        svg,
        (_LEFT, 42),
        "Share of the reports by milliseconds. A curve should pass on the left of the flags of its colour.",
    )
    _axes(svg, paper)
    for number, (curve, colour) in enumerate(zip(curves, _colours(curves), strict=True)):
        stroke = {"fill": "none", "stroke": colour, "stroke-width": "2", "stroke-dasharray": _DASHES[curve.is_floor]}
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in paper.points(curve))
        SubElement(svg, "polyline", {"points": path} | stroke)
        for share, most in curve.goals_ms.items():
            _goal(svg, paper.place(most, share), f"{named(share)} ≤ {most}", colour, below=7 * number)
        top, left = _TOP + 10 + 20 * number, _WIDTH - _RIGHT + 16
        SubElement(svg, "path", {"d": f"M{left} {top - 4}h26"} | stroke)
        _text(svg, (left + 34, top), curve.label)
    indent(svg)
    return tostring(svg, encoding="unicode") + "\n"


def _colours(curves: Sequence[Curve]) -> Iterator[str]:
    """Yield a colour for each rate, which its floor has as well."""
    colours = cycle(_COLOURS)
    colour = ""
    for curve in curves:
        if not (curve.is_floor and colour):
            colour = next(colours)
        yield colour


class _Paper:
    """Where values lie in the picture."""

    def __init__(self, curves: Sequence[Curve]) -> None:
        values = [value for curve in curves for value in (*curve.milliseconds, *curve.goals_ms.values())]
        self.first_decade = floor(log10(max(min(values), 0.1)))
        self.last_decade = max(ceil(log10(max(values))), self.first_decade + 1)

    def x(self, milliseconds: float) -> float:
        share = (log10(max(milliseconds, 0.1)) - self.first_decade) / (self.last_decade - self.first_decade)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, nines: float) -> float:
        return _HEIGHT - _BOTTOM - min(nines, _HIGHEST_NINES) / _HIGHEST_NINES * (_HEIGHT - _TOP - _BOTTOM)

    def place(self, milliseconds: float, share: float) -> tuple[float, float]:
        return self.x(milliseconds), self.y(_nines(share))

    def points(self, curve: Curve) -> Iterator[tuple[float, float]]:
        ordered = sorted(curve.milliseconds)
        # The last of n values says nothing about a share beyond that of n.
        most = min(log10(len(ordered)), _HIGHEST_NINES)
        for step in range(_POINTS_A_CURVE + 1):
            nines = most * step / _POINTS_A_CURVE
            yield self.x(percentile(ordered, 100 * (1 - 10**-nines))), self.y(nines)


def _nines(share: float) -> float:
    return -log10(1 - share / 100)


def _axes(svg: Element, paper: _Paper) -> None:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for decade in range(paper.first_decade, paper.last_decade + 1):
        for step in (1, 2, 5) if decade < paper.last_decade else (1,):
            value = step * 10.0**decade
            _line(svg, (paper.x(value), _TOP), (paper.x(value), bottom), _GRID)
            _text(svg, (paper.x(value), bottom + 18), _milliseconds(value), anchor="middle")
    for share in _MARKED_SHARES:
        y = paper.y(_nines(share))
        _line(svg, (_LEFT, y), (right, y), _GRID)
        _text(svg, (_LEFT - 8, y + 4), f"{share:g} %", anchor="end")
    _line(svg, (_LEFT, bottom), (right, bottom), _INK)
    _line(svg, (_LEFT, _TOP), (_LEFT, bottom), _INK)
    _text(svg, ((_LEFT + right) / 2, bottom + 42), "milliseconds, or seconds (s)", anchor="middle")


def _milliseconds(value: float) -> str:
    return f"{value / 1_000:g} s" if value >= 1_000 else f"{value:g}"  # noqa: PLR2004 - of a second


def _goal(svg: Element, place: tuple[float, float], label: str, colour: str, *, below: float) -> None:
    """Draw a flag: the curve of this colour should pass on its left. Its label stands `below`, clear of others."""
    x, y = place
    _line(svg, (x, y - 9), (x, y + 9), colour, width=3)
    _text(svg, (x + 6, y - 5 + below), label, colour=colour)


def _line(svg: Element, begin: tuple[float, float], end: tuple[float, float], colour: str, *, width: float = 1) -> None:
    places = zip(("x1", "y1", "x2", "y2"), (*begin, *end), strict=True)
    attributes = {name: f"{value:.1f}" for name, value in places}
    SubElement(svg, "line", attributes | {"stroke": colour, "stroke-width": f"{width:g}"})


def _text(
    svg: Element,
    place: tuple[float, float],
    words: str,
    *,
    anchor: str = "start",
    colour: str = _INK,
    size: int | None = None,
) -> None:
    attributes = {"x": f"{place[0]:.1f}", "y": f"{place[1]:.1f}", "text-anchor": anchor, "fill": colour}
    SubElement(svg, "text", attributes | ({"font-size": str(size)} if size else {})).text = words


def _placed(x: float, y: float, *, width: float, height: float) -> dict[str, str]:
    return {"x": f"{x:g}", "y": f"{y:g}", "width": f"{width:g}", "height": f"{height:g}"}
