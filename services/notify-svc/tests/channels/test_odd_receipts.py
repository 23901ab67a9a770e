"""Receipts that come together, name the wrong SMS, or cannot be stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from decisions import MOBILE_PHONE, contact, paid
from notify_desk import Desk
from sms_centre import DROP, SmsCentre
from uuid_utils.compat import uuid7

from contracts.vocabulary import Channel
from notify_svc.channels.receipts import Receipts, run_receipts
from notify_svc.domain.sms_receipts import Outcome, Receipt
from notify_svc.settings import Settings

DESTINATION = MOBILE_PHONE.removeprefix("+")
GOOD = Receipt(provider_id="msg-1", outcome=Outcome.DELIVERED, error=None, reference=None, destination=DESTINATION)


async def record(desk: Desk, *come: Receipt) -> None:
    """Let these be recorded as if a session had brought them at once."""
    receipts = Receipts()
    for receipt in come:
        receipts.put(receipt)
    desk.runtime.stopping.set()  # the worker ends as soon as nothing is left to record
    await run_receipts(desk.runtime, receipts=receipts, lease=timedelta(minutes=2))


def reference_at(centre: SmsCentre) -> int:
    """Return the reference under which the first message was submitted."""
    return int.from_bytes(next(tlv.value for tlv in centre.messages[0].tlvs))


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


async def test_a_reference_that_is_not_the_parts_names_another_sms(desk: Desk, centre: SmsCentre) -> None:
    """The centre has begun again with its ids: this one is about an SMS of which it gave no answer."""
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.SMS, "sent")
    own = reference_at(centre)

    await record(desk, replace(GOOD, reference=own ^ 1))
    assert (await desk.outcomes(), await parked(desk)) == ([None], 1)

    await record(desk, replace(GOOD, reference=own))
    assert (await desk.outcomes(), await parked(desk)) == (["delivered"], 1)


async def test_of_two_sms_with_one_id_the_number_tells_which_is_meant(desk: Desk, centre: SmsCentre) -> None:
    centre.ids = ["msg-1", "msg-1"]
    other, other_number = uuid7(), "+31687654321"
    await desk.know(contact(), contact(customer_id=other, mobile_phone=other_number))
    await desk.decide(paid())
    await desk.send_until(Channel.SMS, "sent")
    desk.later(hours=1)
    await desk.decide(paid(customer_id=other))
    await desk.send_until(Channel.SMS, "sent", "sent")

    await record(desk, GOOD)
    assert await desk.outcomes() == ["delivered", None]
    await record(desk, replace(GOOD, destination="31600000000"))
    assert (await desk.outcomes(), await parked(desk)) == (["delivered", None], 1)
    await record(desk, replace(GOOD, destination=other_number.removeprefix("+"), outcome=Outcome.EXPIRED))
    assert await desk.outcomes() == ["delivered", "expired"]


@pytest.mark.usefixtures("centre")
async def test_of_receipts_that_come_together_the_first_stands_and_is_told_once(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.SMS, "sent")

    failed = [replace(GOOD, outcome=one) for one in (Outcome.UNDELIVERED, Outcome.EXPIRED)]
    await record(desk, *failed, *failed)
    await record(desk, *failed)

    assert await desk.outcomes() == ["undelivered"]
    assert capfd.readouterr().out.count("sms.undelivered") == 1


async def test_a_doubt_of_days_ago_is_settled(desk: Desk, settings: Settings, centre: SmsCentre) -> None:
    """A telephone was out of reach until then."""
    centre.answers = [DROP]
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.SMS, "in_doubt")

    desk.later(days=5)
    await record(desk, replace(GOOD, reference=reference_at(centre)))
    desk.later(seconds=settings.lease_seconds)
    async with desk.recording_receipts():
        await desk.until(Channel.SMS, "sent")


async def test_a_number_is_forgotten_after_a_day_whenever_it_was_looked_at(desk: Desk) -> None:
    await record(desk, GOOD)

    desk.later(hours=13)
    async with desk.recording_receipts():
        await desk.until_true("SELECT look_at > $1 FROM sms_receipt", desk.clock.at)
        desk.later(hours=11)
        await desk.until_true("SELECT count(*) = 0 FROM sms_receipt")
