"""Log events and metrics have names of one form; every metric is declared with its bounds and documented."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import log_events
import metric_descriptions
from log_meanings import MEANINGS
from metric_descriptions import Described

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path for pattern in ("chassis/chassis/**/*.py", "services/*/*_svc/**/*.py") for path in sorted(ROOT.glob(pattern))
]
MENTIONED_EVENT = re.compile(r"`([a-z_]+\.[a-z_]+)`")
NO_EVENTS = (".py", ".md", ".sql", ".json", ".jsonl", ".toml", ".yaml", ".info")
UNDECLARED = re.compile(r"\b(?:Counter|Gauge|Histogram|Summary|Info|Enum)\(\s*f?\"")
FORM_OF_EVENT = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
FORM_OF_METRIC = re.compile(r"[a-z]+(_[a-z]+)+")
NOT_A_BASE_UNIT = re.compile(r"_(?:ms|milliseconds|minutes|hours|days|kilobytes|kb|mb|euros|percent)(?:_total)?$")
HOURS_ARE_WHAT_IS_COUNTED = {"weather_unknown_station_hours_total"}
MENTIONED = re.compile(r"`([a-z_]+_total)`")
METRICS: dict[str, list[Described]] = {
    str(file): [
        *metric_descriptions.declared_in(
            import_module(".".join(file.with_suffix("").parts[1 if file == metric_descriptions.CHASSIS else 2 :]))
        )
    ]
    for file in metric_descriptions.files()
}
ALL = [metric for metrics in METRICS.values() for metric in metrics]


def test_a_log_event_is_a_noun_a_dot_and_what_happened_to_it() -> None:
    events = {call.event for call in log_events.calls()}

    assert len(events) > 20
    assert [event for event in sorted(events) if not FORM_OF_EVENT.fullmatch(event)] == []


def test_every_event_that_is_logged_has_a_meaning_and_nothing_else_has() -> None:
    assert {call.event for call in log_events.calls()} == MEANINGS.keys()


def test_the_list_of_log_events_is_the_generated_one() -> None:
    assert (ROOT / log_events.DOCUMENT).read_text() == log_events.document()


def test_the_events_that_readmes_mention_are_logged() -> None:
    mentioned = {
        name
        for path in ROOT.glob("**/README.md")
        for line in path.read_text().splitlines()
        if re.search(r"\blogs?\b", line, re.IGNORECASE)
        for name in MENTIONED_EVENT.findall(line)
    }

    assert len(mentioned) > 10
    assert {name for name in mentioned if not name.endswith(NO_EVENTS)} - MEANINGS.keys() == set()


def test_no_logger_but_that_of_a_module_is_used() -> None:
    """`log_events` finds the calls of `log`: by another name an event would be in no list."""
    for path in SOURCES:
        for line in path.read_text().splitlines():
            if "structlog.get_logger(" in line:
                assert line == "log = structlog.get_logger(__name__)", path


def test_no_metric_is_made_without_saying_what_bounds_its_labels() -> None:
    found = [path.name for path in SOURCES if UNDECLARED.search(path.read_text())]

    assert found == []


def test_the_metrics_of_a_package_stand_in_one_file() -> None:
    declaring = re.compile(r"\b(?:counter|gauge|histogram)\(\s*\"")
    found = {str(path.relative_to(ROOT)) for path in SOURCES if declaring.search(path.read_text())}

    assert found == set(METRICS)


@pytest.mark.parametrize("metric", ALL, ids=[metric.name for metric in ALL])
def test_a_metric_has_a_common_name_and_a_meaning(metric: Described) -> None:
    assert FORM_OF_METRIC.fullmatch(metric.name)
    assert (metric.kind == "counter") is metric.name.endswith("_total")
    assert metric.kind != "histogram" or metric.name.endswith("_seconds")
    assert metric.name in HOURS_ARE_WHAT_IS_COUNTED or not NOT_A_BASE_UNIT.search(metric.name)
    assert metric.meaning
    assert not metric.meaning.endswith(".")


@pytest.mark.parametrize("file", METRICS)
def test_a_metric_of_a_service_begins_with_its_name(file: str) -> None:
    service = re.match(r"services/([a-z]+)-svc/", file)

    prefixes = {metric.name.partition("_")[0] for metric in METRICS[file]}
    assert prefixes
    assert service is None or prefixes == {service[1]}


def test_the_list_of_metrics_is_the_generated_one() -> None:
    assert (ROOT / metric_descriptions.DOCUMENT).read_text() == metric_descriptions.document()


def test_the_counters_that_readmes_mention_exist() -> None:
    mentioned = {name for path in ROOT.glob("**/README.md") for name in MENTIONED.findall(path.read_text())}

    assert len(mentioned) > 5
    assert mentioned - {metric.name for metric in ALL} == set()
