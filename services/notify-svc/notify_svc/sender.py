"""Sends what is due on one channel: takes messages, hands them over at once, writes down what became of them.

An attempt is counted and committed before anything leaves the process, and nothing is sent inside a transaction.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from opentelemetry.trace import SpanKind, Status, StatusCode

from chassis.backoff import Backoff, pause
from chassis.crash_points import crash_point
from chassis.database import ACQUIRE_TIMEOUT_SECONDS
from chassis.errors import is_transient
from chassis.telemetry.tracing import trace_id_of
from notify_svc import attempts, repository
from notify_svc.domain import Accepted, Again, AnswerLost, Deferred, Ended, NoAddress, Refused, Unreachable, verdict
from notify_svc.handlers import announce_settled
from notify_svc.metrics import MESSAGES_IN_DOUBT, SEND_RETRIES, SEND_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from opentelemetry.trace import Span

    from chassis.service import Runtime
    from chassis.unit_of_work import Work
    from contracts.vocabulary import Channel
    from notify_svc.attempts import Leased
    from notify_svc.domain import Result, RetryPolicy
    from notify_svc.transport import Transport

log = structlog.get_logger(__name__)

_LONGEST_PAUSE_SECONDS = 30.0
_RECOVERIES_PER_LEASE = 4
_STOPPING_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class ChannelSettings:
    """How a channel is worked: how many messages at once, and for how long a message is one process's own."""

    channel: Channel
    concurrency: int
    lease: timedelta
    poll_seconds: float
    policy: RetryPolicy


class Sender:
    """Works one channel until the service stops; several processes may work the same channel."""

    def __init__(self, transport: Transport, *, settings: ChannelSettings) -> None:
        self._transport = transport
        self._settings = settings
        self._sending: dict[asyncio.Task[Result], Leased] = {}
        self._finished: list[tuple[Leased, Result]] = []
        self._send_seconds = SEND_SECONDS.labels(settings.channel.value)
        self._recover_at = 0.0
        self._resume_at = 0.0
        self._unreachable_in_a_row = 0

    async def run(self, runtime: Runtime) -> None:
        """Send until the service stops, then finish what is being sent."""
        backoff = Backoff(runtime.stopping)
        try:
            while not runtime.stopping.is_set() or self._sending or self._finished:
                try:
                    taken = await self._exchange(runtime)
                except Exception as error:
                    if not is_transient(error):
                        raise
                    log.warning("database is away", channel=self._settings.channel, error=type(error).__name__)
                    await (asyncio.sleep(_STOPPING_PAUSE_SECONDS) if runtime.stopping.is_set() else backoff.wait())
                else:
                    backoff.reset()
                    self._start(taken, runtime=runtime)
                    await self._rest(runtime)
        finally:
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)
            await self._transport.close()

    async def _exchange(self, runtime: Runtime) -> Sequence[Leased]:
        """Write down results, look for senders that vanished, and take what is due; short transactions all of them."""
        now = asyncio.get_running_loop().time()
        if self._finished:
            async with runtime.transaction() as work:
                await self._record(self._finished, work=work)
            self._finished = []
        if runtime.stopping.is_set() or now < self._resume_at:
            return []
        if now >= self._recover_at:
            self._recover_at = now + self._settings.lease.total_seconds() / _RECOVERIES_PER_LEASE
            await self._recover(runtime)
        return await self._take(runtime)

    async def _take(self, runtime: Runtime) -> Sequence[Leased]:
        room = self._settings.concurrency - len(self._sending)
        if room <= 0:
            return []
        now = runtime.clock.now()
        async with runtime.pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as connection:
            return await attempts.lease_due(
                connection,
                channel=self._settings.channel,
                now=now,
                leased_until=now + self._settings.lease,
                limit=room,
            )

    async def _recover(self, runtime: Runtime) -> None:
        """Apply the channel's rule for lost answers to messages that were taken and never came back."""
        async with runtime.transaction() as work:
            lost = await attempts.take_expired(
                work.connection, channel=self._settings.channel, now=work.now, limit=self._settings.concurrency
            )
            await self._record([(leased, AnswerLost("sender-vanished")) for leased in lost], work=work)

    async def _record(self, finished: Sequence[tuple[Leased, Result]], *, work: Work) -> None:
        if not finished:
            return
        await attempts.lock_sending(work.connection, message_ids=[leased.message_id for leased, _ in finished])
        ended: list[tuple[Leased, Ended]] = []
        again: list[tuple[Leased, Again]] = []
        doubtful = [leased.message_id for leased, result in finished if isinstance(result, AnswerLost)]
        for leased, result in finished:
            match self._verdict(leased, result, work=work):
                case Ended() as end:
                    ended.append((leased, end))
                case Again() as retry:
                    again.append((leased, retry))
        settled = await attempts.end_attempts(work.connection, ended=ended, doubtful=doubtful, now=work.now)
        if again:
            await attempts.retry_attempts(work.connection, again=again, doubtful=doubtful)
            claim_ids = {leased.claim_id for leased, _ in again}
            settled = [*settled, *await repository.supersede_older(work.connection, claim_ids=claim_ids, now=work.now)]
        announce_settled(work, settled)

    def _verdict(self, leased: Leased, result: Result, *, work: Work) -> Ended | Again:
        chance = random.random()  # noqa: S311 - spreads load, hides nothing
        decided = verdict(result, attempt=leased.attempt, policy=self._settings.policy, now=work.now, chance=chance)
        channel = self._settings.channel.value
        if isinstance(result, AnswerLost):
            rule = "sent_again" if isinstance(decided, Again) else "settled"
            MESSAGES_IN_DOUBT.labels(channel, rule).inc()
            log.warning("answer lost", channel=channel, rule=rule, **_told(leased))
        if isinstance(decided, Again):
            SEND_RETRIES.labels(channel, type(result).__name__).inc()
        return decided

    def _start(self, taken: Sequence[Leased], *, runtime: Runtime) -> None:
        for leased in taken:
            task = asyncio.create_task(self._send(leased, runtime=runtime))
            self._sending[task] = leased

    async def _rest(self, runtime: Runtime) -> None:
        """Wait until something has been sent, or for the next look at what is due."""
        if not self._sending:
            if not self._finished:
                await pause(runtime.stopping, self._settings.poll_seconds)
            return
        done, _ = await asyncio.wait(
            self._sending, timeout=self._settings.poll_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            result = task.result()
            self._finished.append((self._sending.pop(task), result))
            self._note_reachability(result)

    def _note_reachability(self, result: Result) -> None:
        """Leave the channel alone for a while when nobody listens: every message tried would fail and be put off."""
        if not isinstance(result, Unreachable):
            self._unreachable_in_a_row = 0
            return
        now = asyncio.get_running_loop().time()
        if now < self._resume_at:
            return
        self._unreachable_in_a_row = min(self._unreachable_in_a_row + 1, 16)
        self._resume_at = now + min(_LONGEST_PAUSE_SECONDS, 0.5 * 2**self._unreachable_in_a_row)
        log.warning("nobody takes messages", channel=self._settings.channel, reason=result.reason)

    async def _send(self, leased: Leased, *, runtime: Runtime) -> Result:
        channel = self._settings.channel.value
        with runtime.tracing.span(
            f"send {channel}", parent=leased.trace, kind=SpanKind.CLIENT, attributes=self._transport.span_attributes
        ) as span:
            result = await self._attempt(leased)
            _mark(span, result)
        return result

    async def _attempt(self, leased: Leased) -> Result:
        """Write and hand over one message. A defect in ours spoils this message alone, and none that was taken."""
        channel = self._settings.channel.value
        handover = None
        try:
            handover = self._transport.write(leased)
            if isinstance(handover, (NoAddress, Refused)):
                return handover
            crash_point("notify.before_send")
            with self._send_seconds.time():
                result = await handover()
            crash_point("notify.after_send")
        except Exception as error:  # noqa: BLE001 - whatever one message stumbles over, other customers get theirs
            log.error("defect", channel=channel, error=type(error).__name__, **_told(leased))  # noqa: TRY400 - a traceback shows what stood in the message
            reason = f"defect-{type(error).__name__}"
            return Deferred(reason) if handover is None else AnswerLost(reason)
        return result


def _told(leased: Leased) -> dict[str, str | None]:
    """Return what a line of the log says about a message: whose claim it is about, never to whom it goes."""
    return {"claim_id": str(leased.claim_id), "trace_id": trace_id_of(leased.trace)}


def _mark(span: Span | None, result: Result) -> None:
    if span is None or isinstance(result, Accepted):
        return
    span.set_attribute("error.type", "no-address" if isinstance(result, NoAddress) else result.reason)
    span.set_status(Status(StatusCode.ERROR))
