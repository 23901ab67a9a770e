"""Sends what is due on one channel: leases messages, hands them over concurrently, records the results.

An attempt is counted and committed before anything leaves the process, and nothing is sent inside a transaction.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import structlog
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from uuid_utils.compat import uuid7

from chassis.backoff import Backoff, pause
from chassis.crash_points import crash_point
from chassis.errors import is_order_to_end, is_transient
from chassis.service import Runtime
from chassis.telemetry.tracing import trace_id_of
from chassis.unit_of_work import Work
from contracts.vocabulary import Channel
from notify_svc.channels.transport import Lease, OpenTransport, Transport
from notify_svc.domain.attempts import (
    Accepted,
    AnswerLost,
    Deferred,
    LeaseLost,
    NoAddress,
    Refused,
    Result,
    Retry,
    Settle,
    Unreachable,
    next_step,
)
from notify_svc.domain.messages import LETTER_AFTER
from notify_svc.metrics import ANSWERS_LOST, SEND_RETRIES, SEND_SECONDS
from notify_svc.repository import attempts, letters, messages
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.messages import SettledMessage
from notify_svc.settings import SenderSettings
from notify_svc.settled_messages import publish_settled

log = structlog.get_logger(__name__)

_LONGEST_PAUSE_SECONDS = 30.0
_EXPIRY_CHECKS_PER_LEASE = 4
_STOPPING_PAUSE_SECONDS = 0.2


async def run_sender(
    runtime: Runtime, *, open_transport: OpenTransport, channel: Channel, settings: SenderSettings
) -> None:
    """Send on `channel` until the service stops; several processes may send on the same channel."""
    await _Sender(runtime, open_transport(), channel=channel, settings=settings).run()


class _Sender:
    def __init__(self, runtime: Runtime, transport: Transport, *, channel: Channel, settings: SenderSettings) -> None:
        self._runtime = runtime
        self._transport = transport
        self._channel = channel
        self._settings = settings
        self._trouble = runtime.trouble(f"{channel.value} sender")
        self._sending: dict[asyncio.Task[Result], LeasedMessage] = {}
        self._finished: list[tuple[LeasedMessage, Result]] = []
        self._send_seconds = SEND_SECONDS.labels(channel.value)
        self._check_expired_at = 0.0
        self._resume_at = 0.0
        self._unreachable_in_a_row = 0

    async def run(self) -> None:
        """Send until the service stops, then finish what is being sent."""
        stopping = self._runtime.stopping
        backoff = Backoff(stopping)
        try:
            while not stopping.is_set() or self._sending or self._finished:
                try:
                    with self._trouble.attempt():
                        await self._exchange()
                except Exception as error:
                    if not is_transient(error):
                        raise
                    self._trouble.failed(error)
                    await (asyncio.sleep(_STOPPING_PAUSE_SECONDS) if stopping.is_set() else backoff.wait())
                else:
                    self._trouble.recovered()
                    backoff.reset()
                    await self._wait()
        finally:
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)
            await self._transport.close()

    async def _exchange(self) -> None:
        """Record results, look for expired leases, and start what is due; each a short transaction of its own."""
        runtime = self._runtime
        now = asyncio.get_running_loop().time()
        if self._finished:
            async with runtime.transaction() as work:
                await self._record(self._finished, work=work)
            self._finished = []
        if runtime.stopping.is_set() or now < self._resume_at:
            return
        if now >= self._check_expired_at:
            self._check_expired_at = now + self._settings.lease.total_seconds() / _EXPIRY_CHECKS_PER_LEASE
            await self._end_expired_leases()
        await self._start_due()

    async def _start_due(self) -> None:
        room = self._settings.concurrency - len(self._sending)
        if room <= 0:
            return
        duration = self._settings.lease
        lease = Lease.lasting(duration.total_seconds())
        async with self._runtime.transaction() as work:
            due = await attempts.lease_due(
                work.connection, channel=self._channel, now=work.now, leased_until=work.now + duration, limit=room
            )
        for leased in due:
            task = asyncio.create_task(self._send(leased, lease, now=work.now))
            self._sending[task] = leased

    async def _end_expired_leases(self) -> None:
        """Treat a lease of another process that is over without a result as an attempt whose answer was lost."""
        async with self._runtime.transaction() as work:
            expired = await attempts.lock_expired(
                work.connection,
                channel=self._channel,
                now=work.now,
                besides=[leased.message_id for leased in self._sending.values()],
                limit=self._settings.concurrency,
            )
            await self._record([(leased, AnswerLost("lease-expired")) for leased in expired], work=work)

    async def _record(self, finished: Sequence[tuple[LeasedMessage, Result]], *, work: Work) -> None:
        if not finished:
            return
        await attempts.lock(work.connection, message_ids=[leased.message_id for leased, _ in finished])
        outcomes = [(leased, result, self._next_step(leased, result, now=work.now)) for leased, result in finished]
        settling = [(leased, step) for leased, _, step in outcomes if isinstance(step, Settle)]
        retrying = [(leased, step) for leased, _, step in outcomes if isinstance(step, Retry)]
        answers_lost = [leased.message_id for leased, result in finished if isinstance(result, AnswerLost)]
        settled = await attempts.settle(work.connection, settled=settling, answers_lost=answers_lost, now=work.now)
        recorded = {message.message_id for message in settled}
        settled = [*settled, *await self._plan_letters(settled, work=work)]
        if retrying:
            recorded |= await attempts.retry(work.connection, retried=retrying, answers_lost=answers_lost)
            claim_ids = {leased.claim_id for leased, _ in retrying}
            settled = [*settled, *await messages.supersede_older(work.connection, claim_ids=claim_ids, now=work.now)]
        publish_settled(work, settled)
        work.after_commit(partial(self._tell, [outcome for outcome in outcomes if outcome[0].message_id in recorded]))

    async def _plan_letters(self, settled: Sequence[SettledMessage], *, work: Work) -> Sequence[SettledMessage]:
        """Plan letters for e-mails that reached nobody."""
        if self._channel is not Channel.EMAIL:
            return ()
        letter_of = {message.message_id: uuid7() for message in settled if message.state in LETTER_AFTER}
        if not letter_of:
            return ()
        return await letters.plan_for_emails(work.connection, letter_of=letter_of, now=work.now)

    def _next_step(self, leased: LeasedMessage, result: Result, *, now: datetime) -> Settle | Retry:
        jitter = random.random()  # noqa: S311 - spreads load, hides nothing
        return next_step(result, attempt=leased.attempt, policy=self._settings.retry_policy, now=now, jitter=jitter)

    def _tell(self, outcomes: Sequence[tuple[LeasedMessage, Result, Settle | Retry]]) -> None:
        """Count and log what followed attempts, where this process has recorded it."""
        for leased, result, step in outcomes:
            if isinstance(result, AnswerLost):
                following = "retried" if isinstance(step, Retry) else "settled"
                ANSWERS_LOST.labels(self._channel.value, following).inc()
                log.warning(
                    "answer.lost", channel=self._channel, step=following, reason=result.reason, **_claim_fields(leased)
                )
            if isinstance(step, Retry):
                SEND_RETRIES.labels(self._channel.value, _RETRIED_RESULTS[type(result)]).inc()

    async def _wait(self) -> None:
        """Wait until something has been sent, or for the next look at what is due."""
        if not self._sending:
            if not self._finished:
                await pause(self._runtime.stopping, self._settings.poll_seconds)
            return
        done, _ = await asyncio.wait(
            self._sending, timeout=self._settings.poll_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            result = task.result()
            self._finished.append((self._sending.pop(task), result))
            self._note_reachability(result)

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
        log.warning("channel.paused", channel=self._channel, reason=result.reason, seconds=pause_seconds)

    async def _send(self, leased: LeasedMessage, lease: Lease, *, now: datetime) -> Result:
        with self._runtime.tracing.span(
            f"send {self._channel}",
            parent=leased.trace,
            kind=SpanKind.CLIENT,
            attributes=self._transport.span_attributes,
        ) as span:
            result = await self._attempt(leased, lease, now=now)
            _mark(span, result)
        return result

    async def _attempt(self, leased: LeasedMessage, lease: Lease, *, now: datetime) -> Result:
        """Write and hand over one message. A defect of this service fails this attempt alone, not the others."""
        handover = None
        try:
            handover = self._transport.write(leased, now=now)
            if isinstance(handover, (NoAddress, Refused)):
                return handover
            crash_point("notify.before_send")
            with self._send_seconds.time():
                result = await handover(lease)
            crash_point("notify.after_send")
        except BaseException as error:  # whatever one message fails on, other customers get theirs
            if is_order_to_end(error):
                raise
            log.error("attempt.failed", channel=self._channel, error=type(error).__name__, **_claim_fields(leased))  # noqa: TRY400 - a traceback shows what stood in the message
            reason = f"defect-{type(error).__name__}"
            return Deferred(reason) if handover is None else AnswerLost(reason)
        return result


_RETRIED_RESULTS: dict[type[Result], str] = {
    Deferred: "deferred",
    Unreachable: "unreachable",
    AnswerLost: "answer_lost",
    LeaseLost: "lease_lost",
}


def _claim_fields(leased: LeasedMessage) -> dict[str, str | None]:
    """Return the fields of a log line about a message: whose claim it is about, never to whom it goes."""
    return {"claim_id": str(leased.claim_id), "trace_id": trace_id_of(leased.trace)}


def _mark(span: Span | None, result: Result) -> None:
    if span is None or isinstance(result, Accepted):
        return
    span.set_attribute("error.type", result.reason)
    span.set_status(Status(StatusCode.ERROR))
