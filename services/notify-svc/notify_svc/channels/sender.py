"""Sends on one channel: takes what was leased as it was created, leases what is due, hands over, records the results.

An attempt is counted and committed before anything leaves the process, and nothing is sent inside a transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime
from functools import partial

from chassis.service import Runtime
from chassis.unit_of_work import Work
from contracts.vocabulary import Channel
from notify_svc.channels.attempts import Attempts
from notify_svc.channels.results import Results, claim_fields, record
from notify_svc.channels.sender_loop import SenderLoop
from notify_svc.channels.transport import OpenTransport, Transport
from notify_svc.domain.attempts import AnswerLost, Result, Unreachable
from notify_svc.domain.quiet_hours import QuietHours
from notify_svc.repository import attempts, leases, messages
from notify_svc.repository.leases import Lease
from notify_svc.send_queue import SendQueue, SendQueues
from notify_svc.settings import SenderSettings
from notify_svc.settlements import publish_settled

_LONGEST_PAUSE_SECONDS = 30.0
_EXPIRY_CHECKS_PER_LEASE = 4


async def run_sender(
    runtime: Runtime,
    *,
    queues: SendQueues,
    results: Results,
    open_transport: OpenTransport,
    channel: Channel,
    settings: SenderSettings,
    quiet_hours: QuietHours | None = None,
) -> None:
    """Send on `channel` until the service stops; several processes may send on the same channel.

    `queues` bring what this process leases to itself as it creates messages; `results` are those of all its senders.
    In `quiet_hours` nothing is leased, by whatever way: what becomes due stays due in the table until they are over.
    """
    queue = SendQueue(capacity=settings.concurrency)
    queues.attach(channel, queue)
    try:
        sender = _Sender(
            runtime,
            open_transport(),
            queue=queue,
            results=results,
            channel=channel,
            settings=settings,
            quiet_hours=quiet_hours,
        )
        await sender.run()
    finally:
        queues.detach(channel, queue)


class _Sender:
    def __init__(
        self,
        runtime: Runtime,
        transport: Transport,
        *,
        queue: SendQueue,
        results: Results,
        channel: Channel,
        settings: SenderSettings,
        quiet_hours: QuietHours | None,
    ) -> None:
        self._quiet_hours = quiet_hours
        self._is_quiet = False
        self._runtime = runtime
        self._transport = transport
        self._queue = queue
        queue.on_put = self._start_task
        self._channel = channel
        self._settings = settings
        self._loop = SenderLoop(runtime, part=f"{channel.value} sender", changed=queue.changed)
        self._is_starting = False
        self._results = results
        self._task_name = f"send {channel}"
        self._attempts = Attempts(
            runtime.tracing, channel=channel, span_name=self._task_name, span_attributes=transport.span_attributes
        )
        self._look_at = 0.0
        self._check_expired_at = 0.0
        self._resume_at = 0.0
        self._unreachable_in_a_row = 0

    async def run(self) -> None:
        """Send until the service stops, then finish what is leased."""
        queue = self._queue
        queue.is_open = True
        try:
            await self._loop.run(self._look, is_busy=lambda: queue.occupied > 0, on_stop=queue.close)
        finally:
            await self._transport.close()

    async def _look(self) -> float:
        """Do what is to be done; return for how many seconds there is nothing, at most until the next look."""
        await self._exchange()
        return min(self._settings.poll_seconds, self._results.seconds_left())

    async def _exchange(self) -> None:
        """Record results, look for expired leases, and start what is due; each a short transaction of its own."""
        runtime, queue = self._runtime, self._queue
        now = asyncio.get_running_loop().time()
        if self._results.seconds_left() <= 0:
            await self._results.record(runtime)
        if unanswered := queue.unanswered:
            async with runtime.transaction() as work:
                await self._give_back(unanswered, work=work)
            queue.given_back(unanswered)
        if runtime.stopping.is_set() or now < self._resume_at:
            return
        queue.is_open = not self._is_quiet
        if now >= self._check_expired_at:
            self._check_expired_at = now + self._settings.lease.total_seconds() / _EXPIRY_CHECKS_PER_LEASE
            await self._end_expired_leases()
        if now >= self._look_at or (queue.more_are_due and queue.free * 2 >= queue.capacity):
            self._look_at = now + self._settings.poll_seconds
            if (queue.more_are_due and not self._is_quiet) or await self._has_due():
                await self._start_due()

    def _note_quiet_hours(self, now: datetime) -> bool:
        """Note whether it is quiet, where this is told the time anyway: nothing is asked for it."""
        self._is_quiet = self._quiet_hours is not None and self._quiet_hours.cover(now)
        if self._is_quiet:
            self._queue.is_open = False
        return self._is_quiet

    async def _has_due(self) -> bool:
        """Whether room has to be kept for what is due: a look that finds nothing must not take it from what is new."""
        async with self._runtime.work.connection() as connection:
            database_now, first = await attempts.first_due(connection, channel=self._channel)
        now = self._runtime.clock.reading(database_now)
        if self._note_quiet_hours(now):
            return False
        return first is not None and first <= now

    async def _start_due(self) -> None:
        queue, duration = self._queue, self._settings.lease
        room = queue.free
        queue.more_are_due = True
        if not room:
            return
        queue.reserve(room)
        queue.more_are_due = False  # who stores more while we look says so
        lease = Lease.lasting(duration.total_seconds())
        try:
            async with self._runtime.transaction() as work:
                is_quiet = self._note_quiet_hours(work.now)
                due = await attempts.lease_due(
                    work.connection,
                    channel=self._channel,
                    lease=lease,
                    now=work.now,
                    leased_until=work.now + duration,
                    limit=0 if is_quiet else room,
                )
        except BaseException:
            queue.leave_unanswered(lease, reserved=room)
            raise
        queue.more_are_due |= len(due) == room
        queue.put(due, reserved=room)

    async def _give_back(self, unanswered: Collection[Lease], *, work: Work) -> None:
        """Make due again what may be leased to this process without its knowledge: none of it was handed over."""
        lease_ids = [lease.lease_id for lease in unanswered]
        claim_ids = await leases.give_back(work.connection, channel=self._channel, lease_ids=lease_ids)
        publish_settled(work, await messages.supersede_older(work.connection, claim_ids=claim_ids, now=work.now))

    async def _end_expired_leases(self) -> None:
        """Treat a lease of another process that is over without a result as an attempt whose answer was lost."""
        async with self._runtime.transaction() as work:
            expired = await attempts.lock_expired(
                work.connection,
                channel=self._channel,
                now=work.now,
                besides=self._queue.held,
                limit=self._settings.concurrency,
            )
            lost = [(leased, AnswerLost("lease-expired")) for leased in expired]
            await record(work, lost, policy=self._settings.retry_policy)
            await leases.end_expired(work.connection, channel=self._channel, now=work.now)

    def _start_task(self) -> None:
        """Start one more task that sends what waits, unless one is about to begin anyway."""
        if self._queue.waiting and not self._is_starting:
            self._is_starting = True
            self._loop.start(self._send_waiting(), name=self._task_name)

    async def _send_waiting(self) -> None:
        """Send one waiting message after another, beside as many other tasks as are waiting for the server."""
        self._is_starting = False
        waiting = self._queue.waiting
        while waiting:
            leased = waiting.popleft()
            self._start_task()
            write = partial(self._transport.write, leased, now=leased.leased_at)
            fields = partial(claim_fields, leased)
            result = await self._attempts.make(write, lease=leased.lease, trace=leased.trace, fields=fields)
            self._note_reachability(result)
            self._results.add(leased, result, queue=self._queue)

    def _note_reachability(self, result: Result) -> None:
        """Pause the channel when no server listens: every message tried would fail and have to wait."""
        if not isinstance(result, Unreachable):
            self._unreachable_in_a_row = 0
            return
        now = asyncio.get_running_loop().time()
        if now < self._resume_at:
            return
        self._unreachable_in_a_row = min(self._unreachable_in_a_row + 1, 16)
        pause_seconds = min(_LONGEST_PAUSE_SECONDS, 0.5 * 2**self._unreachable_in_a_row)
        self._resume_at = now + pause_seconds
        self._queue.is_open = False
