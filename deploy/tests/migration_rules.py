"""What a migration may do while processes of the version before work on: squawk's rules, and two of our own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

SQUAWK = Path(sys.executable).with_name("squawk")

BREAKS_OLDER_VERSIONS = frozenset(
    (
        "adding-not-nullable-field",
        "adding-required-field",
        "ban-char-field",
        "ban-drop-column",
        "ban-drop-default",
        "ban-drop-function",
        "ban-drop-table",
        "ban-drop-view",
        "changing-column-type",
        "renaming-column",
        "renaming-object",
        "renaming-table",
    )
)
"""What the version before reads or writes is gone, or is another. `older versions stop first` allows all of these."""
LOCKS_FOR_LONG = frozenset(
    (
        "adding-field-with-default",
        "adding-foreign-key-constraint",
        "constraint-missing-not-valid",
        "disallowed-unique-constraint",
        "lock-table",
        "require-concurrent-index-creation",
        "require-concurrent-index-deletion",
        "truncate",
    )
)
"""Whoever works waits until it is done. A file may say of each, with a reason, that it is short."""
CHECKED = BREAKS_OLDER_VERSIONS | LOCKS_FOR_LONG

_STOP_FIRST = re.compile(r"^-- older versions stop first: (\S.*)$", flags=re.MULTILINE)
_ALLOWED = re.compile(r"^-- allowed: ([a-z-]+): (\S.*)$", flags=re.MULTILINE)
_OURS = {
    "lock-table": re.compile(r"^\s*LOCK\b", re.MULTILINE | re.IGNORECASE),
    "truncate": re.compile(r"^\s*TRUNCATE\b", re.MULTILINE | re.IGNORECASE),
}
_SHORTEST_REASON = 15
"""Characters, below which nothing has been explained."""


@dataclass(frozen=True)
class Violation:
    file: str
    line: int
    rule: str
    text: str

    @override
    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.text}"


def violations(files: Sequence[Path]) -> list[Violation]:
    """Return what none of `files` may do and does not say why it does, and exemptions that exempt nothing."""
    if not files:
        return []
    told = subprocess.run(
        [SQUAWK, "--reporter", "json", "--pg-version", "18.0", "--assume-in-transaction", *files],
        check=False,
        capture_output=True,
        text=True,
    )
    found = [
        Violation(one["file"], one["line"] + 1, one["rule_name"], one["message"]) for one in json.loads(told.stdout)
    ]
    unread = [one for one in found if one.rule == "syntax-error"]
    found += [one for file in files for one in _of_ours(file)]
    return unread + [one for file in files for one in _unexplained(file, found)]


def _of_ours(file: Path) -> list[Violation]:
    text = file.read_text()
    return [
        Violation(str(file), text.count("\n", 0, match.start(0)) + 1, rule, "everybody else waits")
        for rule, pattern in _OURS.items()
        for match in pattern.finditer(text)
    ]


def _unexplained(file: Path, found: Sequence[Violation]) -> list[Violation]:
    text = file.read_text()
    broken = [one for one in found if Path(one.file) == file and one.rule in CHECKED]
    stop_first = _STOP_FIRST.search(text)
    reasons = dict(_ALLOWED.findall(text))
    exempt = {rule for rule, reason in reasons.items() if rule in LOCKS_FOR_LONG and len(reason) >= _SHORTEST_REASON}
    if stop_first and len(stop_first[1]) >= _SHORTEST_REASON:
        exempt |= BREAKS_OLDER_VERSIONS
    needless = sorted(reasons.keys() - {one.rule for one in broken})
    return [
        *(one for one in broken if one.rule not in exempt),
        *(Violation(str(file), 1, rule, "is allowed here, and nothing does it") for rule in needless),
    ]
