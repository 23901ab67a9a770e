"""The picture of the structure: packages, the rooms in each, and who imports whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import grimp

from structure.packages import Package

_INTRODUCTION = """\
# Structure

Drawn by `make picture` from the code's own imports; `make check` fails when it is out of date, when an import breaks a
rule (`tools/structure/structure/rules.py` and each package's pyproject.toml), or when packages or rooms import in a
circle. An arrow reads "imports". Tests are left out. `.venv/bin/structure sizes` counts lines of files and functions.
"""

Arrow: TypeAlias = tuple[str, str]
"""Importer and imported."""


def picture(packages: Sequence[Package]) -> str:
    """Return the page: which package imports which, then the same for the rooms inside each."""
    graph = grimp.build_graph(*(package.module for package in packages), cache_dir=None)
    imports = [
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    ]
    sections = [_INTRODUCTION, "## Packages\n", _diagram(_between_packages(imports))]
    for package in packages:
        if arrows := _between_rooms(imports, package=package.module):
            sections += [f"## {package.module}\n", _diagram(arrows)]
    return "\n".join(sections)


def _between_packages(imports: Iterable[Arrow]) -> set[Arrow]:
    return _without_loops((importer.partition(".")[0], imported.partition(".")[0]) for importer, imported in imports)


def _between_rooms(imports: Iterable[Arrow], *, package: str) -> set[Arrow]:
    inside = [names for names in imports if all(name.startswith(f"{package}.") for name in names)]
    return _without_loops((importer.split(".")[1], imported.split(".")[1]) for importer, imported in inside)


def _without_loops(arrows: Iterable[Arrow]) -> set[Arrow]:
    return {(importer, imported) for importer, imported in arrows if importer != imported}


def _diagram(arrows: Iterable[Arrow]) -> str:
    lines = [f"  {importer} --> {imported}" for importer, imported in sorted(arrows)]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```", ""])
