"""A number that takes no SMS is found before it is tried, and its e-mail goes out."""

from __future__ import annotations

import pytest
from account_requests import asked
from decisions import contact, paid
from notify_desk import Desk
from sms_centre import SmsCentre

from contracts.message_requests import Occasion
from contracts.notify import Settlement
from contracts.vocabulary import Channel


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+31201234567", "number-landline"),
        ("+31909012345", "number-premium"),
        ("+3161234567", "number-of-nobody"),
    ],
)
async def test_the_sms_ends_without_an_attempt_and_the_mail_is_sent(
    desk: Desk, centre: SmsCentre, number: str, reason: str
) -> None:
    await desk.know(contact(mobile_phone=number))
    await desk.decide(paid())

    await desk.send_until(Channel.SMS, "no_address")
    await desk.send_until(Channel.EMAIL, "sent")

    assert await desk.harness.pool.fetchval("SELECT last_error FROM message WHERE channel = 'sms'") == reason
    settled = {event.channel: (event.settlement, event.attempts) for event in await desk.settled()}
    assert settled == {Channel.SMS: (Settlement.NO_ADDRESS, 0), Channel.EMAIL: (Settlement.SENT, 1)}
    assert centre.messages == []


async def test_a_code_for_a_new_number_that_takes_no_sms_is_told_to_its_requester(
    desk: Desk, centre: SmsCentre
) -> None:
    await desk.know(contact())
    await desk.ask(asked(Occasion.PHONE_CODE_REQUESTED, mobile_phone="+31201234567"))

    await desk.send_requests_until("no_address")

    assert await desk.harness.pool.fetchval("SELECT last_error FROM requested_message") == "number-landline"
    assert centre.messages == []
