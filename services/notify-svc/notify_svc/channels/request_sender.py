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
from time import perf_counter
from uuid import UUID

import structlog
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from uuid_utils.compat import uuid7

from chassis.backoff import Backoff, pause
from chassis.clock import elapsed_seconds
from chassis.crash_points import crash_point
from chassis.errors import is_order_to_end, is_transient
from chassis.sealing import Opener
from chassis.service import Runtime
from chassis.telemetry.tracing import trace_id_of
from chassis.unit_of_work import Work
from contracts.message_requests import Priority
from contracts.vocabulary import Channel
from notify_svc.channels.results import RETRIED_RESULTS
from notify_svc.channels.transport import OpenRequestTransport, RequestTransport
from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, NoAddress, Refused, Result, Retry
from notify_svc.domain.requests import KEPT_FOR, Request, SettleRequest, next_step_of
from notify_svc.metrics import ANSWERS_LOST, SEND_RETRIES, SEND_SECONDS
from notify_svc.repository import requests
from notify_svc.repository.leases import Lease
from notify_svc.repository.requests import LeasedRequest
from notify_svc.sealed_contents import Unusable, open_contents
from notify_svc.settings import RequestSettings
from notify_svc.settled_requests import publish_settled_requests

log = structlog.get_logger(__name__)

_STOPPING_PAUSE_SECONDS = 0.2
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
        self._trouble = runtime.trouble("request sender")
        self._room = {(channel, priority): settings.concurrency for channel in transports for priority in Priority}
        self._tasks: dict[asyncio.Task[None], LeasedRequest] = {}
        self._failure: BaseException | None = None
        self._forget_settled_at = 0.0

    async def run(self) -> None:
        """Send until the service stops, then finish what is leased."""
        stopping = self._runtime.stopping
        backoff = Backoff(stopping)
        waker = asyncio.create_task(self._wake_at_stop(), name="request sender's waker")
        try:
            while not stopping.is_set() or self._tasks:
                if self._failure is not None:
                    raise self._failure
                try:
                    self._due.clear()
                    with self._trouble.attempt():
                        seconds = await self._look()
                except Exception as error:
                    if not is_transient(error):
                        raise
                    self._trouble.failed(error)
                    await (asyncio.sleep(_STOPPING_PAUSE_SECONDS) if stopping.is_set() else backoff.wait())
                else:
                    self._trouble.recovered()
                    backoff.reset()
                    await pause(self._due, seconds)
        finally:
            waker.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(waker, *self._tasks, return_exceptions=True)
            for transport in self._transports.values():
                await transport.close()

    async def _wake_at_stop(self) -> None:
        await self._runtime.stopping.wait()
        self._due.set()

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
        sending = [leased.request.request_id for leased in self._tasks.values()]
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
        self._room[_lane_of(leased.request)] -= 1
        task = asyncio.create_task(self._send_and_record(leased, lease), name="send a requested message")
        self._tasks[task] = leased
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        leased = self._tasks.pop(task)
        self._room[_lane_of(leased.request)] += 1
        if not task.cancelled() and (error := task.exception()):
            self._failure = error
        self._due.set()

    async def _send_and_record(self, leased: LeasedRequest, lease: Lease) -> None:
        result = await self._send(leased, lease)
        backoff = Backoff(self._runtime.stopping)
        while True:
            try:
                async with self._runtime.transaction() as work:
                    await self._record(work, leased, result)
            except Exception as error:
                if not is_transient(error):
                    raise
                self._trouble.failed(error)
                stops = self._runtime.stopping.is_set()
                await (asyncio.sleep(_STOPPING_PAUSE_SECONDS) if stops else backoff.wait())
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
            work.after_commit(partial(_tell, leased, result, step))

    async def _send(self, leased: LeasedRequest, lease: Lease) -> Result:
        channel = leased.request.channel
        transport = self._transports[channel]
        span = self._runtime.tracing.start(
            f"send requested {channel}",
            parent=leased.request.trace,
            kind=SpanKind.CLIENT,
            attributes=transport.span_attributes,
        )
        if span is None:
            return await self._attempt(leased, lease, transport)
        try:
            result = await self._attempt(leased, lease, transport)
            _mark(span, result)
        finally:
            span.end()
        return result

    async def _attempt(self, leased: LeasedRequest, lease: Lease, transport: RequestTransport) -> Result:
        """Open, write and hand over one message. A defect of this service fails this attempt alone."""
        request, handover = leased.request, None
        try:
            contents = open_contents(request, self._opener)
            if isinstance(contents, Unusable):  # it was not when it came: its key is gone
                return Refused(contents.code)
            handover = transport.write(leased, contents)
            if isinstance(handover, (NoAddress, Refused, Deferred)):
                return handover
            crash_point("notify.before_send")
            began = perf_counter()
            try:
                result = await handover(lease)
            finally:
                SEND_SECONDS.labels(request.channel.value).observe(perf_counter() - began)
            crash_point("notify.after_send")
        except BaseException as error:  # whatever one message fails on, other customers get theirs
            if is_order_to_end(error):
                raise
            log.error("attempt.failed", channel=request.channel, error=type(error).__name__, **_fields_of(request))  # noqa: TRY400 - a traceback shows what stood in the message
            reason = f"defect-{type(error).__name__}"
            return Deferred(reason) if handover is None else AnswerLost(reason)
        return result


def _tell(leased: LeasedRequest, result: Result, step: SettleRequest | Retry) -> None:
    """Count and log what followed an attempt, where it did not just succeed."""
    channel = leased.request.channel
    if isinstance(result, AnswerLost):
        following = "retried" if isinstance(step, Retry) else "settled"
        ANSWERS_LOST.labels(channel.value, following).inc()
        log.warning("answer.lost", channel=channel, step=following, reason=result.reason, **_fields_of(leased.request))
    if isinstance(step, Retry):
        SEND_RETRIES.labels(channel.value, RETRIED_RESULTS[type(result)]).inc()


def _mark(span: Span, result: Result) -> None:
    if isinstance(result, Accepted):
        return
    span.set_attribute("error.type", result.reason)
    span.set_status(Status(StatusCode.ERROR))


def _lane_of(request: Request) -> tuple[Channel, Priority]:
    return request.channel, request.priority


def _fields_of(request: Request) -> dict[str, str | None]:
    """Return the fields of a log line about a request: never to whom it goes, nor what it says."""
    return {"request_id": str(request.request_id), "trace_id": trace_id_of(request.trace)}
