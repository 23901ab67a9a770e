"""Percentiles by nearest rank: always a value that was measured."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

SHARES = (50.0, 90.0, 99.0, 99.9)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the least of the `ordered` values that `share` per cent of them do not exceed."""
    return ordered[max(0, ceil(len(ordered) * share / 100) - 1)]


def named(share: float) -> str:
    """Return how a percentile is called: p50, p99.9."""
    return f"p{share:g}"


def percentiles(values: Sequence[float], shares: Sequence[float] = SHARES) -> dict[str, float]:
    """Return these percentiles and the highest value, by name."""
    ordered = sorted(values)
    return {named(share): round(percentile(ordered, share), 1) for share in shares} | {"max": round(ordered[-1], 1)}
