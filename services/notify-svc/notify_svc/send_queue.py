"""The way from a committed decision to the sender of its channel in this process, without asking the database again."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain
from uuid import UUID

from chassis.backoff import pause
from chassis.unit_of_work import Work
from contracts.vocabulary import Channel
from notify_svc.domain.attempts import Attempt
from notify_svc.domain.messages import SENT_CHANNELS, PlannedMessage, State
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.contacts import Contact
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

    def close(self) -> None:
        """Let nothing more be leased, and the sender see to what is."""
        self.is_open = False
        self.changed.set()

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

    def all(self) -> Iterator[SendQueue]:
        return chain.from_iterable(self.by_channel.values())

    async def wait_for_room(self, messages: int) -> None:
        """Wait a moment until each channel has room for so many new messages: what finds none is leased later.

        To be called before claims are locked, because a result that would free the room may be about one of them.
        """
        for queues in self.by_channel.values():
            if queues:
                roomiest = max(queues, key=_free_for_new)
                await roomiest.wait_for_room(messages, seconds=_LONGEST_WAIT_SECONDS)

    def lease_at_once(
        self, planned: Sequence[PlannedMessage], *, besides: Collection[tuple[UUID, Channel]], work: Work
    ) -> Handover:
        """Choose which of `planned` this process leases as `work` creates them, and reserve room for them.

        They can be sent, and are none of `besides`, where an older message about the claim is on its way. To be called
        before they are stored: their lease is counted from here.
        """
        sendable = [message for message in planned if message.state is State.DUE]
        if besides:
            sendable = [one for one in sendable if (one.claim.claim_id, one.channel) not in besides]
        shares: dict[Channel, Share] = {}
        for channel in SENT_CHANNELS:
            of_channel = [message for message in sendable if message.channel is channel]
            queues = self.by_channel.get(channel, ())
            size = 0
            if queues:
                roomiest = max(queues, key=_free_for_new)
                size = min(len(of_channel), roomiest.free_for_new)
                if size:
                    lease = Lease.lasting(self.lease.total_seconds())
                    roomiest.reserve(size)
                    work.after_rollback(partial(roomiest.leave_unanswered, lease, reserved=size))
                    shares[channel] = Share(queue=roomiest, lease=lease, messages=of_channel[:size])
            if size < len(of_channel):
                for queue in queues:
                    work.after_commit(queue.note_due)
        return Handover(shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Messages of one channel that a unit of work creates leased to one sender."""

    queue: SendQueue
    lease: Lease
    messages: Sequence[PlannedMessage]


class Handover:
    """The messages that a unit of work creates leased to this process, on their way to its senders."""

    def __init__(self, shares: Mapping[Channel, Share]) -> None:
        self._shares = shares
        self.leases = {channel: share.lease.lease_id for channel, share in shares.items()}
        self.leased = {message for share in shares.values() for message in share.messages}

    def complete(self, stored: Iterable[PlannedMessage], *, contacts: Mapping[UUID, Contact], work: Work) -> None:
        """Let those that were `stored` be sent once `work` is committed. What was there before is not sent again.

        `contacts` are those of addressees, as they were read in `work`.
        """
        new = set(stored)
        for channel, share in self._shares.items():
            attempt = Attempt(channel=channel, attempts=1, answers_lost=0, first_due_at=work.now)
            leased = [
                LeasedMessage(
                    message_id=message.message_id,
                    claim_id=message.claim.claim_id,
                    claim_version=message.claim.claim_version,
                    attempt=attempt,
                    lease=share.lease,
                    leased_at=work.now,
                    event=message.claim.decision,
                    contact=next(contacts[one] for one in message.claim.addressees if one in contacts),
                    trace=message.claim.trace,
                )
                for message in share.messages
                if message in new
            ]
            work.after_commit(partial(share.queue.put, leased, reserved=len(share.messages)))


def _free_for_new(queue: SendQueue) -> int:
    return queue.free_for_new


def _do_nothing() -> None:
    pass
