from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from decisions import contact, paid
from notify_desk import Desk

from chassis.database import Connection
from contracts.vocabulary import Channel
from notify_svc.domain.attempts import Settle
from notify_svc.domain.messages import State
from notify_svc.repository import attempts
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease


async def lease(desk: Desk, connection: Connection, *, limit: int) -> Sequence[LeasedMessage]:
    now = desk.clock.at
    return await attempts.lease_due(
        connection,
        channel=Channel.SMS,
        lease=Lease.lasting(10),
        now=now,
        leased_until=now + timedelta(seconds=10),
        limit=limit,
    )


async def test_two_senders_at_once_lease_different_messages_without_waiting(desk: Desk) -> None:
    await desk.know(contact())
    await desk.decide(paid(), paid(), paid())

    async with desk.harness.pool.acquire() as one, desk.harness.pool.acquire() as other, one.transaction():
        first = await lease(desk, one, limit=2)
        async with asyncio.timeout(5):
            second = await lease(desk, other, limit=2)

    assert len(first) == 2
    assert len(second) == 1
    assert {leased.message_id for leased in first}.isdisjoint({leased.message_id for leased in second})


async def test_a_result_that_comes_after_its_lease_was_ended_is_not_recorded(desk: Desk) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    async with desk.harness.pool.acquire() as connection:
        (late,) = await lease(desk, connection, limit=1)
        await connection.execute("UPDATE message SET state = 'due'")
        (current,) = await lease(desk, connection, limit=1)

        now = desk.clock.at
        ignored = await attempts.settle(connection, settled=[(late, Settle(State.SENT))], answers_lost=(), now=now)
        recorded = await attempts.settle(connection, settled=[(current, Settle(State.SENT))], answers_lost=(), now=now)

    assert ignored == []
    assert [(settled.state, settled.attempts) for settled in recorded] == [(State.SENT, 2)]
