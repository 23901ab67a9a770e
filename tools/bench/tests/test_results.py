from __future__ import annotations

import json
from pathlib import Path

from bench import results


def test_a_part_replaces_its_own_section_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "latest.json"
    results.keep(path, "rounds", {"claims": 1})
    results.keep(path, "latency", {"1": {"p50": 3.5}})

    results.keep(path, "rounds", {"claims": 2})

    kept = json.loads(path.read_text())
    assert (kept["rounds"]["claims"], kept["latency"]["1"]) == (2, {"p50": 3.5})
    assert kept["rounds"].keys() == {"measured_at", "commit", "claims"}
