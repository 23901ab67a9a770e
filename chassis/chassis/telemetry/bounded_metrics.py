"""Declares metrics, every label with what bounds it: each of its values is a series that Prometheus keeps for weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

Bound: TypeAlias = type[StrEnum] | tuple[str, ...] | str
"""The values of a label: an enumeration, the values themselves, or what they are where that alone makes them few."""

BOUNDS: Final[dict[str, Mapping[str, Bound]]] = {}
"""What bounds the labels of each metric, by the metric's name without `_total`."""

M = TypeVar("M", bound=MetricWrapperBase)

_OF_PROMETHEUS: Final = frozenset({"le", "quantile"})


def counter(name: str, meaning: str, **labels: Bound) -> Counter:
    """Return a new counter; it is exposed as `name` with `_total`."""
    return _bounded(Counter(name, meaning, list(labels), registry=REGISTRY), labels)


def gauge(name: str, meaning: str, **labels: Bound) -> Gauge:
    """Return a new gauge."""
    return _bounded(Gauge(name, meaning, list(labels), registry=REGISTRY), labels)


def histogram(
    name: str, meaning: str, *, bounds: Sequence[float] = Histogram.DEFAULT_BUCKETS, **labels: Bound
) -> Histogram:
    """Return a new histogram; `bounds` are the upper ones of its buckets."""
    return _bounded(Histogram(name, meaning, list(labels), buckets=bounds, registry=REGISTRY), labels)


def values_of(bound: Bound) -> tuple[str, ...] | None:
    """Return the values that a label can have; None where only their kind is known."""
    if isinstance(bound, str):
        return None
    return bound if isinstance(bound, tuple) else tuple(member.value for member in bound)


def out_of_bounds(registry: CollectorRegistry = REGISTRY) -> Sequence[str]:
    """Return what `registry` holds of declared metrics besides what was declared."""
    found = set()
    for family in registry.collect():
        bounds = BOUNDS.get(family.name)
        if bounds is None:
            continue
        for sample in family.samples:
            for label, value in sample.labels.items():
                if label not in _OF_PROMETHEUS and value not in (values_of(bounds[label]) or (value,)):
                    found.add(f'{family.name}{{{label}="{value}"}}')
    return sorted(found)


def _bounded(metric: M, labels: Mapping[str, Bound]) -> M:
    (family,) = metric.describe()
    BOUNDS[family.name] = labels
    return metric
