"""How a customer does not want to be told about decisions is minded where a letter can follow."""

from __future__ import annotations

import pytest
from account_requests import asked
from claim_requests import about_claim
from decisions import EMAIL, contact, paid
from mail_server import MailServer
from msgspec.structs import replace
from notify_desk import Desk
from sms_centre import SmsCentre

from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import Occasion
from contracts.policy import ContactChanged
from contracts.vocabulary import Channel


def wishing(*unwanted: Channel, **others: object) -> ContactChanged:
    return replace(contact(**others), unwanted_channels=unwanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_known_before", [True, False])
async def test_who_wants_no_sms_gets_the_mail_alone(
    desk: Desk, mail: MailServer, centre: SmsCentre, *, is_known_before: bool
) -> None:
    """Also when the decision came first, and its messages waited for the contact."""
    made, wish = paid(), wishing(Channel.SMS)
    if is_known_before:
        await desk.know(wish)
        await desk.decide(made)
    else:
        await desk.decide(made)
        await desk.know(wish)
    async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
        await desk.until(Channel.EMAIL, "sent")
        await desk.until(Channel.SMS, "no_address")

    assert (len(mail.mails), centre.messages) == (1, [])


async def test_who_wants_letters_gets_one_and_an_sms_that_says_so(
    desk: Desk, mail: MailServer, centre: SmsCentre
) -> None:
    await desk.know(wishing(Channel.EMAIL))
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
        await desk.until(Channel.POST, "to_be_posted")
        await desk.until(Channel.SMS, "sent")

    assert mail.mails == []
    assert "U krijgt een brief met uitleg." in centre.texts[0]


@pytest.mark.parametrize("unwanted", [(Channel.EMAIL,), (Channel.SMS,), (Channel.EMAIL, Channel.SMS)])
async def test_a_wish_leaves_nobody_untold_whom_no_letter_reaches(
    desk: Desk, mail: MailServer, unwanted: tuple[Channel, ...]
) -> None:
    """Not even when the mail comes back: the SMS went out beside it."""
    await desk.know(wishing(*unwanted, postal_address=None))
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
        await desk.until(Channel.EMAIL, "sent")
        await desk.until(Channel.SMS, "sent")

    assert mail.recipients == [EMAIL]


async def test_who_has_a_phone_alone_is_told_by_it(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(wishing(Channel.SMS, email=None, postal_address=None))
    await desk.decide(paid())

    await desk.send_until(Channel.SMS, "sent")

    assert len(centre.messages) == 1


async def test_no_wish_switches_off_what_happens_to_an_account_or_what_a_claim_waits_for(
    desk: Desk, mail: MailServer, centre: SmsCentre
) -> None:
    await desk.know(wishing(Channel.EMAIL, Channel.SMS))
    await desk.ask(asked(), asked(Occasion.PASSWORD_RESET_REQUESTED))
    await desk.ask_about_claims(about_claim(ClaimOccasion.REVIEW_OPENED))

    await desk.send_requests_until("sent", "sent", "sent")

    assert (len(mail.mails), len(centre.messages)) == (2, 1)


async def test_a_wish_can_be_taken_back(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(wishing(Channel.SMS))
    await desk.know(contact(version=2))
    await desk.decide(paid())

    await desk.send_until(Channel.SMS, "sent")

    assert len(centre.messages) == 1
