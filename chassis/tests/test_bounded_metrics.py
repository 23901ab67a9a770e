"""A label holds what was declared of it; where that is an enumeration, nothing else."""

from enum import StrEnum

import pytest
from prometheus_client import REGISTRY, CollectorRegistry

from chassis.telemetry import bounded_metrics
from chassis.telemetry.bounded_metrics import BOUNDS, counter, gauge, histogram, out_of_bounds, values_of
from chassis.telemetry.build import tell_build


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> CollectorRegistry:
    """A registry of the test's own, in the place of the one of the process."""
    registry = CollectorRegistry()
    monkeypatch.setattr(bounded_metrics, "REGISTRY", registry)
    monkeypatch.setattr(bounded_metrics, "BOUNDS", {})
    return registry


def test_a_value_that_was_not_declared_is_found(registry: CollectorRegistry) -> None:
    seen = counter("test_things", "Things", colour=Colour, size=("large", "small"))
    seen.labels(Colour.RED, "large").inc()
    assert out_of_bounds(registry) == []

    seen.labels("green", "small").inc()

    assert out_of_bounds(registry) == ['test_things{colour="green"}']


def test_what_only_a_sentence_bounds_may_be_anything(registry: CollectorRegistry) -> None:
    gauge("test_lag", "Lag", topic="the topics of the service").labels("a.topic").set(1)

    assert out_of_bounds(registry) == []


def test_the_buckets_of_a_histogram_are_no_labels_of_its_own(registry: CollectorRegistry) -> None:
    histogram("test_wait_seconds", "Wait", bounds=(1, 2), lane=("fast",)).labels("fast").observe(1.5)

    assert out_of_bounds(registry) == []
    assert registry.get_sample_value("test_wait_seconds_bucket", {"lane": "fast", "le": "2.0"}) == 1


def test_the_values_of_an_enumeration_are_known() -> None:
    assert values_of(Colour) == ("red", "blue")
    assert values_of(("a", "b")) == ("a", "b")
    assert values_of("whatever is few") is None


def test_every_metric_of_the_chassis_is_declared_with_its_bounds() -> None:
    assert set(BOUNDS["messaging_client_consumed_messages"]) == {"consumer", "result"}
    assert BOUNDS["outbox_oldest_age_seconds"] == {}


def test_what_runs_is_told_by_its_package() -> None:
    tell_build("water-chassis", commit="4f2a")
    tell_build("no-such-package", commit="unknown")

    assert REGISTRY.get_sample_value("build_info", {"service": "water-chassis", "version": "1.0.0", "commit": "4f2a"})
    assert REGISTRY.get_sample_value(
        "build_info", {"service": "no-such-package", "version": "unknown", "commit": "unknown"}
    )
