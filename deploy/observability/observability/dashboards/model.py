"""A dashboard as we write it: rows of panels, each with its queries. Grafana's form of it is in `grafana.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

INTERVAL = "$__rate_interval"
"""Grafana's word for a window that holds at least four scrapes, and grows with what is looked at."""


class Unit(StrEnum):
    """What a figure is counted in, by Grafana's names."""

    NUMBER = "short"
    A_SECOND = "cps"
    REQUESTS_A_SECOND = "reqps"
    SECONDS = "s"
    SHARE = "percentunit"
    BYTES = "bytes"
    EUROS = "currencyEUR"


class Look(StrEnum):
    """How a panel shows its figures."""

    NUMBER = "number"
    """The newest figure, large."""
    LINES = "lines"
    STACK = "stack"
    """Lines on top of each other, where the sum says something as well."""


@dataclass(frozen=True)
class Query:
    """A question to Prometheus; `legend` names its lines and may use their labels, as `{{consumer}}`.

    One that is `rare` may have no answer: it counts what a healthy platform, or a night without visitors, does not do.
    """

    expr: str
    legend: str = ""
    rare: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture; `meaning` says what is good and what is not. From `limit` on it alarms; `bottom`, `top` end it."""

    title: str
    queries: Sequence[Query]
    meaning: str
    unit: Unit = Unit.NUMBER
    look: Look = Look.LINES
    limit: float | None = None
    bottom: float | None = 0
    top: float | None = None


@dataclass(frozen=True)
class Row:
    """Panels beside each other under one title."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, kw_only=True)
class Board:
    """A dashboard. With `of_a_service` it shows one at a time: its queries say `$service` where a job stands."""

    name: str
    title: str
    description: str
    rows: Sequence[Row]
    of_a_service: bool = False

    def panels(self) -> Iterator[Panel]:
        """Every panel, row by row."""
        return (panel for row in self.rows for panel in row.panels)
