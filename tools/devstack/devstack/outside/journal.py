"""What a server receives, as lines of JSON that other processes may read and add to at the same time."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path


def append_line(path: Path, entry: Mapping[str, object]) -> None:
    """Add one JSON line."""
    append_lines(path, [entry])


def append_lines(path: Path, entries: Iterable[Mapping[str, object]]) -> None:
    """Add JSON lines in one write, so that other processes' lines never come between."""
    text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
