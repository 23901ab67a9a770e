"""Process: notify-svc's handlers, bare, and senders that send nothing: they take what is due and settle it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

from bench.frameless.process import BATCH_RECORDS, IDLE_SECONDS, Bare, run
from contracts.claims import DECISION_MADE
from contracts.policy import CONTACT_CHANGED
from contracts.vocabulary import Channel
from notify_svc import attempts, handlers
from notify_svc.domain import Accepted, Ended, RetryPolicy, verdict

if TYPE_CHECKING:
    from bench.frameless.work import BareWork
    from chassis.unit_of_work import Work
    from notify_svc.attempts import Leased

_LEASE = timedelta(seconds=120)
_POLICY = RetryPolicy(first_seconds=30, longest_seconds=14_400, give_up_after=timedelta(hours=72))


async def send(bare: Bare, *, channel: Channel) -> None:
    """Send what is due on `channel`, for ever."""
    while True:
        bare.effected.clear()
        async with bare.pool.acquire() as connection:
            now = datetime.now(UTC)
            taken = await attempts.lease_due(
                connection, channel=channel, now=now, leased_until=now + _LEASE, limit=BATCH_RECORDS
            )
        if taken:
            await bare.commit(partial(_settle, taken=list(taken)))
        else:
            await _rest(bare)


async def _settle(work: BareWork, *, taken: list[Leased]) -> None:
    ended = [(leased, decided) for leased in taken if isinstance(decided := _verdict(leased, work), Ended)]
    await attempts.lock_sending(work.connection, message_ids=[leased.message_id for leased in taken])
    settled = await attempts.end_attempts(work.connection, ended=ended, doubtful=[], now=work.now)
    handlers.announce_settled(cast("Work", work), settled)


def _verdict(leased: Leased, work: BareWork) -> object:
    return verdict(Accepted(), attempt=leased.attempt, policy=_POLICY, now=work.now, chance=0.5)


async def _rest(bare: Bare) -> None:
    try:
        async with asyncio.timeout(IDLE_SECONDS):
            await bare.effected.wait()
    except TimeoutError:
        return


if __name__ == "__main__":
    decisions = handlers.DecisionHandler(contact_wait=timedelta(hours=72))
    run(
        [(DECISION_MADE, decisions.want_messages), (CONTACT_CHANGED, handlers.keep_contacts)],
        *(partial(send, channel=channel) for channel in Channel),
    )
