"""Write docs/metrics.md, the list of every metric, or check that it is up to date.

It is made from what the `metrics.py` of the chassis and of each service declare.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase

from chassis.telemetry.bounded_metrics import BOUNDS, Bound, values_of

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "make generate"
DOCUMENT = Path("docs/metrics.md")
CHASSIS = Path("chassis/chassis/telemetry/metrics.py")
MOST_VALUES = 12
"""More are told by their number: a table is there to be read."""
_BEGINNING = f"""\
# Metrics

Generated from the code by `{COMMAND}`: whoever changes a metric changes it in the `metrics.py` named below.

Every service exposes its own at `GET /metrics`. A histogram is exposed as `_bucket`, `_sum` and `_count`. What is
counted in tables is measured by every process for itself, at most every 30 seconds and for at most one percent of the
time, but every five minutes at least; `measurement_age_seconds{{measurement="tables"}}` tells how old that is. All
processes of a service find the same there: take `max` of such a gauge over processes, never `sum`.
"""


class Described(NamedTuple):
    """A metric as it is exposed."""

    name: str
    kind: str
    meaning: str
    labels: str


def files(root: Path = ROOT) -> Sequence[Path]:
    """Return the files that declare metrics, as seen from `root`, the chassis' first."""
    return [CHASSIS, *(file.relative_to(root) for file in sorted(root.glob("services/*/*_svc/**/metrics.py")))]


def declared_in(module: ModuleType) -> Iterator[Described]:
    """Yield the metrics of a module in the order in which they stand there."""
    for metric in vars(module).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            name = f"{family.name}_total" if isinstance(metric, Counter) else family.name
            labels = [_label(label, bound) for label, bound in BOUNDS[family.name].items()]
            yield Described(name, family.type, family.documentation, "<br>".join(labels))


def document(root: Path = ROOT) -> str:
    """Return what docs/metrics.md is to hold."""
    parts = [_BEGINNING]
    for file in files(root):
        owner = "Every service" if file == CHASSIS else file.parts[1]
        module = import_module(".".join(file.with_suffix("").parts[1 if file == CHASSIS else 2 :]))
        rows = [f"| `{each.name}` | {each.kind} | {each.labels} | {each.meaning} |" for each in declared_in(module)]
        table = ["| Metric | Type | Labels | Meaning |", "|---|---|---|---|", *rows]
        parts.append("\n".join((f"## {owner}", "", f"In `{file}`.", "", *table, "")))
    return "\n".join(parts)


def _label(label: str, bound: Bound) -> str:
    values = values_of(bound)
    if values is None:
        return f"`{label}`: {bound}"
    if len(values) <= MOST_VALUES:
        return f"`{label}`: {', '.join(f'`{value}`' for value in values)}"
    of = f" of `{bound.__module__}.{bound.__name__}`" if isinstance(bound, type) else ""
    return f"`{label}`: one of {len(values)}{of}"


def main(root: Path = ROOT) -> int:
    """Write, or with `--check` compare; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the list is out of date")
    check, wanted, path = parser.parse_args().check, document(root), root / DOCUMENT
    if path.is_file() and path.read_text(encoding="utf-8") == wanted:
        return 0
    if check:
        sys.stderr.write(f"out of date: {DOCUMENT}; run `{COMMAND}` and commit it\n")
        return 1
    path.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
