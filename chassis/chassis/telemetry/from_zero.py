"""Lets counters begin at nothing: what begins with its first count is no rise for Prometheus, which then misses it."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.telemetry import metrics


def begin_at_zero(*, consumers: Iterable[str], topics: Iterable[str], timers: Iterable[str]) -> None:
    """Count nothing for each of these: consumer groups, topics that are written to, kinds of timers."""
    for consumer in consumers:
        for result in ("applied", "duplicate", "dead_lettered"):
            metrics.MESSAGES_CONSUMED.labels(consumer, result)
    for topic in topics:
        metrics.MESSAGES_SENT.labels(topic)
    for kind in timers:
        for result in ("fired", "failed"):
            metrics.TIMERS_FIRED.labels(kind, result)
