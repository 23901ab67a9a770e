import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import pytest
from prometheus_client import CollectorRegistry

import metric_descriptions
from chassis.telemetry import bounded_metrics
from chassis.telemetry.bounded_metrics import BOUNDS, counter, gauge, histogram


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module that declares metrics, in a registry of its own."""
    monkeypatch.setattr(bounded_metrics, "REGISTRY", CollectorRegistry())
    before = dict(BOUNDS)
    module = ModuleType("thing_svc.metrics")
    module.MADE = counter("thing_made", "Things made", colour=Colour, size=("large", "small"))  # type: ignore[attr-defined]
    module.AGE = gauge("thing_age_seconds", "Age", topic="the topics")  # type: ignore[attr-defined]
    module.WAIT = histogram("thing_wait_seconds", "Wait", number=tuple(map(str, range(13))))  # type: ignore[attr-defined]
    module.OTHER = "no metric"  # type: ignore[attr-defined]
    yield module
    BOUNDS.clear()
    BOUNDS.update(before)


def test_a_metric_is_described_as_it_is_exposed(things: ModuleType) -> None:
    assert [tuple(each) for each in metric_descriptions.declared_in(things)] == [
        ("thing_made_total", "counter", "Things made", "`colour`: `red`, `blue`<br>`size`: `large`, `small`"),
        ("thing_age_seconds", "gauge", "Age", "`topic`: the topics"),
        ("thing_wait_seconds", "histogram", "Wait", "`number`: one of 13"),
    ]


def test_the_list_holds_the_chassis_and_every_service_with_metrics() -> None:
    listed = [str(file) for file in metric_descriptions.files()]

    assert listed[0] == "chassis/chassis/telemetry/metrics.py"
    assert {"services/auth-svc/auth_svc/metrics.py", "services/policy-svc/policy_svc/locating/metrics.py"} < {*listed}
    assert "## claims-svc\n" in metric_descriptions.document()


def test_check_says_what_is_out_of_date_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    path = tmp_path / metric_descriptions.DOCUMENT
    monkeypatch.setattr(sys, "argv", ["metric_descriptions.py"])
    assert metric_descriptions.main(tmp_path) == 0
    written = path.read_text()
    assert "`outbox_oldest_age_seconds`" in written

    monkeypatch.setattr(sys, "argv", ["metric_descriptions.py", "--check"])
    assert metric_descriptions.main(tmp_path) == 0
    path.write_text("changed by hand")
    assert metric_descriptions.main(tmp_path) == 1
    assert "docs/metrics.md" in capsys.readouterr().err
    assert path.read_text() == "changed by hand"
