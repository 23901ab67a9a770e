"""What the servers have accepted: how many messages for whom, and how many of them more than once."""

from __future__ import annotations

import time
from collections import Counter


class Tally:
    """Counts messages. `identity` is the same when one message is handed over again.

    With `notes_moments` it also keeps when the first for each recipient was accepted, by the machine's monotonic clock.
    """

    def __init__(self, *, notes_moments: bool = False) -> None:
        self._moment_of: dict[str, float] | None = {} if notes_moments else None
        self._of_recipient: Counter[str] = Counter()
        self._identities: set[int] = set()
        self._repeated = 0

    def add(self, recipient: bytes, *, identity: bytes) -> None:
        """Count one accepted message."""
        name = recipient.decode("ascii")
        self._of_recipient[name] += 1
        if self._moment_of is not None:
            self._moment_of.setdefault(name, time.monotonic())
        hashed = hash(identity)
        self._repeated += hashed in self._identities
        self._identities.add(hashed)

    def take(self) -> dict[str, object]:
        """Return what was counted, and begin at zero."""
        counted: dict[str, object] = {"of_recipient": dict(self._of_recipient), "repeated": self._repeated}
        if self._moment_of is not None:
            counted["moment_of"], self._moment_of = self._moment_of, {}
        self._of_recipient.clear()
        self._identities.clear()
        self._repeated = 0
        return counted
