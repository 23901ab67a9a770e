"""Where the relay begins to walk through the outbox: behind what is empty and will stay so."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from chassis.database import Connection
from chassis.publishing import outbox

SECONDS_BETWEEN = 1.0


class WalkStart:
    """The position after which rows may be.

    The index keeps an entry of a deleted row as long as any transaction could see it, and a walk from the beginning
    looks at all of them: with one long transaction every batch costs more than the one before. But positions are given
    out in one order and committed in another, so what was sent says nothing about lower positions. Who writes into the
    outbox locks it before its first position until its end. When everyone who held that lock after a position was seen
    has ended, no lower one can appear any more.
    """

    def __init__(self) -> None:
        self.after = 0
        self._seen = 0
        self._writers: AbstractSet[str] = frozenset()

    async def advance(self, connection: Connection, *, seen: int) -> None:
        """Move behind what is empty by now. `seen` is the highest position that was read."""
        writers = await outbox.writers(connection)
        self._writers &= writers
        if self._writers:
            return
        # What was seen before the last question, or, when nobody writes, before this one.
        settled = self._seen if writers else seen
        first = await outbox.first_position(connection, after=self.after)  # asked after who writes, never before
        self.after = max(self.after, settled if first is None else min(settled, first - 1))
        self._seen, self._writers = seen, writers
