"""What this process commits, on the way to its own relay: the table decides what is sent, this spares reading it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from chassis.publishing.outbox import HEADER_ALLOWANCE_BYTES, OutboxMessage

_LARGEST_BYTES = 16 * 1_048_576


class Handoff:
    """Between the units of work of a process and its relay.

    `changed` is set after a commit and stays set until the relay has acted on it: when it leads it looks into the
    table, when it stands by it tells the leader. Without a relay, as in a command, the transaction itself has to tell.
    """

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.has_relay = False
        self._is_leading = False
        self._messages: dict[bytes, OutboxMessage] = {}
        self._bytes = 0

    def lead(self) -> None:
        """Keep from now on what is committed, for the relay to send."""
        self._is_leading = True

    def follow(self) -> None:
        """Keep nothing: another process may send what this one commits, and it would stay here for ever."""
        self._is_leading = False
        self.forget()
        self.changed.set()  # what was committed while this process seemed to lead is known to no other

    def forget(self) -> None:
        """Keep nothing of what was committed so far: the relay reads it instead."""
        self._messages.clear()
        self._bytes = 0

    def committed(self, messages: Iterable[OutboxMessage]) -> None:
        """Wake the relay; never before the commit, because what was rolled back would stay here for ever."""
        if self._is_leading:
            for message in messages:
                if self._bytes > _LARGEST_BYTES:
                    break
                self._messages[message.event_id.bytes] = message
                self._bytes += _size(message)
        self.changed.set()

    @property
    def messages(self) -> Mapping[bytes, OutboxMessage]:
        """By the bytes of their event ids, which no other row can have, whatever becomes of the positions."""
        return self._messages

    def sent(self, messages: Sequence[OutboxMessage]) -> None:
        """Forget what has left."""
        for message in messages:
            if self._messages.pop(message.event_id.bytes, None) is not None:
                self._bytes -= _size(message)


def _size(message: OutboxMessage) -> int:
    return len(message.payload) + HEADER_ALLOWANCE_BYTES
