"""Sends requested messages: each channel and lane has places of its own, so that a code waits for nothing else.

There are few about accounts and each is waited for, so that every result is recorded at once and by itself. About
claims a storm brings thousands that nobody waits for: they have connections of their own, and their results are
recorded together. An attempt is counted and committed before anything leaves the process, and nothing is sent inside a
transaction. What was sealed is opened for one attempt.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.backoff import Backoff
from chassis.clock import elapsed_seconds
from chassis.errors import is_transient
from chassis.sealing import Opener
from chassis.service import Runtime
from chassis.telemetry.tracing import trace_id_of
from chassis.unit_of_work import Work
from chassis.vault import Vault
from contracts.vocabulary import Channel
from notify_svc.channels.attempts import Attempts
from notify_svc.channels.results import keep_texts, tell, text_to_keep
from notify_svc.channels.sender_loop import SenderLoop
from notify_svc.channels.transport import Handover, OpenRequestTransport, RequestTransport
from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, NoAddress, Refused, Result, Retry
from notify_svc.domain.requests import KEPT_FOR, LETTER_AFTER, Lane, Request, SettleRequest, next_step_of
from notify_svc.domain.sms_receipts import SubmittedSms
from notify_svc.repository import requested_letters, requests, sms_parts
from notify_svc.repository.kept_texts import TextToKeep
from notify_svc.repository.leases import Lease
from notify_svc.repository.requests import LeasedRequest, NextWork
from notify_svc.sealed_contents import Unusable, open_contents
from notify_svc.settings import RequestSettings
from notify_svc.settlements import end_letters, publish_settled_requests

_SHORTEST_PAUSE_SECONDS = 0.2
"""What is due and was not leased is locked by another process: look again, but not at once."""
_FORGET_EVERY_SECONDS = 3_600
_EXPIRED_AT_ONCE = 500
"""After an outage many may have expired; none of them keeps what is due waiting for long."""
_GATHERING_SECONDS = 0.05
"""How long a result about a claim waits for others that are on their way."""

_Finished: TypeAlias = tuple[LeasedRequest, Result]


async def run_request_sender(
    runtime: Runtime,
    *,
    due: asyncio.Event,
    opener: Opener,
    vault: Vault,
    open_transports: Mapping[Channel, OpenRequestTransport],
    settings: RequestSettings,
) -> None:
    """Send requested messages until the service stops; several processes may do so.

    `due` is set when this process has stored a request.
    """
    transports = {channel: open_transport() for channel, open_transport in open_transports.items()}
    about_claims = open_transports[Channel.EMAIL]()
    await _RequestSender(
        runtime, transports, about_claims=about_claims, due=due, opener=opener, vault=vault, settings=settings
    ).run()


class _RequestSender:
    def __init__(
        self,
        runtime: Runtime,
        transports: Mapping[Channel, RequestTransport],
        *,
        about_claims: RequestTransport,
        due: asyncio.Event,
        opener: Opener,
        vault: Vault,
        settings: RequestSettings,
    ) -> None:
        self._runtime = runtime
        self._transports = transports
        self._about_claims = about_claims
        self._due = due
        self._opener = opener
        self._vault = vault
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
        about_accounts = (Lane.URGENT, Lane.ORDINARY)
        self._room = {(channel, lane): settings.concurrency for channel in transports for lane in about_accounts}
        self._room[Channel.EMAIL, Lane.ABOUT_CLAIM] = settings.about_claims
        self._sending: set[LeasedRequest] = set()
        self._finished_about_claims: list[_Finished] = []
        self._recording_together: asyncio.Task[None] | None = None
        self._forget_settled_at = 0.0

    async def run(self) -> None:
        """Send until the service stops, then finish what is leased."""
        try:
            await self._loop.run(self._look, is_busy=lambda: bool(self._sending), on_stop=self._due.set)
        finally:
            for transport in (*self._transports.values(), self._about_claims):
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
            waiting = await requests.next_work(connection, lanes=room.keys(), besides=sending)
        first = waiting.first
        if first is None:
            return longest
        if (seconds := (first - self._runtime.clock.reading(waiting.now)).total_seconds()) > 0:
            return min(seconds, longest)
        await self._start_due(room, waiting, sending=sending)
        return min(_SHORTEST_PAUSE_SECONDS, longest)

    async def _start_due(
        self, room: Mapping[tuple[Channel, Lane], int], waiting: NextWork, *, sending: Collection[UUID]
    ) -> None:
        duration = self._settings.lease
        began = elapsed_seconds()
        due: Sequence[LeasedRequest] = ()
        async with self._runtime.transaction() as work:
            # In a storm orders are due all the time: what is not there is not looked for as well.
            if _has_come(waiting.lease_ends_at, work):
                abandoned = await requests.lock_abandoned(work.connection, now=work.now, besides=sending)
                await self._record(work, [(leased, AnswerLost("lease-expired")) for leased in abandoned])
            if _has_come(waiting.expires_at, work):
                expired = await requests.expire(work.connection, now=work.now, limit=_EXPIRED_AT_ONCE)
                publish_settled_requests(work, expired)
            if _has_come(waiting.due_at, work):
                until = work.now + duration
                due = await requests.lease_due(work.connection, room=room, now=work.now, leased_until=until)
        for leased in due:
            # Nothing is handed over that could arrive when it has expired.
            lasts = min(duration, leased.request.expires_at - leased.leased_at)
            self._start(leased, Lease(uuid7(), began + lasts.total_seconds()))

    async def _forget_settled(self) -> None:
        self._forget_settled_at = asyncio.get_running_loop().time() + _FORGET_EVERY_SECONDS
        async with self._runtime.transaction() as work:
            await requests.delete_settled(work.connection, before=work.now - KEPT_FOR)
            await end_letters(work)
            await requested_letters.delete_ended(work.connection, before=work.now - KEPT_FOR)

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
            if request.lane is Lane.ABOUT_CLAIM:
                await self._record_together(leased, result)
            else:
                await self._record_at_last([(leased, result)])
        finally:
            self._sending.remove(leased)
            self._room[_lane_of(leased.request)] += 1
            self._due.set()

    def _write(self, leased: LeasedRequest) -> Handover | NoAddress | Refused | Deferred:
        contents = open_contents(leased.request, self._opener)
        if isinstance(contents, Unusable):  # it was not when it came: its key is gone
            return Refused(contents.code)
        is_about_claim = leased.request.lane is Lane.ABOUT_CLAIM
        transport = self._about_claims if is_about_claim else self._transports[leased.request.channel]
        return transport.write(leased, contents)

    async def _record_together(self, leased: LeasedRequest, result: Result) -> None:
        """Record a result with those of others that come soon: a transaction costs as much as many of them."""
        self._finished_about_claims.append((leased, result))
        if self._recording_together is None:
            self._recording_together = asyncio.create_task(self._record_gathered(), name="record results about claims")
        await self._recording_together

    async def _record_gathered(self) -> None:
        on_their_way = self._settings.about_claims - self._room[Channel.EMAIL, Lane.ABOUT_CLAIM]
        if on_their_way > len(self._finished_about_claims):
            await asyncio.sleep(_GATHERING_SECONDS)
        finished, self._finished_about_claims = self._finished_about_claims, []
        self._recording_together = None  # who comes from here on is recorded with the next
        await self._record_at_last(finished)

    async def _record_at_last(self, finished: Sequence[_Finished]) -> None:
        backoff = Backoff(self._runtime.stopping)
        while True:
            try:
                async with self._runtime.transaction() as work:
                    await self._record(work, finished)
                    await keep_texts(work, [_text_to_keep(one) for one in finished], vault=self._vault)
            except Exception as error:
                if not is_transient(error):
                    raise
                await self._loop.wait_out(error, backoff)
            else:
                return

    async def _record(self, work: Work, finished: Sequence[_Finished]) -> None:
        """Record what follows from results; publish it and erase what was sealed where that is the end."""
        steps = [(leased, result, self._next_step(leased, result, work)) for leased, result in finished]
        answers_lost = {leased.request.request_id for leased, result in finished if isinstance(result, AnswerLost)}
        settling = [(leased, step) for leased, _, step in steps if isinstance(step, SettleRequest)]
        recorded = set()
        if settling:
            settled = await requests.settle(work.connection, settled=settling, answers_lost=answers_lost, now=work.now)
            publish_settled_requests(work, settled)
            recorded = {request.request_id for request in settled}
            await self._plan_letters(work, settling, recorded=recorded)
            submitted = [
                SubmittedSms(message_id=leased.request.request_id, claim=None, provider_ids=result.provider_ids)
                for leased, result in finished
                if isinstance(result, Accepted) and result.provider_ids and leased.request.request_id in recorded
            ]
            if submitted:
                await sms_parts.insert(work.connection, submitted=submitted, now=work.now)
        for leased, result, step in steps:
            request_id = leased.request.request_id
            if isinstance(step, Retry):
                is_recorded = await requests.retry(
                    work.connection, leased=leased, step=step, answer_lost=request_id in answers_lost
                )
            else:
                is_recorded = request_id in recorded
            if is_recorded and not isinstance(result, Accepted):
                channel, fields = leased.request.channel, partial(_fields_of, leased.request)
                is_retried = isinstance(step, Retry)
                work.after_commit(partial(tell, result, channel=channel, is_retried=is_retried, fields=fields))

    async def _plan_letters(
        self, work: Work, settling: Sequence[tuple[LeasedRequest, SettleRequest]], *, recorded: Collection[UUID]
    ) -> None:
        """Plan letters for e-mails that reached nobody."""
        untold = [
            leased.request.request_id
            for leased, step in settling
            if step.state in LETTER_AFTER and leased.request.request_id in recorded
        ]
        if untold:
            publish_settled_requests(
                work, await requested_letters.plan(work.connection, request_ids=untold, now=work.now)
            )

    def _next_step(self, leased: LeasedRequest, result: Result, work: Work) -> SettleRequest | Retry:
        return next_step_of(
            result,
            request=leased.request,
            attempt=leased.attempt,
            takes=self._settings.send_timeout,
            now=work.now,
            jitter=random.random(),  # noqa: S311 - spreads load, hides nothing
        )


def _has_come(moment: datetime | None, work: Work) -> bool:
    return moment is not None and moment <= work.now


def _text_to_keep(finished: _Finished) -> TextToKeep | None:
    leased, result = finished
    request = leased.request
    return text_to_keep(result, message_id=request.request_id, attempt=leased.attempt.attempts, channel=request.channel)


def _lane_of(request: Request) -> tuple[Channel, Lane]:
    return request.channel, request.lane


def _fields_of(request: Request) -> dict[str, str | None]:
    """Return the fields of a log line about a request: never to whom it goes, nor what it says."""
    about = {} if request.claim is None else {"claim_id": str(request.claim.claim_id)}
    return {"request_id": str(request.request_id), **about, "trace_id": trace_id_of(request.trace)}
