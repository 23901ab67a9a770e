"""Every query asks for what the services count: metrics, labels and values that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from metrics_in_code import Metric, metrics_in_code
from promql_names import Used, grouped_by, used_in

from observability.dashboards import DASHBOARDS
from observability.rules import ALERTS, OBJECTIVES
from observability.rules.model import Alert, Recorded
from observability.services import SERVICES

ROOT = Path(__file__).resolve().parents[3]
RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
OF_PROMETHEUS = (
    Metric("up", frozenset()),
    Metric("ALERTS", frozenset({"alertname", "alertstate", "severity"})),
    Metric("process_cpu_seconds_total", frozenset()),
    Metric("process_resident_memory_bytes", frozenset()),
    Metric("process_start_time_seconds", frozenset()),
)
"""What Prometheus and its client give without our doing."""
OF_EVERY_TARGET = {"job", "instance"}
RULES = [rule for group in (*ALERTS, *OBJECTIVES) for rule in group.rules]
RECORDED = {
    Metric(rule.name, frozenset(label for each in RULES if isinstance(each, Recorded) for label in each.labels))
    for rule in RULES
    if isinstance(rule, Recorded)
}
METRICS = {
    metric.name: metric
    for metric in (
        *OF_PROMETHEUS,
        *RECORDED,
        *metrics_in_code(),
    )
}


def queries() -> Iterator[tuple[str, str]]:
    """Every query, with where it stands."""
    for board in DASHBOARDS:
        for panel in board.panels():
            for query in panel.queries:
                yield f"{board.name}: {panel.title}", query.expr
    for rule in RULES:
        yield rule.name, rule.expr
    for runbook in RUNBOOKS:
        for query in re.findall(r"^```promql\n(.*?)^```", runbook.read_text(), flags=re.MULTILINE | re.DOTALL):
            yield runbook.stem, query


QUERIES = set(queries())


@pytest.mark.parametrize("place", sorted({place for place, _ in QUERIES}))
def test_a_query_asks_for_what_there_is(place: str) -> None:
    for query in (query for where, query in QUERIES if where == place):
        used = list(used_in(query))

        assert used, query
        assert [each.name for each in used if each.name not in METRICS] == []
        assert [problem for each in used for problem in differences(each)] == []
        assert grouped_by(query) <= OF_EVERY_TARGET.union(*(METRICS[each.name].labels for each in used)), query


def differences(used: Used) -> Iterator[str]:
    """What a metric is asked by, and does not have."""
    metric = METRICS[used.name]
    for label, values in used.values.items():
        if label == "job":
            yield from (f"no service is called {value}" for value in values if value not in SERVICES)
        elif label not in metric.labels | OF_EVERY_TARGET:
            yield f"{used.name} has no label {label}"
        elif label in {"result", "what", "settlement", "priority", "state", "part", "server"}:
            yield from (f'nothing says {label}="{value}"' for value in values if not metric.says(value))


def test_what_an_alert_says_names_labels_that_its_query_leaves() -> None:
    for alert in (rule for rule in RULES if isinstance(rule, Alert)):
        said = set(re.findall(r"\$labels\.(\w+)", alert.summary))
        of_metrics = {label for used in used_in(alert.expr) for label in METRICS[used.name].labels | OF_EVERY_TARGET}

        assert said <= (grouped_by(alert.expr) or of_metrics), alert.name


def test_what_a_line_is_called_names_labels_that_its_query_leaves() -> None:
    for panel in (panel for board in DASHBOARDS for panel in board.panels()):
        for query in panel.queries:
            said = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
            assert said <= (grouped_by(query.expr) or OF_EVERY_TARGET), panel.title
