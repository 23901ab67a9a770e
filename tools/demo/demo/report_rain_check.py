"""A rain check as the report page shows it: what was asked by HTTP, what was answered, and one refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ANSWER_FILE = "rain-check.{language}.json"
CHART_FILE = "rain-check.{language}.svg"
REFUSED_FILE = "rain-check-refused.json"


@dataclass(frozen=True)
class RainCheckShown:
    """What was asked and answered in one language. `refused` is a problem (RFC 9457) with its status."""

    file: str
    chart: str
    from_at: datetime
    answer: Mapping[str, Any]
    refused_file: str
    refused: Mapping[str, Any]

    @property
    def windows(self) -> Sequence[Mapping[str, Any]]:
        """The windows of surface water at the nearest station."""
        reading = self.answer["verdicts"][0]["reading"]
        return [window for window in self.answer["stations"][0]["windows"] if window["reading"] == reading]


def rain_check_in(directory: Path, *, language: str) -> RainCheckShown | None:
    """Read what a run left behind; None when its rain check did not come to its end."""
    file, chart = ANSWER_FILE.format(language=language), CHART_FILE.format(language=language)
    if not all((directory / name).exists() for name in (file, chart, REFUSED_FILE)):
        return None
    kept = _read(directory / file)
    return RainCheckShown(
        file=file,
        chart=chart,
        from_at=datetime.fromisoformat(kept["question"]["from_at"]),
        answer=kept["answer"],
        refused_file=REFUSED_FILE,
        refused=_read(directory / REFUSED_FILE)["answer"],
    )


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
