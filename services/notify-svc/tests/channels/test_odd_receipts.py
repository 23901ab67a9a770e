"""Receipts that come together, name the wrong SMS, or cannot be stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from decisions import MOBILE_PHONE, contact, paid
from notify_desk import Desk

from contracts.vocabulary import Channel
from notify_svc.channels.receipts import Receipts, run_receipts
from notify_svc.domain.sms_receipts import Outcome, Receipt

DESTINATION = MOBILE_PHONE.removeprefix("+")
GOOD = Receipt(provider_id="msg-1", outcome=Outcome.DELIVERED, error=None, reference=None, destination=DESTINATION)


async def record(desk: Desk, *come: Receipt) -> None:
    """Let these be recorded as if a session had brought them at once."""
    receipts = Receipts()
    for receipt in come:
        receipts.put(receipt)
    desk.runtime.stopping.set()  # the worker ends as soon as nothing is left to record
    await run_receipts(desk.runtime, receipts=receipts, lease=timedelta(minutes=2))


async def parked(desk: Desk) -> int:
    count: int = await desk.harness.pool.fetchval("SELECT count(*) FROM sms_receipt")
    return count


@pytest.mark.usefixtures("centre")
@pytest.mark.parametrize(
    "odd", [replace(GOOD, reference=1 << 31), replace(GOOD, error="\0"), replace(GOOD, destination="\ud800")]
)
async def test_a_receipt_that_no_database_takes_is_dropped_alone(desk: Desk, odd: Receipt) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.SMS, "sent")
    odd = replace(odd, provider_id="msg-of-nobody")

    await record(desk, odd, GOOD, odd)

    assert await desk.outcomes() == ["delivered"]
    assert await parked(desk) == 0
