from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from decisions import contact, paid
from notify_desk import Desk
from uuid_utils.compat import uuid7

from chassis.database import Connection
from contracts.vocabulary import Channel
from notify_svc.domain.attempts import Settle
from notify_svc.domain.messages import SENT_CHANNELS, State
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
        ignored, recorded = [
            await attempts.settle(connection, settled=[(one, Settle(State.SENT))], answers_lost=(), now=now)
            for one in (late, current)
        ]

    assert ignored == []
    assert [(settled.state, settled.attempts) for settled in recorded] == [(State.SENT, 2)]


async def test_messages_settled_together_each_end_in_their_own_way(desk: Desk) -> None:
    ends = [
        Settle(State.SENT),
        Settle(State.REFUSED, "smpp-0x0000000b"),
        Settle(State.NO_ADDRESS, "no-address"),
        Settle(State.IN_DOUBT, "TimeoutError"),
        Settle(State.SENT),
    ]
    await desk.know(contact())
    await desk.decide(*(paid() for _ in ends))
    async with desk.harness.pool.acquire() as connection:
        leased = await lease(desk, connection, limit=len(ends))
        in_doubt = leased[3].message_id
        settled = await attempts.settle(
            connection,
            settled=list(zip(leased, ends, strict=True)),
            answers_lost={in_doubt},
            now=desk.clock.at,
        )
        rows = await connection.fetch("SELECT * FROM message WHERE channel = 'sms'")

    assert {row["message_id"]: (row["state"], row["last_error"]) for row in rows} == {
        message.message_id: (end.state, end.reason) for message, end in zip(leased, ends, strict=True)
    }
    assert {row["message_id"]: (row["attempts"], row["answers_lost"]) for row in rows} == {
        message.message_id: (int(end.state is not State.NO_ADDRESS), int(message.message_id == in_doubt))
        for message, end in zip(leased, ends, strict=True)
    }
    assert {message.message_id: message.state for message in settled} == {
        message.message_id: end.state for message, end in zip(leased, ends, strict=True)
    }


async def test_of_messages_created_together_each_has_its_own_claim_channel_and_state(desk: Desk) -> None:
    customers = [uuid7() for _ in range(3)]
    reached, *_ = customers
    await desk.know(contact(customer_id=reached))
    stored = paid(customer_id=reached)
    await desk.decide(stored)

    decisions = [stored, *(paid(customer_id=customer) for customer in customers), paid(customer_id=None)]
    await desk.decide(*decisions)

    rows = await desk.harness.pool.fetch("SELECT claim_id, customer_id, report_ids, channel, state FROM message")
    assert {
        (row["claim_id"], row["channel"]): (row["state"], row["customer_id"], row["report_ids"]) for row in rows
    } == {
        (one.claim_id, channel): (
            State.DUE if one.customer_id == reached else State.AWAITING_CONTACT,
            one.customer_id,
            None if one.customer_id else list(one.report_ids),
        )
        for one in decisions
        for channel in SENT_CHANNELS
    }
    assert len(rows) == len(decisions) * len(SENT_CHANNELS)
