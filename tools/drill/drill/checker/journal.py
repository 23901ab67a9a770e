"""What the generator says it sent, read from its file."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_POISON = "poison"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One attempt at sending a record."""

    role: str
    event_id: str
    report: Mapping[str, Any] | None
    value_sha256: str
    acknowledged: bool
    place: tuple[int, int] | None


@dataclass(frozen=True, kw_only=True)
class Insured:
    """Who is insured by a policy, and how they are reached."""

    policy_number: str
    weather: str
    deductible_cents: int
    email: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class Journal:
    """Everything that was sent until now."""

    rain: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    insured: Mapping[str, Insured] = field(default_factory=dict)
    sent: Sequence[Sent] = ()

    @property
    def attempted(self) -> Mapping[str, Mapping[str, Any]]:
        """Every report that may have arrived, by its id."""
        return {str(one.report["report_id"]): one.report for one in self.sent if one.report is not None}

    @property
    def accepted(self) -> Mapping[str, Mapping[str, Any]]:
        """Every report that the broker has acknowledged, by its id."""
        return {
            str(one.report["report_id"]): one.report for one in self.sent if one.report is not None and one.acknowledged
        }

    @property
    def events_of_reports(self) -> Mapping[str, frozenset[str]]:
        """The event ids under which each report was acknowledged."""
        events: dict[str, set[str]] = defaultdict(set)
        for one in self.sent:
            if one.report is not None and one.acknowledged:
                events[str(one.report["report_id"])].add(one.event_id)
        return {report_id: frozenset(ids) for report_id, ids in events.items()}

    @property
    def poison(self) -> Mapping[tuple[int, int], Sent]:
        """The poison that the broker has acknowledged, by partition and offset."""
        return {one.place: one for one in self.sent if one.role == _POISON and one.place is not None}

    @property
    def maybe_poison(self) -> frozenset[str]:
        """Digests of the values of all poison that may have arrived."""
        return frozenset(one.value_sha256 for one in self.sent if one.role == _POISON)


def read(path: Path) -> Journal:
    """Read the journal as far as it is written."""
    rain: dict[str, Mapping[str, int]] = {}
    insured: dict[str, Insured] = {}
    sent: list[Sent] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        match entry.pop("is"):
            case "rain":
                rain[entry["weather"]] = entry["hours"]
            case "insured":
                insured[entry["policy_number"]] = Insured(**entry)
            case "sent":
                sent.append(_sent(entry))
            case other:
                raise ValueError(f"the journal holds a line of a kind that nobody reads: {other}")
    return Journal(rain=rain, insured=insured, sent=sent)


def _sent(entry: Mapping[str, Any]) -> Sent:
    return Sent(
        role=entry["role"],
        event_id=entry["event_id"],
        report=entry["report"],
        value_sha256=entry["value_sha256"],
        acknowledged=entry["acknowledged"],
        place=(entry["partition"], entry["offset"]) if entry["acknowledged"] else None,
    )
