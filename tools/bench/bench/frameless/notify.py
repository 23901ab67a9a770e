"""Process: notify-svc's handlers, bare, and senders that send nothing: they lease what is due and settle it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import cast

from bench.frameless.process import BATCH_RECORDS, IDLE_SECONDS, Bare, run
from bench.frameless.work import BareWork
from chassis.sealing import Opener
from chassis.unit_of_work import Work
from contracts.claims import DECISION_MADE
from contracts.payments import PAYMENT_ORDERED
from contracts.policy import CONTACT_CHANGED
from contracts.vocabulary import Channel
from notify_svc import handlers
from notify_svc.domain.attempts import Accepted, RetryPolicy, Settle, next_step
from notify_svc.domain.messages import SENT_CHANNELS
from notify_svc.domain.requests import Lane, RequestState, SettleRequest
from notify_svc.repository import attempts, requests
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
from notify_svc.repository.requests import LeasedRequest
from notify_svc.send_queue import SendQueues
from notify_svc.settlements import publish_settled, publish_settled_requests

_LEASE = timedelta(seconds=120)
_POLICY = RetryPolicy(first_seconds=30, longest_seconds=14_400, give_up_after=timedelta(hours=72))


async def send(bare: Bare, *, channel: Channel) -> None:
    """Send what is due on `channel`, for ever."""
    while True:
        bare.effected.clear()
        async with bare.pool.acquire() as connection:
            now = datetime.now(UTC)
            lease = Lease.lasting(_LEASE.total_seconds())
            leased = await attempts.lease_due(
                connection, channel=channel, lease=lease, now=now, leased_until=now + _LEASE, limit=BATCH_RECORDS
            )
        if leased:
            await bare.commit(partial(_settle, leased=list(leased)))
        else:
            await _rest(bare)


async def _settle(work: BareWork, *, leased: list[LeasedMessage]) -> None:
    settling = [(message, step) for message in leased if isinstance(step := _next_step(message, work), Settle)]
    ended = {message.lease.lease_id for message in leased}
    settled = await attempts.settle(
        work.connection, settled=settling, answers_lost=(), ended_leases=ended, now=work.now
    )
    publish_settled(cast("Work", work), settled)


def _next_step(message: LeasedMessage, work: BareWork) -> object:
    return next_step(Accepted(), attempt=message.attempt, policy=_POLICY, now=work.now, jitter=0.5)


async def send_about_claims(bare: Bare) -> None:
    """Send what is due about claims besides their decisions, for ever."""
    while True:
        bare.effected.clear()
        async with bare.pool.acquire() as connection:
            now = datetime.now(UTC)
            room = {(Channel.EMAIL, Lane.ABOUT_CLAIM): BATCH_RECORDS}
            leased = await requests.lease_due(connection, room=room, now=now, leased_until=now + _LEASE)
        if leased:
            await bare.commit(partial(_settle_requests, leased=leased))
        else:
            await _rest(bare)


async def _settle_requests(work: BareWork, *, leased: Sequence[LeasedRequest]) -> None:
    settling = [(request, SettleRequest(RequestState.SENT)) for request in leased]
    settled = await requests.settle(work.connection, settled=settling, answers_lost=(), now=work.now)
    publish_settled_requests(cast("Work", work), settled)


async def _rest(bare: Bare) -> None:
    try:
        async with asyncio.timeout(IDLE_SECONDS):
            await bare.effected.wait()
    except TimeoutError:
        return


if __name__ == "__main__":
    decisions = handlers.DecisionHandler(contact_wait=timedelta(hours=72), queues=SendQueues(lease=_LEASE))
    asked = handlers.RequestHandler(opener=Opener(""), due=asyncio.Event())
    run(
        [
            (DECISION_MADE, decisions.create_messages),
            (PAYMENT_ORDERED, asked.create_payment_messages),
            (CONTACT_CHANGED, handlers.store_contacts),
        ],
        *(partial(send, channel=channel) for channel in SENT_CHANNELS),
        send_about_claims,
    )
