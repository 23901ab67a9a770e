"""Puts the queries of dashboards to a Prometheus, as Grafana would."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observability.dashboards.model import INTERVAL

_LONGEST_SECONDS = 30


class QueryRefusedError(Exception):
    """Prometheus does not understand a query, or could not answer it; the message is what it says."""


@dataclass(frozen=True)
class Series:
    """One line: its labels, and its points as (seconds since 1970, figure)."""

    labels: Mapping[str, str]
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Span:
    """What is looked at: from, until (seconds since 1970) and how far apart the points are."""

    start: float
    end: float
    step_seconds: float

    def share_of(self, moment: float) -> float:
        """Return how far through it `moment` lies: 0 to 1."""
        return (moment - self.start) / (self.end - self.start)


def put_in_place(expr: str, *, service: str, interval: str) -> str:
    """Return `expr` with Grafana's variables in their places."""
    return expr.replace(INTERVAL, interval).replace("$service", service)


def ask(prometheus: str, expr: str, *, span: Span) -> list[Series]:
    """Return the lines that Prometheus at the URL `prometheus` answers `expr` with.

    Raises:
        QueryRefusedError: it does not understand the query, or could not answer.
    """
    found = _answer(prometheus, "query_range", query=expr, start=span.start, end=span.end, step=span.step_seconds)
    return [
        Series(each["metric"], [(moment, float(figure)) for moment, figure in each["values"]])
        for each in found["result"]
    ]


def now_at(prometheus: str) -> float:
    """Return the present moment by the clock of Prometheus, in seconds since 1970.

    Raises:
        QueryRefusedError: it could not answer.
    """
    return float(_answer(prometheus, "query", query="time()")["result"][0])


def _answer(prometheus: str, what: str, **values: object) -> dict[str, Any]:
    request = f"{prometheus}/api/v1/{what}?{urllib.parse.urlencode(values)}"
    try:
        with urllib.request.urlopen(request, timeout=_LONGEST_SECONDS) as answer:  # noqa: S310 - an address of ours
            data: dict[str, Any] = json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        with error:
            raise QueryRefusedError(f"{values['query']}\n{error.read().decode(errors='replace')}") from error
    return data
