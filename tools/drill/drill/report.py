"""The report of a run: what was done, how long it took to recover, and what the checker says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from drill.checker.invariants import Violation

_SHOWN = 8


@dataclass(kw_only=True)
class Entry:
    """One fault, or one bug. `number` is that of the list of faults."""

    number: str
    name: str
    done: list[str] = field(default_factory=list)
    """What was done, with process ids and moments."""
    reports: int = 0
    recovered_seconds: float | None = None
    oldest_event_seconds: float = 0.0
    """The highest age of an event in an outbox that was seen meanwhile."""
    violations: Sequence[Violation] = ()
    failure: str = ""
    """Why it could not be carried out as it was meant."""
    documented: frozenset[str] = frozenset()
    """Invariants of which violations are said beforehand to be lost, and how they are mended."""
    expected: frozenset[str] = frozenset()
    """Of a bug: invariants of which at least one must be violated."""

    @property
    def is_bug(self) -> bool:
        return bool(self.expected)

    @property
    def is_as_expected(self) -> bool:
        """Whether nothing is wrong, or of a bug whether the checker has noticed it."""
        if self.failure:
            return False
        if self.is_bug:
            return bool(self.expected & {one.invariant for one in self.violations})
        return not self._undocumented

    @property
    def _undocumented(self) -> Sequence[Violation]:
        return [one for one in self.violations if one.invariant not in self.documented]

    @property
    def verdict(self) -> str:
        violated = sorted({one.invariant for one in self.violations}, key=lambda name: int(name[1:]))
        if self.failure:
            return "FAILED"
        if self.is_bug:
            return f"caught by {', '.join(violated)}" if self.is_as_expected else "NOT CAUGHT"
        if self._undocumented:
            return f"VIOLATED: {', '.join(violated)}"
        return f"held but for what is documented: {', '.join(violated)}" if violated else "held"

    @property
    def recovery(self) -> str:
        return "–" if self.recovered_seconds is None else f"{self.recovered_seconds:.1f} s"


@dataclass
class Report:
    """Everything of a run, written anew after each entry."""

    path: Path
    kafka: str
    left_out: dict[str, str] = field(default_factory=dict)
    """What this machine cannot do, and why."""
    entries: list[Entry] = field(default_factory=list)
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def add(self, entry: Entry) -> None:
        """Keep an entry, and print it."""
        self.entries.append(entry)
        for line in (f"{entry.number} {entry.name}: {entry.verdict}", *_details(entry)):
            print(line, flush=True)
        self.write()

    def leave_out(self, what: str, why: str) -> None:
        self.left_out[what] = why
        print(f"{what}: left out, {why}", flush=True)
        self.write()

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.text(), encoding="utf-8")

    @property
    def is_good(self) -> bool:
        return bool(self.entries) and all(entry.is_as_expected for entry in self.entries)

    def text(self) -> str:
        """Return the report in Markdown."""
        lines = [
            "# Drill",
            "",
            f"Begun {self.began_at:%Y-%m-%d %H:%M} UTC, on {self.kafka} and PostgreSQL.",
            "Recovery: from the end of the fault, or of the last report if later, until nothing was left to do.",
            "The age is that of the oldest event seen in any outbox.",
            "",
            "| Fault | What | Reports | Recovery | Oldest event | Verdict |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {one.number} | {one.name} | {one.reports} | {one.recovery} | {one.oldest_event_seconds:.1f} s |"
            f" {one.verdict} |"
            for one in self.entries
        ]
        lines += ["", *(f"- Left out: {what}: {why}" for what, why in self.left_out.items())]
        for entry in self.entries:
            lines += ["", f"## {entry.number} {entry.name}", "", *(f"- {line.strip()}" for line in _details(entry))]
        return "\n".join(lines) + "\n"


def _details(entry: Entry) -> Sequence[str]:
    found = [f"  {one.invariant}: {one.what}" for one in entry.violations[:_SHOWN]]
    more = len(entry.violations) - _SHOWN
    return [
        *(f"  {line}" for line in entry.done),
        f"  {entry.reports} reports, recovered in {entry.recovery}",
        *([f"  failed: {entry.failure}"] if entry.failure else []),
        *found,
        *([f"  and {more} more"] if more > 0 else []),
    ]
