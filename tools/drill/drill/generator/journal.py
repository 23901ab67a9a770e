"""The generator's own journal: one JSON object a line for everything that was sent, and what the broker answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from drill.generator.policies import Insured
from drill.generator.rain import PLACES, measured
from drill.generator.records import Record


class Journal:
    """Appends to a file that nobody else writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._insured: set[int] = set()
        for weather, place in PLACES.items():
            self._append({"is": "rain", "weather": weather, "station": place.station, "hours": measured(weather)})

    def note(self, record: Record, *, wave: str, place: tuple[int, int] | None, trouble: str | None) -> None:
        """Keep one attempt at sending `record`: acknowledged at `place` (partition, offset), or not, and why."""
        if record.insured is not None and record.insured.number not in self._insured:
            self._insured.add(record.insured.number)
            self._append({"is": "insured", **_person(record.insured)})
        partition, offset = place or (None, None)
        self._append(
            {
                "is": "sent",
                "wave": wave,
                "role": record.role,
                "event_id": record.event_id,
                "report": dict(record.report) or None,
                "value_sha256": hashlib.sha256(record.value or b"").hexdigest(),
                "acknowledged": place is not None,
                "partition": partition,
                "offset": offset,
                "trouble": trouble,
            }
        )

    def _append(self, line: Mapping[str, object]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _person(insured: Insured) -> Mapping[str, object]:
    return {
        "policy_number": insured.policy_number,
        "weather": insured.weather,
        "deductible_cents": insured.deductible_cents,
        "email": insured.email,
        "phone": insured.phone,
    }
