"""Contact data that are erased: no event says so, the row is gone or its addresses are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from decisions import contact, paid
from mail_server import DROP_AFTER_DATA, MailServer
from notify_desk import Desk
from pause import Pause
from sms_centre import SmsCentre
from uuid_utils.compat import uuid7

from contracts.notify import Settlement
from contracts.vocabulary import Channel
from notify_svc.domain.messages import SENT_CHANNELS

THE_ROW = "DELETE FROM contact"
THE_ADDRESSES = "UPDATE contact SET email = NULL, mobile_phone = NULL, postcode = NULL, house_number = NULL"
ERASED = pytest.mark.parametrize("erase", [THE_ROW, THE_ADDRESSES])


@ERASED
@pytest.mark.parametrize("channel", SENT_CHANNELS)
async def test_a_message_that_is_due_ends_without_address(
    desk: Desk, mail: MailServer, centre: SmsCentre, channel: Channel, erase: str
) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.harness.pool.execute(erase)

    await desk.send_until(channel, "no_address")

    settled = await desk.settled()
    without_letter = [channel, Channel.POST] if channel is Channel.EMAIL else [channel]
    assert [event.channel for event in settled] == without_letter
    assert {(event.settlement, event.attempts) for event in settled} == {(Settlement.NO_ADDRESS, 0)}
    assert mail.connections == []
    assert centre.messages == []


@ERASED
async def test_a_message_that_waits_for_its_next_attempt_ends_without_address(
    desk: Desk, mail: MailServer, erase: str
) -> None:
    mail.answers = ["451 come back later"]
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
        await desk.harness.pool.execute(erase)
        desk.later(minutes=1)
        await desk.until(Channel.EMAIL, "no_address")

    assert [(event.channel, event.settlement, event.attempts) for event in await desk.settled()] == [
        (Channel.EMAIL, Settlement.NO_ADDRESS, 1),
        (Channel.POST, Settlement.NO_ADDRESS, 0),
    ]
    assert len(mail.mails) == 1


@ERASED
async def test_a_mail_that_may_have_arrived_before_the_erasure_ends_in_doubt(
    desk: Desk, mail: MailServer, erase: str
) -> None:
    mail.answers = [DROP_AFTER_DATA]
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
        await desk.harness.pool.execute(erase)
        desk.later(minutes=1)
        await desk.until(Channel.EMAIL, "in_doubt")

    assert [event.settlement for event in await desk.settled()] == [Settlement.IN_DOUBT]
    assert len(mail.mails) == 1


@ERASED
@pytest.mark.parametrize("channel", SENT_CHANNELS)
async def test_a_message_whose_sender_died_ends_in_doubt(desk: Desk, channel: Channel, erase: str) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.abandon(*SENT_CHANNELS, lasting=timedelta(0))
    await desk.harness.pool.execute(erase)
    desk.later(seconds=1)

    async with desk.sending(channel):
        if channel is Channel.EMAIL:
            await desk.until(channel, "due")
            desk.later(minutes=1)
        await desk.until(channel, "in_doubt")

    assert [event.settlement for event in await desk.settled()] == [Settlement.IN_DOUBT]


@ERASED
async def test_a_message_that_is_being_sent_arrives_and_is_recorded(desk: Desk, mail: MailServer, erase: str) -> None:
    await desk.know(contact())
    await desk.decide(paid())

    mail.recipient_pauses.append(pause := Pause())

    async with desk.sending(Channel.EMAIL):
        await pause.until_reached()
        await desk.harness.pool.execute(erase)
        pause.end()

    assert await desk.states(Channel.EMAIL) == ["sent"]
    assert len(mail.mails) == 1


async def test_a_message_that_waits_for_contact_data_ends_at_its_deadline(desk: Desk) -> None:
    customer_id = uuid7()
    await desk.know(contact(customer_id=customer_id))
    await desk.harness.pool.execute(THE_ROW)
    await desk.decide(paid(customer_id=customer_id))
    assert await desk.states() == ["awaiting_contact", "awaiting_contact"]

    desk.later(hours=73)
    assert await desk.harness.fire_due_timers() == 1

    assert [event.settlement for event in await desk.settled()] == [Settlement.NO_ADDRESS] * 2


async def test_a_newer_version_is_not_held_up_by_an_older_one_whose_contact_was_erased(
    desk: Desk, mail: MailServer
) -> None:
    """Before, the older one was being sent for ever, and every later version waited for it."""
    await desk.know(contact())
    claim_id = uuid7()
    await desk.decide(paid(claim_id=claim_id))
    await desk.harness.pool.execute(THE_ROW)
    await desk.send_until(Channel.EMAIL, "no_address")

    await desk.know(contact())
    await desk.decide(paid(claim_id=claim_id, version=2))
    await desk.send_until(Channel.EMAIL, "no_address", "sent")

    assert len(mail.mails) == 1
