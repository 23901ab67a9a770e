"""The way from a committed decision to the sender of its channel in this process, without asking the database again."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from chassis.backoff import pause
from chassis.unit_of_work import Work
from contracts.vocabulary import Channel
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease

_LONGEST_WAIT_SECONDS = 0.1


class SendQueue:
    """Messages leased to one sender, from the lease until their result is recorded.

    `capacity` bounds them, so that a process that dies leaves few messages in doubt.
    """

    def __init__(self, *, capacity: int) -> None:
        self.capacity = capacity
        self.waiting: deque[LeasedMessage] = deque()
        self.changed = asyncio.Event()
        self.more_are_due = True
        """Whether messages may be due in the database: they go first."""
        self.on_put: Callable[[], None] = _do_nothing
        """Called when messages begin to wait."""
        self.is_open = False
        """Whether more messages may be leased: not while the channel is paused, nor at the end."""
        self._freed = asyncio.Event()
        self._reserved = 0
        self._unanswered: dict[Lease, int] = {}
        self._held: set[LeasedMessage] = set()
        self._held_under: Counter[Lease] = Counter()

    @property
    def occupied(self) -> int:
        """How many messages are leased, or will be when a transaction commits."""
        return len(self._held) + self._reserved

    @property
    def free(self) -> int:
        """How many messages more may be leased."""
        return max(0, self.capacity - self.occupied) if self.is_open else 0

    @property
    def free_for_new(self) -> int:
        """How many messages may be leased as they are created."""
        return 0 if self.more_are_due else self.free

    async def wait_for_room(self, wanted: int, *, seconds: float) -> None:
        """Wait until `wanted` new messages may be leased, or as many as ever; at most for `seconds`."""
        until = asyncio.get_running_loop().time() + seconds
        while self.is_open and self.free_for_new < min(wanted, self.capacity):
            self._freed.clear()
            if not await pause(self._freed, until - asyncio.get_running_loop().time()):
                return

    @property
    def held(self) -> Collection[UUID]:
        """The ids of all messages of which the result is still to be recorded."""
        return [message.message_id for message in self._held]

    def reserve(self, size: int) -> None:
        """Reserve room for `size` messages, no more than are free. `put` or `leave_unanswered` must follow."""
        self._reserved += size

    def leave_unanswered(self, lease: Lease, *, reserved: int) -> None:
        """Keep the room of a transaction that failed: it may have been committed before its answer was lost.

        Nothing of it is ever sent under `lease`. The sender gives the lease back.
        """
        self._unanswered[lease] = reserved
        self.changed.set()

    @property
    def unanswered(self) -> Collection[Lease]:
        """The leases that are to be given back, if they are stored at all."""
        return list(self._unanswered)

    def given_back(self, unanswered: Iterable[Lease]) -> None:
        """Free the room of leases that are given back; what was leased under them is due."""
        self._reserved -= sum(self._unanswered.pop(lease) for lease in unanswered)
        self._freed.set()
        self.note_due()

    def put(self, leased: Sequence[LeasedMessage], *, reserved: int) -> None:
        """Let these be sent, whose lease is committed, in the room reserved for them."""
        self._reserved -= reserved
        self._held.update(leased)
        self._held_under.update(message.lease for message in leased)
        self.waiting.extend(leased)
        self.on_put()
        self.changed.set()
        self._freed.set()

    def note_due(self) -> None:
        """Let the sender look into the database, where messages are due."""
        self.more_are_due = True
        self.changed.set()

    def leases_ended_by(self, done: Iterable[LeasedMessage]) -> Sequence[UUID]:
        """Return the leases under which nothing is left once the results of `done` are recorded."""
        under = Counter(message.lease for message in done)
        return [lease.lease_id for lease, count in under.items() if count == self._held_under[lease]]

    def remove(self, done: Collection[LeasedMessage]) -> None:
        """Forget messages whose results are recorded."""
        self._held.difference_update(done)
        self._held_under -= Counter(message.lease for message in done)
        self._freed.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Room for `size` messages with a sender, which a unit of work leases to it under `lease`."""

    queue: SendQueue
    size: int
    lease: Lease


class SendQueues:
    """The queues of the senders of this process, by channel; none while no sender runs."""

    def __init__(self, *, lease: timedelta) -> None:
        self.lease = lease
        """How long messages are leased."""
        self.by_channel: dict[Channel, list[SendQueue]] = {}

    def attach(self, channel: Channel, queue: SendQueue) -> None:
        self.by_channel.setdefault(channel, []).append(queue)

    def detach(self, channel: Channel, queue: SendQueue) -> None:
        self.by_channel[channel].remove(queue)

    async def reserve(self, wanted: Mapping[Channel, int], *, work: Work) -> Mapping[Channel, Room]:
        """Reserve room for up to `wanted` messages, until `work` ends; a channel without room is left out.

        To be called before `work` leases them: the lease is counted from here. Waits a moment for senders that are
        behind: what finds no room costs a lease of its own later.
        """
        chosen = {
            channel: max(queues, key=lambda queue: queue.free_for_new)
            for channel in wanted
            if (queues := self.by_channel.get(channel))
        }
        for channel, queue in chosen.items():
            await queue.wait_for_room(wanted[channel], seconds=_LONGEST_WAIT_SECONDS)
        rooms: dict[Channel, Room] = {}
        for channel, queue in chosen.items():
            if size := min(wanted[channel], queue.free_for_new):
                queue.reserve(size)
                lease = Lease.lasting(self.lease.total_seconds())
                work.after_rollback(partial(queue.leave_unanswered, lease, reserved=size))
                rooms[channel] = Room(queue=queue, size=size, lease=lease)
        return rooms

    def note_due(self, channels: Iterable[Channel]) -> None:
        """Let the senders of `channels` look for what is due."""
        for channel in channels:
            for queue in self.by_channel.get(channel, ()):
                queue.note_due()


def _do_nothing() -> None:
    pass
