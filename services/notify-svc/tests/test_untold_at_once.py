"""Ends of both channels, receipts and newer decisions, recorded at once: nobody is left untold, nor told twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import TypeAlias

import pytest
from decisions import contact, paid
from msgspec.structs import replace as changed
from notify_desk import Desk

from chassis.unit_of_work import Work
from contracts.claims import DecisionMade
from contracts.notify import Settlement
from contracts.vocabulary import Channel
from notify_svc.channels import results
from notify_svc.channels.receipts import record_receipts
from notify_svc.domain.attempts import Accepted, AnswerLost, NoAddress, Refused, Result, RetryPolicy
from notify_svc.domain.sms_receipts import Outcome, Receipt, reference_of
from notify_svc.repository import attempts
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease

GIVEN_UP = RetryPolicy(first_seconds=1, longest_seconds=1, give_up_after=timedelta(0))
PROVIDER_ID = "77"
Act: TypeAlias = Callable[[Work], Coroutine[None, None, object]]


@pytest.fixture
async def decided(desk: Desk) -> DecisionMade:
    """A decision whose reader has an e-mail address and a number."""
    await desk.know(contact())
    decision = paid()
    await desk.decide(decision)
    return decision


async def lease(desk: Desk, channel: Channel) -> LeasedMessage:
    async with desk.runtime.transaction() as work:
        (leased,) = await attempts.lease_due(
            work.connection,
            channel=channel,
            lease=Lease.lasting(60),
            now=work.now,
            leased_until=work.now + timedelta(seconds=60),
            limit=1,
        )
    return leased


async def ending(desk: Desk, channel: Channel, result: Result) -> Act:
    """Return what records `result` of the message of `channel`, which is leased for it."""
    leased = await lease(desk, channel)
    return lambda work: results.record(work, [(leased, result)], policy=GIVEN_UP)


async def undelivered(desk: Desk) -> Act:
    """Return what records that the SMS, which is sent first, did not arrive."""
    leased = await lease(desk, Channel.SMS)
    async with desk.runtime.transaction() as work:
        await results.record(work, [(leased, Accepted((PROVIDER_ID,)))], policy=GIVEN_UP)
    receipt = Receipt(
        provider_id=PROVIDER_ID,
        outcome=Outcome.UNDELIVERED,
        error=None,
        reference=reference_of(leased.message_id),
        destination="31612345678",
    )
    return lambda work: record_receipts(work, [receipt])


async def do(desk: Desk, act: Act) -> None:
    async with desk.runtime.transaction() as work:
        await act(work)


async def at_once(desk: Desk, first: Act, second: Act) -> None:
    """Let `second` begin when `first` has done all but commit."""
    async with desk.runtime.transaction() as work:
        await first(work)
        other = asyncio.create_task(do(desk, second))
        await desk.until_waiting_for_a_lock(other)
    await other


async def letters(desk: Desk) -> list[Settlement]:
    return [event.settlement for event in await desk.settled() if event.channel is Channel.POST]


@pytest.mark.parametrize("sms", [Refused("0x0000000b"), NoAddress("landline")], ids=["refused", "no address"])
@pytest.mark.parametrize("mail_first", [True, False])
@pytest.mark.usefixtures("decided")
async def test_two_processes_that_record_the_ends_of_both_channels_at_once_plan_one_letter(
    desk: Desk,
    sms: Result,
    mail_first: bool,  # noqa: FBT001
) -> None:
    acts = [
        await ending(desk, Channel.EMAIL, AnswerLost("TimeoutError")),
        await ending(desk, Channel.SMS, sms),
    ]

    await at_once(desk, *(acts if mail_first else reversed(acts)))

    assert await letters(desk) == [Settlement.TO_BE_POSTED]


@pytest.mark.parametrize("mail_first", [True, False])
@pytest.mark.usefixtures("decided")
async def test_a_receipt_that_comes_as_the_mail_ends_in_doubt_plans_one_letter(
    desk: Desk,
    mail_first: bool,  # noqa: FBT001
) -> None:
    acts = [await ending(desk, Channel.EMAIL, AnswerLost("TimeoutError")), await undelivered(desk)]

    await at_once(desk, *(acts if mail_first else reversed(acts)))

    assert await letters(desk) == [Settlement.TO_BE_POSTED]


async def test_a_letter_that_a_receipt_plans_is_superseded_by_a_decision_that_comes_meanwhile(
    desk: Desk, decided: DecisionMade
) -> None:
    await do(desk, await ending(desk, Channel.EMAIL, AnswerLost("TimeoutError")))
    receipt = await undelivered(desk)
    newer = changed(decided, claim_version=decided.claim_version + 1)

    async with desk.runtime.transaction() as work:
        await receipt(work)
        deciding = asyncio.create_task(desk.decide(newer))
        await desk.until_waiting_for_a_lock(deciding)
    await deciding

    assert await letters(desk) == [Settlement.TO_BE_POSTED, Settlement.SUPERSEDED]


async def test_a_decision_that_comes_first_leaves_no_letter_for_the_receipt_to_plan(
    desk: Desk, decided: DecisionMade
) -> None:
    await do(desk, await ending(desk, Channel.EMAIL, AnswerLost("TimeoutError")))
    receipt = await undelivered(desk)
    newer = changed(decided, claim_version=decided.claim_version + 1)

    await at_once(
        desk,
        lambda work: desk.decision_handler().create_messages([desk.delivery(newer)], work),
        receipt,
    )

    assert await letters(desk) == [Settlement.SUPERSEDED]
