"""Figures beside what they should be at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from bench.report import Json


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measurement. `holds` says what it contains, `goal` what it should be at most; without one it stands beside."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    holds: str = ""

    def as_json(self) -> dict[str, Json]:
        found: dict[str, Json] = {"value": round(self.value, 3), "unit": self.unit, "holds": self.holds}
        return found if self.goal is None else {**found, "goal": self.goal, "is_met": self.value <= self.goal}


def as_json(figures: Sequence[Figure]) -> dict[str, Json]:
    return {figure.name: figure.as_json() for figure in figures}


def table(found: Mapping[str, Json]) -> str:
    """Return a line for every figure: its value, and its goal when it has one."""
    return "\n".join(_line(name, figure) for name, figure in found.items() if isinstance(figure, dict))


def _line(name: str, figure: dict[str, Json]) -> str:
    line = f"{name:<52}{cast('float', figure['value']):>10.5g} {figure['unit']:<4}"
    if "goal" in figure:
        line += f" goal {cast('float', figure['goal']):g}, {'met' if figure['is_met'] else 'MISSED'}"
    return f"{line}  ({figure['holds']})" if figure["holds"] else line.rstrip()
