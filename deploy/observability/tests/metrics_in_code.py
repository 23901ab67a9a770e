"""What the services count, read from where they define it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = [ROOT / "chassis" / "chassis", *sorted((ROOT / "services").glob("*/*_svc"))]
SUFFIXES = {
    "Counter": ("_total",),
    "Gauge": ("",),
    "Histogram": ("_bucket", "_count", "_sum"),
    "Info": ("_info",),
}
"""What a metric is called when it is exposed."""


@dataclass(frozen=True)
class Metric:
    """A metric as Prometheus sees it: its name, its labels, and the package that fills it."""

    name: str
    labels: frozenset[str]
    package: Path | None = None

    def says(self, value: str) -> bool:
        """Whether the package holds this text, as a value of a label has to stand there."""
        if self.package is None:
            return True
        places = PACKAGES if self.package == PACKAGES[0] else [self.package]  # services fill what is the chassis'
        return any(f'"{value}"' in _text_of(package) for package in places)


@cache
def _text_of(package: Path) -> str:
    return "".join(file.read_text() for file in package.rglob("*.py"))


def metrics_in_code() -> Iterator[Metric]:
    for package in PACKAGES:
        for file in sorted(package.rglob("*.py")):
            if "prometheus_client" in (text := file.read_text()) or "bounded_metrics" in text:
                yield from _metrics_of(ast.parse(text), package)


def _metrics_of(tree: ast.Module, package: Path) -> Iterator[Metric]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or not call.args:
            continue
        suffixes, name = SUFFIXES.get(call.func.id.capitalize(), ()), call.args[0]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            for suffix in suffixes:
                bucket = {"le"} if suffix == "_bucket" else set()
                yield Metric(name.value.removesuffix("_total") + suffix, frozenset({*_labels(call), *bucket}), package)


def _labels(call: ast.Call) -> Iterator[str]:
    """Labels stand in a list, or are the names of arguments that say what bounds each."""
    named = {word.arg: word.value for word in call.keywords if word.arg}
    listed = call.args[2] if len(call.args) > 2 else named.get("labelnames")
    if isinstance(listed, ast.List | ast.Tuple):
        yield from (str(label.value) for label in listed.elts if isinstance(label, ast.Constant))
    elif isinstance(call.func, ast.Name) and call.func.id.islower():
        yield from named.keys() - {"bounds"}
