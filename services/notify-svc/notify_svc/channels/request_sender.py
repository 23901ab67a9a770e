"""Sends requested messages: each channel and priority has places of its own, so that a code waits for nothing else.

There are few of them and each is waited for, so that every result is recorded at once and by itself. An attempt is
counted and committed before anything leaves the process, and nothing is sent inside a transaction. What was sealed is
opened for one attempt.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Mapping
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.backoff import Backoff
from chassis.clock import elapsed_seconds
from chassis.errors import is_transient
from chassis.sealing import Opener
from chassis.service import Runtime
from chassis.telemetry.tracing import trace_id_of
from chassis.unit_of_work import Work
from contracts.message_requests import Priority
from contracts.vocabulary import Channel
from notify_svc.channels.attempts import Attempts
from notify_svc.channels.results import tell
from notify_svc.channels.sender_loop import SenderLoop
from notify_svc.channels.transport import Handover, OpenRequestTransport, RequestTransport
from notify_svc.domain.attempts import AnswerLost, Deferred, NoAddress, Refused, Result, Retry
from notify_svc.domain.requests import KEPT_FOR, Request, next_step_of
from notify_svc.repository import requests
from notify_svc.repository.leases import Lease
from notify_svc.repository.requests import LeasedRequest
from notify_svc.sealed_contents import Unusable, open_contents
from notify_svc.settings import RequestSettings
from notify_svc.settlements import publish_settled_requests

_SHORTEST_PAUSE_SECONDS = 0.2
"""What is due and was not leased is locked by another process: look again, but not at once."""
_FORGET_EVERY_SECONDS = 3_600
_EXPIRED_AT_ONCE = 500
"""After an outage many may have expired; none of them keeps what is due waiting for long."""


async def run_request_sender(
    runtime: Runtime,
    *,
    due: asyncio.Event,
    opener: Opener,
    open_transports: Mapping[Channel, OpenRequestTransport],
    settings: RequestSettings,
) -> None:
    """Send requested messages until the service stops; several processes may do so.

    `due` is set when this process has stored a request.
    """
    transports = {channel: open_transport() for channel, open_transport in open_transports.items()}
    await _RequestSender(runtime, transports, due=due, opener=opener, settings=settings).run()


class _RequestSender:
    def __init__(
        self,
        runtime: Runtime,
        transports: Mapping[Channel, RequestTransport],
        *,
        due: asyncio.Event,
        opener: Opener,
        settings: RequestSettings,
    ) -> None:
        self._runtime = runtime
        self._transports = transports
        self._due = due
        self._opener = opener
        self._settings = settings
        self._loop = SenderLoop(runtime, part="request sender", changed=due)
        self._attempts = {
            channel: Attempts(
                runtime.tracing,
                channel=channel,
                span_name=f"send requested {channel}",
                span_attributes=transport.span_attributes,
            )
            for channel, transport in transports.items()
        }
        self._room = {(channel, priority): settings.concurrency for channel in transports for priority in Priority}
        self._sending: set[LeasedRequest] = set()
        self._forget_settled_at = 0.0

    async def run(self) -> None:
        """Send until the service stops, then finish what is leased."""
        try:
            await self._loop.run(self._look, is_busy=lambda: bool(self._sending), on_stop=self._due.set)
        finally:
            for transport in self._transports.values():
                await transport.close()

    async def _look(self) -> float:
        """Start what is due, end what has expired, and what a process left behind that has died.

        Return for how many seconds there is nothing to do, as far as this process knows. What it stores itself, and
        an attempt that ends, wake it before.
        """
        longest = self._settings.poll_seconds
        if self._runtime.stopping.is_set():
            return longest
        if asyncio.get_running_loop().time() >= self._forget_settled_at:
            await self._forget_settled()
        sending = [leased.request.request_id for leased in self._sending]
        room = {lane: free for lane, free in self._room.items() if free}
        async with self._runtime.work.connection() as connection:
            database_now, first = await requests.next_work(connection, lanes=room.keys(), besides=sending)
        if first is None:
            return longest
        if (seconds := (first - self._runtime.clock.reading(database_now)).total_seconds()) > 0:
            return min(seconds, longest)
        await self._start_due(room, sending=sending)
        return min(_SHORTEST_PAUSE_SECONDS, longest)

    async def _start_due(self, room: Mapping[tuple[Channel, Priority], int], *, sending: Collection[UUID]) -> None:
        duration = self._settings.lease
        began = elapsed_seconds()
        async with self._runtime.transaction() as work:
            for abandoned in await requests.lock_abandoned(work.connection, now=work.now, besides=sending):
                await self._record(work, abandoned, AnswerLost("lease-expired"))
            expired = await requests.expire(work.connection, now=work.now, limit=_EXPIRED_AT_ONCE)
            publish_settled_requests(work, expired)
            due = await requests.lease_due(work.connection, room=room, now=work.now, leased_until=work.now + duration)
        for leased in due:
            # Nothing is handed over that could arrive when it has expired.
            lasts = min(duration, leased.request.expires_at - leased.leased_at)
            self._start(leased, Lease(uuid7(), began + lasts.total_seconds()))

    async def _forget_settled(self) -> None:
        self._forget_settled_at = asyncio.get_running_loop().time() + _FORGET_EVERY_SECONDS
        async with self._runtime.transaction() as work:
            await requests.delete_settled(work.connection, before=work.now - KEPT_FOR)

    def _start(self, leased: LeasedRequest, lease: Lease) -> None:
        self._sending.add(leased)
        self._room[_lane_of(leased.request)] -= 1
        self._loop.start(self._send(leased, lease), name="send a requested message")

    async def _send(self, leased: LeasedRequest, lease: Lease) -> None:
        try:
            request = leased.request
            result = await self._attempts[request.channel].make(
                partial(self._write, leased), lease=lease, trace=request.trace, fields=partial(_fields_of, request)
            )
            await self._record_at_last(leased, result)
        finally:
            self._sending.remove(leased)
            self._room[_lane_of(leased.request)] += 1
            self._due.set()

    def _write(self, leased: LeasedRequest) -> Handover | NoAddress | Refused | Deferred:
        contents = open_contents(leased.request, self._opener)
        if isinstance(contents, Unusable):  # it was not when it came: its key is gone
            return Refused(contents.code)
        return self._transports[leased.request.channel].write(leased, contents)

    async def _record_at_last(self, leased: LeasedRequest, result: Result) -> None:
        backoff = Backoff(self._runtime.stopping)
        while True:
            try:
                async with self._runtime.transaction() as work:
                    await self._record(work, leased, result)
            except Exception as error:
                if not is_transient(error):
                    raise
                await self._loop.wait_out(error, backoff)
            else:
                return

    async def _record(self, work: Work, leased: LeasedRequest, result: Result) -> None:
        """Record what follows from `result`; publish it and erase what was sealed when that is the end."""
        step = next_step_of(
            result,
            request=leased.request,
            attempt=leased.attempt,
            takes=self._settings.send_timeout,
            now=work.now,
            jitter=random.random(),  # noqa: S311 - spreads load, hides nothing
        )
        answer_lost = isinstance(result, AnswerLost)
        if isinstance(step, Retry):
            is_recorded = await requests.retry(work.connection, leased=leased, step=step, answer_lost=answer_lost)
        else:
            settled = await requests.settle(
                work.connection, leased=leased, step=step, answer_lost=answer_lost, now=work.now
            )
            is_recorded = settled is not None
            if settled is not None:
                publish_settled_requests(work, [settled])
        if is_recorded:
            channel, fields = leased.request.channel, partial(_fields_of, leased.request)
            work.after_commit(partial(tell, result, channel=channel, is_retried=isinstance(step, Retry), fields=fields))


def _lane_of(request: Request) -> tuple[Channel, Priority]:
    return request.channel, request.priority


def _fields_of(request: Request) -> dict[str, str | None]:
    """Return the fields of a log line about a request: never to whom it goes, nor what it says."""
    return {"request_id": str(request.request_id), "trace_id": trace_id_of(request.trace)}
