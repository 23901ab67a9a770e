"""The file of results: every part of the bench replaces its own section and keeps the others."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bench.report import Json


def keep(path: Path, section: str, figures: dict[str, Json]) -> None:
    """Write `figures` as a section of the file, with the moment and the commit at which they were measured."""
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    results[section] = {"measured_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "commit": _commit(), **figures}
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _commit() -> str:
    """Return what is checked out; unknown outside a repository."""
    asked = ["git", "describe", "--always", "--dirty"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (FileNotFoundError, subprocess.CalledProcessError):
        return "unknown"
