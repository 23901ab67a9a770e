"""What the servers have accepted: how many messages for whom, and how many of them more than once."""

from __future__ import annotations

from collections import Counter


class Tally:
    """Counts messages. `identity` is the same when one message is handed over again."""

    def __init__(self) -> None:
        self._of_recipient: Counter[str] = Counter()
        self._identities: set[int] = set()
        self._repeated = 0

    def add(self, recipient: bytes, *, identity: bytes) -> None:
        """Count one accepted message."""
        self._of_recipient[recipient.decode("ascii")] += 1
        hashed = hash(identity)
        self._repeated += hashed in self._identities
        self._identities.add(hashed)

    def take(self) -> dict[str, object]:
        """Return what was counted, and begin at zero."""
        counted: dict[str, object] = {"of_recipient": dict(self._of_recipient), "repeated": self._repeated}
        self._of_recipient.clear()
        self._identities.clear()
        self._repeated = 0
        return counted
