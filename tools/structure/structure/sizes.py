"""How large files and functions are."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from statistics import median
from typing import NamedTuple

from structure.packages import Package


class Measured(NamedTuple):
    """A file or a function and its number of lines."""

    lines: int
    name: str


def sizes(packages: Sequence[Package]) -> str:
    """Return a line for each package and one for all: medians and the longest file and function."""
    files = {package.module: [_file(path) for path in _sources(package)] for package in packages}
    functions = {
        package.module: [found for path in _sources(package) for found in _functions(path)] for package in packages
    }
    rows = [_row(package.module, files[package.module], functions[package.module]) for package in packages]
    all_files, all_functions = list(chain(*files.values())), list(chain(*functions.values()))
    return "\n".join([*rows, _row("all", all_files, all_functions)])


def _row(name: str, files: Sequence[Measured], functions: Sequence[Measured]) -> str:
    return f"{name:12} {len(files):4} files: {_summary(files):60} {len(functions):4} functions: {_summary(functions)}"


def _summary(measured: Sequence[Measured]) -> str:
    if not measured:
        return "none"
    longest = max(measured)
    return f"median {median(one.lines for one in measured):.0f}, longest {longest.lines} ({longest.name})"


def _sources(package: Package) -> Sequence[Path]:
    return sorted(package.sources.rglob("*.py"))


def _file(path: Path) -> Measured:
    return Measured(len(path.read_text().splitlines()), path.name)


def _functions(path: Path) -> Iterable[Measured]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Measured((node.end_lineno or node.lineno) - node.lineno + 1, f"{path.stem}.{node.name}")
