"""Who is told by no e-mail for certain, and by no SMS, gets a letter."""

from __future__ import annotations

import asyncio

import pytest
from decisions import contact, paid
from mail_server import DROP_AFTER_DATA, MailServer
from notify_desk import Desk
from pause import DEADLINE_SECONDS
from sms_centre import DELIVERED, INVALID_DESTINATION, UNDELIVERABLE, SmsCentre

from contracts.notify import Settlement
from contracts.vocabulary import Channel


async def doubt_the_mail(desk: Desk, mail: MailServer) -> None:
    """Lose the answer to a mail whose reader then gives up the address: it stays in doubt."""
    mail.answers = [DROP_AFTER_DATA]
    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
        await desk.know(contact(version=2, email=None))
        desk.later(minutes=1)
        await desk.until(Channel.EMAIL, "in_doubt")


async def letters(desk: Desk) -> list[Settlement]:
    return [event.settlement for event in await desk.settled() if event.channel is Channel.POST]


async def until_reported(desk: Desk) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await desk.harness.pool.fetchval("SELECT count(*) = 1 FROM sms_part WHERE outcome IS NOT NULL"):
            await asyncio.sleep(0.05)
            desk.later(seconds=1)


@pytest.mark.parametrize("mail_first", [True, False])
async def test_an_sms_that_is_refused_beside_an_email_in_doubt_is_followed_by_a_letter(
    desk: Desk,
    mail: MailServer,
    centre: SmsCentre,
    mail_first: bool,  # noqa: FBT001
) -> None:
    centre.answers = [INVALID_DESTINATION]
    await desk.know(contact())
    await desk.decide(paid())
    if mail_first:
        await doubt_the_mail(desk, mail)
        assert await letters(desk) == []

    await desk.send_until(Channel.SMS, "refused")
    if not mail_first:
        await doubt_the_mail(desk, mail)

    assert await letters(desk) == [Settlement.TO_BE_POSTED]


async def test_an_sms_whose_reader_has_no_number_any_more_beside_an_email_in_doubt_is_followed_by_a_letter(
    desk: Desk, mail: MailServer
) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await doubt_the_mail(desk, mail)
    await desk.know(contact(version=3, email=None, mobile_phone=None))

    await desk.send_until(Channel.SMS, "no_address")

    assert await letters(desk) == [Settlement.TO_BE_POSTED]


@pytest.mark.parametrize(
    ("receipt", "follows"), [(UNDELIVERABLE, [Settlement.TO_BE_POSTED]), (DELIVERED, [])], ids=["not", "delivered"]
)
@pytest.mark.parametrize("mail_first", [True, False])
async def test_an_sms_that_did_not_arrive_beside_an_email_in_doubt_is_followed_by_a_letter(
    desk: Desk,
    mail: MailServer,
    centre: SmsCentre,
    mail_first: bool,  # noqa: FBT001
    receipt: tuple[str, int],
    follows: list[Settlement],
) -> None:
    centre.receipts = [receipt]
    await desk.know(contact())
    await desk.decide(paid())
    if mail_first:
        await doubt_the_mail(desk, mail)

    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await until_reported(desk)
    if not mail_first:
        await doubt_the_mail(desk, mail)

    assert await letters(desk) == follows


async def test_an_sms_that_did_not_arrive_beside_an_email_that_did_is_followed_by_nothing(
    desk: Desk, centre: SmsCentre
) -> None:
    centre.receipts = [UNDELIVERABLE]
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.EMAIL, "sent")

    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await until_reported(desk)

    assert await letters(desk) == []
