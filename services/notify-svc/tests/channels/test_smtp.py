from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from decisions import DECIDED_AT, EMAIL, NAME, contact, paid
from mail_server import DROP_AFTER_DATA, MailServer
from msgspec import structs
from notify_desk import Desk
from uuid_utils.compat import uuid7

from chassis.clock import SettableClock
from chassis.testing import harness
from contracts.claims import DECISION_MADE
from contracts.codec import to_json
from contracts.notify import Settlement
from contracts.vocabulary import Channel, Language
from notify_svc.app import build
from notify_svc.settings import Settings


async def test_an_email_arrives_with_both_parts_and_proper_headers(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact(language=Language.ENGLISH))
    decision = paid()
    await desk.decide(decision)

    await desk.send_until(Channel.EMAIL, "sent")

    (received,) = mail.mails
    message_id = await desk.harness.pool.fetchval("SELECT message_id FROM message WHERE channel = 'email'")
    assert received["Message-ID"] == f"<{message_id}@insurer.example>"
    assert received["To"] == EMAIL
    assert received["From"] == "Waterschade <schade@insurer.example>"
    assert received["Subject"] == "Your water damage W7XK2M9QD4T: we pay €1,590.00"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Content-Language"] == "en"
    assert received.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in received.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    (settled,) = await desk.settled()
    assert (settled.claim_id, settled.settlement, settled.attempts) == (decision.claim_id, Settlement.SENT, 1)


async def test_a_server_that_is_busy_gets_the_mail_later(desk: Desk, mail: MailServer) -> None:
    mail.answers = ["451 come back later"]
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
        await desk.until(Channel.EMAIL, "due")
        due_at = await desk.harness.pool.fetchval("SELECT due_at FROM message WHERE channel = 'email'")
        desk.later(minutes=1)
        await desk.until(Channel.EMAIL, "sent")

    assert timedelta(seconds=15) <= due_at - desk.clock.at + timedelta(minutes=1) <= timedelta(seconds=45)
    assert len(mail.mails) == 2
    assert [event.attempts for event in await desk.settled()] == [2]


async def test_a_mail_that_is_refused_for_good_is_not_tried_again(desk: Desk, mail: MailServer) -> None:
    mail.answers = ["550 no such mailbox"]
    await desk.know(contact())
    await desk.decide(paid())

    await desk.send_until(Channel.EMAIL, "refused")

    assert [event.settlement for event in await desk.settled()] == [Settlement.REFUSED, Settlement.TO_BE_POSTED]
    assert await desk.harness.pool.fetchval("SELECT last_error FROM message WHERE channel = 'email'") == "smtp-550"


async def test_a_mail_whose_answer_was_lost_goes_out_again_under_the_same_message_id(
    desk: Desk, mail: MailServer
) -> None:
    mail.answers = [DROP_AFTER_DATA]
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
        await desk.until(Channel.EMAIL, "due")
        desk.later(minutes=1)
        await desk.until(Channel.EMAIL, "sent")

    first, second = mail.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert await desk.harness.pool.fetchval("SELECT answers_lost FROM message WHERE channel = 'email'") == 1
    assert [event.settlement for event in await desk.settled()] == [Settlement.SENT]


async def test_a_mail_server_that_is_away_loses_nothing(settings: Settings) -> None:
    away = settings.model_copy(update={"smtp_port": 1})
    async with harness(replace(build(away), clock=SettableClock(DECIDED_AT))) as running:
        desk = Desk(running, SettableClock(DECIDED_AT))
        await desk.know(contact())
        await desk.decide(paid())

        async with desk.sending(Channel.EMAIL):
            await desk.until_attempts(Channel.EMAIL, 1)

        row = await desk.harness.pool.fetchrow(
            "SELECT state, answers_lost, last_error FROM message WHERE channel = 'email'"
        )
    assert row is not None
    assert tuple(row) == ("due", 0, "SMTPConnectError")


async def test_many_mails_share_a_few_connections(desk: Desk, mail: MailServer) -> None:
    customers = [uuid7() for _ in range(60)]
    await desk.know(*(contact(customer_id=customer) for customer in customers))
    await desk.decide(*(paid(customer_id=customer) for customer in customers))

    await desk.send_until(Channel.EMAIL, *["sent"] * 60)

    assert len(mail.mails) == 60
    assert len({received["Message-ID"] for received in mail.mails}) == 60
    assert len(mail.connections) <= 20


async def test_without_an_email_address_no_mail_goes_out(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact(email=None))
    await desk.decide(paid())

    await desk.send_until(Channel.EMAIL, "no_address")

    by_email, _ = await desk.settled()
    assert (by_email.channel, by_email.settlement, by_email.attempts) == (Channel.EMAIL, Settlement.NO_ADDRESS, 0)
    assert mail.mails == []
    assert await desk.states(Channel.SMS) == ["due"]


async def test_a_mail_to_a_domain_outside_ascii_goes_to_that_domain_and_no_other(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact(email="jan@straße.example"))
    await desk.decide(paid())

    await desk.send_until(Channel.EMAIL, "sent")

    assert mail.recipients == ["jan@xn--strae-oqa.example"]
    assert mail.mails[0]["To"] == "jan@xn--strae-oqa.example"


@pytest.mark.parametrize(
    ("email", "state", "last_error"),
    [
        ("jan@☃.example", "no_address", "bad-domain"),
        ("jan@[127.0.0.1]", "no_address", "bad-domain"),
        ("jörg@bücher.example", "refused", "unreadable-address"),
    ],
)
async def test_an_address_no_mail_can_reach_ends_the_message_without_asking_the_server(
    desk: Desk, mail: MailServer, email: str, state: str, last_error: str
) -> None:
    await desk.know(contact(email=email))
    await desk.decide(paid())

    await desk.send_until(Channel.EMAIL, state)

    assert await desk.harness.pool.fetchval("SELECT last_error FROM message WHERE channel = 'email'") == last_error
    assert [event.settlement.value for event in await desk.settled()] == [state, "to_be_posted"]
    assert mail.connections == []


async def test_the_mail_is_written_with_the_contact_as_it_is_when_sent(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.know(contact(version=2, email="nieuw@example.org", name="A. Ander"))

    await desk.send_until(Channel.EMAIL, "sent")

    assert mail.mails[0]["To"] == "nieuw@example.org"
    assert NAME not in mail.mails[0].as_string()


async def test_a_newer_version_waits_for_an_older_one_that_is_being_sent(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    claim_id = uuid7()
    await desk.decide(paid(claim_id=claim_id))
    await desk.harness.pool.execute("UPDATE message SET state = 'sending', attempts = 1, leased_until = 'infinity'")
    await desk.decide(paid(claim_id=claim_id, version=2))

    async with desk.sending(Channel.EMAIL):
        await desk.decide(other := paid())
        await desk.until_sent(other.claim_id)
    assert await desk.states(Channel.EMAIL) == ["sending", "sent", "due"]
    assert len(mail.mails) == 1


async def test_an_older_version_that_could_not_be_sent_gives_way_to_the_newer(desk: Desk, mail: MailServer) -> None:
    mail.answers = ["451 come back later"]
    await desk.know(contact())
    claim_id = uuid7()
    await desk.decide(paid(claim_id=claim_id))
    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
        await desk.decide(paid(claim_id=claim_id, version=2))
        await desk.until(Channel.EMAIL, "superseded", "sent")

    assert "vervangt" in mail.mails[-1].as_string()


async def test_a_decision_that_cannot_be_written_harms_no_other(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    broken, sound = paid(), paid()
    await desk.decide(broken, sound)
    await desk.harness.pool.execute("UPDATE decision SET event = '{}' WHERE claim_id = $1", broken.claim_id)

    async with desk.sending(Channel.EMAIL):
        await desk.until_sent(sound.claim_id)

    last_error = await desk.harness.pool.fetchval(
        "SELECT last_error FROM message WHERE channel = 'email' AND claim_id = $1", broken.claim_id
    )
    assert last_error == "defect-ValidationError"
    assert len(mail.mails) == 1


async def test_a_decision_written_in_another_way_is_read_back_as_it_was_read(desk: Desk, mail: MailServer) -> None:
    """Such as a moment without seconds, which only pydantic takes for one."""
    decision = structs.replace(paid(), decided_at=DECIDED_AT.replace(second=0, microsecond=0))
    await desk.know(contact())
    record = desk.delivery(decision).record
    whole = to_json(decision.decided_at)
    value = record.value.replace(whole, whole.replace(b":00Z", b"Z"))
    assert value != record.value

    await desk.harness.process(DECISION_MADE, [replace(record, value=value)])
    await desk.send_until(Channel.EMAIL, "sent")

    assert len(mail.mails) == 1


async def test_a_connection_is_kept_after_a_recipient_was_refused(desk: Desk, mail: MailServer) -> None:
    mail.recipient_answers = ["550 no such mailbox"]
    await desk.know(contact())

    async with desk.sending(Channel.EMAIL):
        await desk.decide(paid())
        await desk.until(Channel.EMAIL, "refused")
        await desk.decide(paid(version=2))
        await desk.until(Channel.EMAIL, "refused", "sent")

    assert len(mail.mails) == 1
    assert len(mail.connections) == 1


async def test_a_connection_that_the_server_has_closed_meanwhile_costs_no_attempt(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())

    async with desk.sending(Channel.EMAIL):
        await desk.decide(paid())
        await desk.until(Channel.EMAIL, "sent")
        for connection in mail.connections:
            assert connection.transport is not None
            connection.transport.close()
        await desk.decide(paid(version=2))
        await desk.until(Channel.EMAIL, "sent", "sent")

    assert [event.attempts for event in await desk.settled()] == [1, 1]
    assert len(mail.mails) == 2
