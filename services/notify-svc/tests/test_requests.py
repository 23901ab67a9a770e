"""Requests for messages, from the record to what the customer's mailbox or phone receives."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from account_requests import CODE, LINK, MAIL_OCCASIONS, POLICY_NUMBER, asked, told
from decisions import CUSTOMER, EMAIL, MOBILE_PHONE, NAME, contact
from mail_server import MailServer
from message_keys import OTHER_SEALER, SEALER
from msgspec import structs
from notify_desk import TRACE, Desk
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pause import Pause
from sms_centre import SmsCentre
from uuid_utils.compat import uuid7

from chassis.telemetry.logs import configure_logs
from chassis.telemetry.tracing import Tracing
from contracts.codec import to_json
from contracts.dead_letters import MessageDeadLettered
from contracts.message_requests import (
    CODE_OCCASIONS,
    LINK_OCCASIONS,
    MESSAGE_REQUESTED,
    MessageRequested,
    Occasion,
    SealedContents,
)
from contracts.notify import RequestSettlement
from contracts.policy import ContactChanged
from contracts.vocabulary import Channel, Language
from notify_svc.settings import Settings
from notify_svc.texts.languages import CATALOGUES

OLD_EMAIL, NEW_PHONE = "old.address@example.org", "+31687654321"


def parts_of(mail: EmailMessage) -> list[str]:
    """Return the mail as text and as HTML."""
    return [part.get_content() for part in mail.iter_parts() if isinstance(part, EmailMessage)]


async def test_a_code_reaches_the_customers_phone_and_nothing_else(
    desk: Desk, mail: MailServer, centre: SmsCentre
) -> None:
    await desk.know(contact())
    request = asked()
    await desk.ask(request)
    assert (await desk.request_states(), await desk.sealed()) == (["due"], 1)

    await desk.send_requests_until("sent")

    (message,) = centre.messages
    assert message.destination_addr == MOBILE_PHONE.removeprefix("+")
    assert message.short_message.decode("ascii").startswith(f"{CODE} is uw code")
    assert mail.mails == []
    assert await desk.sealed() == 0
    (settled,) = await desk.requests_settled()
    assert (settled.request_id, settled.customer_id, settled.occasion) == (
        request.request_id,
        CUSTOMER,
        Occasion.LOGIN_CODE_REQUESTED,
    )
    assert (settled.channel, settled.settlement, settled.attempts) == (Channel.SMS, RequestSettlement.SENT, 1)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("occasion", MAIL_OCCASIONS)
async def test_whatever_else_happened_is_told_by_mail(
    desk: Desk, mail: MailServer, centre: SmsCentre, occasion: Occasion, language: Language
) -> None:
    await desk.know(contact(language=language))
    request = asked(occasion)
    await desk.ask(request)

    await desk.send_requests_until("sent")

    (received,) = mail.mails
    assert mail.recipients == [EMAIL]
    assert received["Subject"] == CATALOGUES[language].account.mails[occasion].subject
    assert received["Message-ID"] == f"<{request.request_id}@insurer.example>"
    for part in parts_of(received):
        assert NAME in part
        assert (LINK in part) == (occasion in LINK_OCCASIONS)
    assert "{" not in parts_of(received)[0]
    assert centre.messages == []
    assert await desk.sealed() == 0
    assert [(one.channel, one.settlement) for one in await desk.requests_settled()] == [
        (Channel.EMAIL, RequestSettlement.SENT)
    ]


@pytest.mark.parametrize(
    ("occasion", "happened"),
    [
        (Occasion.WELCOME, "Fijn dat u voor"),
        (Occasion.POLICY_ADDED, "Uw nieuwe verzekering"),
        (Occasion.POLICY_CHANGED, "is gewijzigd"),
        (Occasion.POLICY_RENEWED, "verlengd"),
        (Occasion.POLICY_CANCELLED, "is opgezegd"),
    ],
)
async def test_what_happened_to_a_policy_is_told_by_mail_with_its_number(
    desk: Desk, mail: MailServer, occasion: Occasion, happened: str
) -> None:
    await desk.know(contact())
    request = told(occasion)
    await desk.ask(request, request)

    await desk.send_requests_until("sent")

    (received,) = mail.mails
    assert mail.recipients == [EMAIL]
    for part in parts_of(received):
        said = " ".join(part.split())
        told_of = (happened, POLICY_NUMBER, "1 augustus 2021", "Uw relatienummer is 123456.")
        assert [words for words in told_of if words not in said] == []
    assert [(one.request_id, one.occasion, one.settlement) for one in await desk.requests_settled()] == [
        (request.request_id, occasion, RequestSettlement.SENT)
    ]


async def test_changed_data_are_told_to_the_address_of_before_too(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    changed = Occasion.PERSONAL_DATA_CHANGED
    await desk.ask(told(changed), told(changed, email=OLD_EMAIL))

    await desk.send_requests_until("sent", "sent")

    assert sorted(mail.recipients) == sorted([EMAIL, OLD_EMAIL])
    assert await desk.sealed() == 0


async def test_an_address_that_was_sealed_comes_before_the_one_that_is_known(
    desk: Desk, mail: MailServer, centre: SmsCentre
) -> None:
    await desk.know(contact())
    await desk.ask(asked(Occasion.EMAIL_CHANGED, email=OLD_EMAIL), asked(mobile_phone=NEW_PHONE))

    await desk.send_requests_until("sent", "sent")

    assert mail.recipients == [OLD_EMAIL]
    assert [message.destination_addr for message in centre.messages] == [NEW_PHONE.removeprefix("+")]


async def test_the_number_that_is_left_is_told_and_not_the_new_one(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(contact(mobile_phone=NEW_PHONE))
    await desk.ask(asked(Occasion.MOBILE_PHONE_LEFT, mobile_phone=MOBILE_PHONE))

    await desk.send_requests_until("sent")

    (message,) = centre.messages
    assert message.destination_addr == MOBILE_PHONE.removeprefix("+")
    assert b"gebruikt dit nummer" in message.short_message


async def test_a_request_is_sent_once_however_often_it_comes(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(contact())
    request = asked()
    await desk.ask(request, request)
    await desk.ask(request)
    await desk.send_requests_until("sent")

    await desk.ask(request)
    other = asked()
    await desk.ask(other)
    await desk.send_requests_until("sent", "sent")

    assert len(centre.messages) == 2
    assert [one.request_id for one in await desk.requests_settled()] == [request.request_id, other.request_id]


@pytest.mark.parametrize(
    ("occasion", "without"),
    [
        (Occasion.LOGIN_CODE_REQUESTED, contact(mobile_phone=None)),
        (Occasion.PASSWORD_RESET_REQUESTED, contact(email=None)),
        (Occasion.ACTIVATION_REQUESTED, contact(email="j@-.example")),
    ],
)
async def test_what_has_a_code_or_a_link_goes_by_no_other_way(
    desk: Desk, mail: MailServer, centre: SmsCentre, occasion: Occasion, without: ContactChanged
) -> None:
    await desk.know(without)
    await desk.ask(asked(occasion))

    await desk.send_requests_until("no_address")

    assert (mail.mails, centre.messages, await desk.sealed()) == ([], [], 0)
    assert [(one.settlement, one.attempts) for one in await desk.requests_settled()] == [
        (RequestSettlement.NO_ADDRESS, 0)
    ]


async def test_what_comes_too_late_is_expired_at_once_and_never_stored(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(contact())
    desk.later(minutes=5)

    await desk.ask(asked())

    assert (await desk.request_states(), await desk.sealed()) == (["expired"], 0)
    assert [(one.settlement, one.attempts) for one in await desk.requests_settled()] == [(RequestSettlement.EXPIRED, 0)]
    assert centre.messages == []


async def test_what_could_not_be_sent_in_time_is_expired_and_erased(desk: Desk, centre: SmsCentre) -> None:
    await desk.ask(asked())  # nothing is known of this customer

    async with desk.sending_requests():
        await desk.until_true("SELECT true FROM requested_message WHERE attempts = 1 AND state = 'due'")
        desk.later(minutes=5)
        await desk.until_requests("expired")

    assert (await desk.sealed(), centre.messages) == (0, [])
    assert [one.settlement for one in await desk.requests_settled()] == [RequestSettlement.EXPIRED]
    assert await desk.harness.pool.fetchval("SELECT last_error FROM requested_message") == "contact-unknown"


async def test_a_request_that_is_ahead_of_the_contact_data_waits_for_them(desk: Desk, centre: SmsCentre) -> None:
    await desk.ask(asked())

    async with desk.sending_requests():
        await desk.until_true("SELECT true FROM requested_message WHERE attempts = 1 AND state = 'due'")
        await desk.know(contact())
        desk.later(seconds=2)
        await desk.until_requests("sent")

    assert len(centre.messages) == 1


def other_contents(**changes: object) -> str:
    fields = {"request_id": uuid7(), "customer_id": CUSTOMER, "code": CODE} | changes
    return SEALER.seal(to_json(SealedContents(**fields)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (asked(sealer=OTHER_SEALER), "undecryptable"),
        (asked(sealed="a.b.c.d.e"), "undecryptable"),
        (asked(sealed=asked().sealed), "sealed-for-another"),
        (asked(sealed=other_contents()), "sealed-for-another"),
        (asked(sealed=SEALER.seal(f'{{"code": "{CODE}"}}'.encode())), "unreadable-contents"),
        (asked(sealed=SEALER.seal(b"\xff8305961742")), "unreadable-contents"),
    ],
)
async def test_what_cannot_be_opened_is_a_dead_letter_without_it_and_holds_up_no_other(
    desk: Desk, centre: SmsCentre, request_: MessageRequested, code: str
) -> None:
    await desk.know(contact())
    await desk.ask(request_, asked())

    await desk.send_requests_until("sent")

    row = await desk.harness.pool.fetchrow("SELECT reason_code, reason, value FROM messaging.dead_letter")
    assert row is not None
    assert (row["reason_code"], row["value"]) == (code, None)
    letters = [one for one in await desk.harness.published() if isinstance(one, MessageDeadLettered)]
    assert [(one.reason_code, one.value_base64, one.topic) for one in letters] == [(code, None, MESSAGE_REQUESTED.name)]
    assert len(centre.messages) == 1
    assert request_.sealed is not None
    assert request_.sealed not in await desk.everything_stored()


@pytest.mark.parametrize("occasion", sorted(CODE_OCCASIONS | LINK_OCCASIONS))
async def test_what_is_told_with_a_code_or_a_link_is_refused_without(desk: Desk, occasion: Occasion) -> None:
    await desk.ask(structs.replace(asked(occasion), sealed=None))

    assert await desk.request_states() == []
    code = await desk.harness.pool.fetchval("SELECT reason_code FROM messaging.dead_letter")
    assert code == ("no-code" if occasion in CODE_OCCASIONS else "no-link")


@pytest.mark.parametrize(
    ("occasion", "contents", "code"),
    [
        (Occasion.LOGIN_CODE_REQUESTED, {"link": LINK}, "no-code"),
        (Occasion.PASSWORD_RESET_REQUESTED, {"code": CODE}, "no-link"),
        (Occasion.EMAIL_CHANGED, {"link": LINK}, "no-old-address"),
        (Occasion.EMAIL_CONFIRMATION_REQUESTED, {"link": LINK}, "no-new-address"),
        (Occasion.PHONE_CODE_REQUESTED, {"code": CODE}, "no-new-number"),
        (Occasion.MOBILE_PHONE_LEFT, {}, "no-old-number"),
    ],
)
async def test_a_request_whose_contents_are_not_what_it_is_told_with_is_refused(
    desk: Desk, occasion: Occasion, contents: dict[str, str], code: str
) -> None:
    request = asked(occasion)
    sealed = SEALER.seal(
        to_json(SealedContents(request_id=request.request_id, customer_id=request.customer_id, **contents))
    )

    await desk.ask(structs.replace(request, sealed=sealed))

    assert await desk.request_states() == []
    assert await desk.harness.pool.fetchval("SELECT reason_code FROM messaging.dead_letter") == code


async def test_a_code_that_was_asked_for_again_replaces_the_one_that_was_not_sent(
    desk: Desk, centre: SmsCentre
) -> None:
    await desk.know(contact())
    first = asked()
    second = asked(replaces=first.request_id)
    third = asked(replaces=second.request_id)
    await desk.ask(first, second)
    await desk.ask(third)

    await desk.send_requests_until("superseded", "superseded", "sent")

    assert len(centre.messages) == 1
    assert await desk.sealed() == 0
    assert [(one.request_id, one.settlement) for one in await desk.requests_settled()] == [
        (first.request_id, RequestSettlement.SUPERSEDED),
        (second.request_id, RequestSettlement.SUPERSEDED),
        (third.request_id, RequestSettlement.SENT),
    ]


async def test_nobody_replaces_the_code_of_another_customer(desk: Desk) -> None:
    await desk.know(contact())
    first = asked()
    await desk.ask(first)

    await desk.ask(asked(customer_id=uuid7(), replaces=first.request_id))

    states = await desk.harness.pool.fetch("SELECT state FROM requested_message WHERE customer_id = $1", CUSTOMER)
    assert [row["state"] for row in states] == ["due"]


async def test_neither_code_nor_link_nor_sealed_address_is_ever_kept_logged_published_or_traced_in_clear(
    desk: Desk, mail: MailServer, centre: SmsCentre, capfd: pytest.CaptureFixture[str]
) -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(service_name="notify-svc", exporter=exporter)
    desk.runtime = replace(desk.runtime, tracing=tracing)
    configure_logs(service="notify-svc", level="debug")
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the test's own mail server logs what it is sent
    mail.recipient_pauses.append(pause := Pause())
    mail.answers = ["451 later"]
    kept = []
    await desk.know(contact())
    await desk.ask(
        asked(Occasion.EMAIL_CHANGED, email=OLD_EMAIL),
        asked(mobile_phone=NEW_PHONE),
        asked(sealer=OTHER_SEALER),
    )
    kept.append(await desk.everything_stored())
    async with desk.sending_requests():
        await pause.until_reached()
        kept.append(await desk.everything_stored())
        pause.end()
        await desk.until_true("SELECT true FROM requested_message WHERE state = 'due' AND attempts = 1")
        kept.append(await desk.everything_stored())
        desk.later(seconds=2)
        await desk.until_requests("sent", "sent")
    kept.append(await desk.everything_stored())
    await tracing.close()
    kept.append(repr(await desk.harness.published()))
    kept.append("".join(capfd.readouterr()))
    spans = exporter.get_finished_spans()
    kept += [span.to_json() for span in spans]

    assert {span.name for span in spans} >= {"send requested email", "send requested sms"}
    assert any(span.context and f"{span.context.trace_id:032x}" == TRACE[3:35] for span in spans)
    assert LINK in parts_of(mail.mails[-1])[0]
    assert CODE in centre.texts[0]
    for secret in (CODE, LINK, LINK.partition("=")[2], OLD_EMAIL, NEW_PHONE, NEW_PHONE.removeprefix("+")):
        for text in kept:
            assert secret not in text
            assert secret.encode().hex() not in text


async def test_a_row_that_is_settled_cannot_hold_what_was_sealed(desk: Desk) -> None:
    await desk.know(contact())
    await desk.ask(asked())

    with pytest.raises(Exception, match="requested_message_check"):
        await desk.harness.pool.execute("UPDATE requested_message SET state = 'sent', settled_at = now()")


@pytest.mark.parametrize("occasion", [Occasion.LOGIN_CODE_REQUESTED, Occasion.PASSWORD_RESET_REQUESTED])
async def test_what_could_arrive_when_it_has_expired_is_not_handed_over_and_told_as_expired(
    desk: Desk, settings: Settings, mail: MailServer, centre: SmsCentre, occasion: Occasion
) -> None:
    await desk.know(contact())
    too_short = timedelta(seconds=settings.send_timeout_seconds - 0.01)
    request = asked(occasion, expires_in=too_short)
    await desk.ask(request)

    await desk.send_requests_until("expired")  # at once: the clock stands still

    assert (mail.mails, centre.messages, await desk.sealed()) == ([], [], 0)
    assert [(one.request_id, one.settlement) for one in await desk.requests_settled()] == [
        (request.request_id, RequestSettlement.EXPIRED)
    ]


@pytest.mark.parametrize("occasion", [Occasion.LOGIN_CODE_REQUESTED, Occasion.PASSWORD_RESET_REQUESTED])
async def test_what_has_time_enough_to_arrive_is_sent(desk: Desk, settings: Settings, occasion: Occasion) -> None:
    await desk.know(contact())
    await desk.ask(asked(occasion, expires_in=timedelta(seconds=settings.send_timeout_seconds + 3)))

    await desk.send_requests_until("sent")
