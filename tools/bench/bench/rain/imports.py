"""Importing all files of KNMI's hourly figures, beside what unpacking them alone takes."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from bench.goals import Figure
from bench.rain.service import RainService

_CHUNK_BYTES = 1 << 18


def measure(service: RainService, other: RainService, files: Sequence[Path], *, output: Path) -> list[Figure]:
    """Import `files` into an empty database, and all of them again; one of them into the `other` one."""
    names = list(map(str, files))
    floor = _floor(files)
    one = other.run("import-hours", names[0], log=output / "import_one.log")
    first = service.run("import-hours", *names, log=output / "import.log")
    again = service.run("import-hours", *names, log=output / "import_again.log")
    return [
        Figure(name=f"import of {len(files)} files", value=first.seconds, unit="s", goal=45),
        Figure(name="import, CPU of the command", value=first.cpu_seconds, unit="s"),
        Figure(name="import, floor", value=floor, unit="s", holds="unpacking and splitting lines, CPU"),
        Figure(name="import, memory", value=first.resident_mib, unit="MiB", holds="the most of all files"),
        Figure(name="import, memory of one file", value=one.resident_mib, unit="MiB", holds="so it is constant"),
        Figure(name="import of the same files again", value=again.seconds, unit="s", goal=20),
    ]


def _floor(files: Sequence[Path]) -> float:
    began = time.process_time()
    for path in files:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                _split(archive, name)
    return time.process_time() - began


def _split(archive: zipfile.ZipFile, name: str) -> None:
    with archive.open(name) as text:
        while chunk := text.read(_CHUNK_BYTES):
            for line in chunk.splitlines():
                line.split(b",")
