"""Faults that an outside system shows on request: which, for whom, and how often."""

import fnmatch
import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

MAIL_FAULTS_FILE = "smtp-faults.json"
SMS_FAULTS_FILE = "smsc-faults.json"


@dataclass(frozen=True)
class Fault:
    """A wrong answer for recipients that match `recipient`, a pattern such as `*@example.nl` or `31612*`.

    The module of each server lists the values of `action`. With `times` the fault ends after that many messages.
    """

    recipient: str
    action: str
    times: int | None = None


class FaultRules:
    """Faults in a JSON file, which is read for every message: a test changes them while the server runs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._used: Counter[Fault] = Counter()
        self._read_at_ns = 0

    def action_for(self, recipient: str, *, among: Collection[str]) -> str | None:
        """Action, one of `among`, of the first fault that matches and is not used up."""
        for fault in self._faults():
            matches = fault.action in among and fnmatch.fnmatchcase(recipient, fault.recipient)
            if matches and not self._is_used_up(fault):
                self._used[fault] += 1
                return fault.action
        return None

    def _faults(self) -> list[Fault]:
        try:
            changed_at_ns = self._path.stat().st_mtime_ns
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        if changed_at_ns != self._read_at_ns:
            self._read_at_ns = changed_at_ns
            self._used.clear()
        return [Fault(**entry) for entry in content]

    def _is_used_up(self, fault: Fault) -> bool:
        return fault.times is not None and self._used[fault] >= fault.times


def write_faults(path: Path, faults: Sequence[Fault]) -> None:
    """Replace the faults in the file; their use is counted from zero."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps([asdict(fault) for fault in faults]), encoding="utf-8")
    draft.replace(path)
