"""Log events and metrics have names of one form, and every metric is documented where its package is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path for pattern in ("chassis/chassis/**/*.py", "services/*/*_svc/**/*.py") for path in sorted(ROOT.glob(pattern))
]
LOG_CALL = re.compile(r"\blog\.(?:debug|info|warning|error|exception|critical)\(\s*([^,)]*)")
METRIC = re.compile(r"\b(Counter|Gauge|Histogram)\(\s*\"([^\"]+)\"")
FORM_OF_EVENT = re.compile(r"\"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*\"")
FORM_OF_METRIC = re.compile(r"[a-z]+(_[a-z]+)+")
EXPOSED_AS = {"Counter": "{}_total", "Gauge": "{}", "Histogram": "{}"}


def named_in(pattern: re.Pattern[str]) -> list[tuple[Path, re.Match[str]]]:
    return [(path, found) for path in SOURCES for found in pattern.finditer(path.read_text())]


METRICS = [(path, found[1], found[2]) for path, found in named_in(METRIC)]


def test_a_log_event_is_a_noun_a_dot_and_what_happened_to_it() -> None:
    events = [found[1] for _, found in named_in(LOG_CALL)]

    assert len(events) > 20
    assert [event for event in events if not FORM_OF_EVENT.fullmatch(event)] == []


def test_the_metrics_of_a_package_stand_in_one_file() -> None:
    assert {path.name for path, _, _ in METRICS} == {"metrics.py"}


@pytest.mark.parametrize(("path", "kind", "name"), METRICS, ids=[name for _, _, name in METRICS])
def test_a_metric_has_a_common_name_and_stands_in_the_readme(path: Path, kind: str, name: str) -> None:
    package = next(parent for parent in path.parents if (parent / "README.md").exists())

    assert FORM_OF_METRIC.fullmatch(name)
    assert f"`{EXPOSED_AS[kind].format(name)}`" in (package / "README.md").read_text()
