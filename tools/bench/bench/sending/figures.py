"""What the servers saw of a storm, in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from bench.percentiles import percentiles
from bench.report import Json


def most_within_a_second(moments: Sequence[float]) -> int:
    """Return how many of `moments` lie within the fullest second, wherever that begins."""
    ordered = sorted(moments)
    most = first = 0
    for last, moment in enumerate(ordered):
        while ordered[first] <= moment - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def overtaken_seconds(due: Mapping[str, float], left: Mapping[str, float]) -> list[float]:
    """Return for how long each went on waiting after one had left that was due later than it."""
    found: list[float] = []
    later_left = inf
    together: list[float] = []
    due_of_these = inf
    for name in sorted(due, key=due.__getitem__, reverse=True):
        if due[name] < due_of_these:
            later_left = min([later_left, *together])
            together, due_of_these = [], due[name]
        together.append(left[name])
        found.append(max(0.0, left[name] - later_left) if later_left < inf else 0.0)
    return found


def of_channel(due: Mapping[str, float], left: Mapping[str, float], *, allowed: float | None) -> dict[str, Json]:
    """Return at what pace messages of a channel left, and how fair their order was."""
    moments = sorted(left.values())
    seconds = moments[-1] - moments[0]
    figures: dict[str, Json] = {
        "messages": len(moments),
        "seconds": round(seconds, 1),
        "a_second": round((len(moments) - 1) / seconds, 1) if seconds else 0.0,
        "most_within_a_second": most_within_a_second(moments),
        "overtaken_seconds": {**percentiles(overtaken_seconds(due, left), shares=(50.0, 99.0))},
    }
    return figures if allowed is None else {**figures, "allowed_a_second": allowed}
