"""What was said is kept word for word, never changes, holds no secret, and is unreadable once its reader is erased."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pytest
from account_requests import CODE, LINK, asked, told
from claim_requests import REFERENCE, about_claim
from decisions import CUSTOMER, EMAIL, MOBILE_PHONE, NAME, REPORT, contact, paid, reporter
from mail_server import DROP_AFTER_DATA, MailServer, body_of
from message_keys import KEPT_TEXT_KEY, OTHER_PRIVATE_KEY
from msgspec.structs import replace
from notify_desk import Desk
from pause import Pause
from sms_centre import SmsCentre
from uuid_utils.compat import uuid7

from chassis.vault import CannotOpenKeptError, Vault
from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import Occasion
from contracts.notify import REPORTER_CONTACT_PROVIDED
from contracts.vocabulary import Channel, Language
from notify_svc.domain.written import WITHHELD, Written
from notify_svc.repository import kept_texts
from notify_svc.repository.kept_texts import KeptResult, KeptText, TextToKeep
from notify_svc.texts.languages import texts_version

VAULT = Vault(KEPT_TEXT_KEY)
SENT_ONE = "SELECT count(*) = 1 FROM kept_text"


async def kept(desk: Desk, *, claim_reference: str = "W7XK2M9QD4T", vault: Vault = VAULT) -> Sequence[KeptText]:
    async with desk.harness.pool.acquire() as connection:
        return await kept_texts.about_claim(connection, claim_reference=claim_reference, vault=vault)


async def of_customer(desk: Desk, customer_id: UUID = CUSTOMER) -> Sequence[KeptText]:
    async with desk.runtime.transaction() as work:
        found = kept_texts.of_customer(work.connection, customer_id=customer_id, vault=VAULT)
        return [one async for one in found]


async def told_of_a_decision(desk: Desk) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
        await desk.until_tried(2)


async def test_what_was_sent_about_a_decision_is_kept_word_for_word(
    desk: Desk, mail: MailServer, centre: SmsCentre
) -> None:
    await told_of_a_decision(desk)

    by_channel = {one.row["channel"]: one for one in await kept(desk)}

    email, sms = by_channel["email"].contents, by_channel["sms"].contents
    assert email is not None
    assert sms is not None
    (received,) = mail.mails
    text, markup = (body_of(received, form) for form in ("plain", "html"))
    assert (email.recipient, email.subject) == (EMAIL, received["Subject"])
    assert (email.text.splitlines(), (email.html or "").splitlines()) == (text.splitlines(), markup.splitlines())
    sent = centre.texts[0].replace("\x1be", "€")  # two septets in the alphabet of SMS
    assert (sms.recipient, sms.text) == (MOBILE_PHONE, sent)
    row = by_channel["email"].row
    assert (row["language"], row["texts_version"]) == ("nl", texts_version(Language.DUTCH))
    assert (row["result"], row["attempt"], row["claim_version"], row["owner_id"]) == ("sent", 1, 1, CUSTOMER)
    assert row["message_id"] == UUID(received["Message-ID"][1:].partition("@")[0])


async def test_nothing_personal_can_be_read_in_the_tables_of_what_is_kept(desk: Desk) -> None:
    await told_of_a_decision(desk)

    rows = await desk.harness.pool.fetch(
        "SELECT one::text FROM kept_text AS one UNION ALL SELECT key::text FROM kept_key AS key"
    )

    stored = "".join(row[0] for row in rows)
    for personal in (NAME, EMAIL, MOBILE_PHONE):
        assert personal not in stored
        assert personal.encode().hex() not in stored


async def test_the_picture_that_a_mail_showed_is_kept_once_as_it_was_sent(desk: Desk, mail: MailServer) -> None:
    await told_of_a_decision(desk)
    await desk.decide(paid())
    await desk.send_until(Channel.EMAIL, "sent", "sent")

    pictures = [part for one in mail.mails for part in one.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 2
    (row,) = await desk.harness.pool.fetch("SELECT * FROM kept_picture")
    assert {part.get_content() for part in pictures} == {row["png"]}
    assert {part["Content-ID"] for part in pictures} == {f"<{row['content_id']}>"}
    page = next(one.contents.html for one in await kept(desk) if one.contents is not None and one.contents.html)
    assert f"cid:{row['content_id']}" in page


@pytest.mark.parametrize(
    "statement",
    [
        *("UPDATE kept_text SET result = 'printed'", "DELETE FROM kept_text", "TRUNCATE kept_text"),
        *("UPDATE kept_picture SET png = ''", "DELETE FROM kept_picture", "TRUNCATE kept_picture"),
    ],
)
async def test_what_is_kept_does_not_change(desk: Desk, statement: str) -> None:
    await told_of_a_decision(desk)

    with pytest.raises(asyncpg.RestrictViolationError, match="does not change"):
        await desk.harness.pool.execute(statement)


async def test_who_is_erased_leaves_the_proof_that_something_was_sent_and_not_what(desk: Desk) -> None:
    await told_of_a_decision(desk)
    other = uuid7()
    await desk.know(contact(customer_id=other))
    await desk.decide(paid(customer_id=other))
    async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
        await desk.until_tried(4)

    await desk.harness.pool.execute("DELETE FROM contact WHERE customer_id = $1", CUSTOMER)

    assert [(one.row["result"], one.contents) for one in await of_customer(desk)] == [("sent", None)] * 2
    assert all(one.contents is not None for one in await of_customer(desk, other))


async def test_what_is_on_its_way_when_its_reader_is_erased_is_unreadable_from_the_start(
    desk: Desk, mail: MailServer
) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    mail.recipient_pauses.append(pause := Pause())
    async with desk.sending(Channel.EMAIL):
        await pause.until_reached()
        await desk.harness.pool.execute("DELETE FROM contact")
        pause.end()
        await desk.until(Channel.EMAIL, "sent")

    assert [one.contents for one in await of_customer(desk)] == [None]


def to_keep(
    *, customer_id: UUID | None = CUSTOMER, report_ids: tuple[UUID, ...] = (), recipient: str = EMAIL
) -> TextToKeep:
    return TextToKeep(
        message_id=uuid7(),
        attempt=1,
        channel=Channel.EMAIL,
        result=KeptResult.SENT,
        written=Written(
            customer_id=customer_id,
            report_ids=report_ids,
            claim_reference=REFERENCE,
            language=Language.DUTCH,
            texts_version="1",
            recipient=recipient,
            text="Dag",
        ),
    )


@pytest.mark.parametrize("erase", ["DELETE FROM contact", "DELETE FROM reporter_contact"])
async def test_an_erasure_waits_for_what_is_just_being_kept(desk: Desk, erase: str) -> None:
    await desk.know(contact())
    await desk.harness.deliver(REPORTER_CONTACT_PROVIDED, reporter())
    is_customer = erase == "DELETE FROM contact"
    text = to_keep() if is_customer else to_keep(customer_id=None, report_ids=(REPORT,))
    async with desk.runtime.transaction() as work:
        await kept_texts.keep(work.connection, texts=[text], vault=VAULT)
        erasing = asyncio.create_task(_execute(desk, erase))
        await desk.until_waiting_for_a_lock(erasing)
    await erasing

    assert [one.contents for one in await of_customer(desk, CUSTOMER if is_customer else REPORT)] == [None]


async def test_what_is_kept_waits_for_an_erasure_that_has_begun(desk: Desk) -> None:
    await desk.know(contact())
    async with desk.runtime.transaction() as work:
        await work.connection.execute("DELETE FROM contact")
        keeping = asyncio.create_task(_keep(desk, to_keep()))
        await desk.until_waiting_for_a_lock(keeping)
    await keeping

    assert [one.contents for one in await of_customer(desk)] == [None]


async def _execute(desk: Desk, statement: str) -> None:
    await desk.harness.pool.execute(statement)


async def _keep(desk: Desk, *texts: TextToKeep) -> None:
    async with desk.runtime.transaction() as work:
        await kept_texts.keep(work.connection, texts=texts, vault=VAULT)


async def test_a_reporters_text_goes_with_their_contact_data(desk: Desk) -> None:
    await desk.harness.deliver(REPORTER_CONTACT_PROVIDED, reporter())
    await desk.decide(replace(paid(customer_id=None), report_ids=(uuid7(), REPORT)))
    await desk.send_until(Channel.EMAIL, "sent")
    (before,) = await of_customer(desk, REPORT)
    assert before.contents is not None

    desk.later(days=31)
    assert await desk.harness.fire_due_timers() >= 1

    assert [one.contents for one in await of_customer(desk, REPORT)] == [None]


async def test_what_was_said_to_one_of_several_reporters_goes_with_that_one(desk: Desk) -> None:
    first, second = REPORT, uuid7()
    others = {first: EMAIL, second: "Second@example.org"}
    for report_id, email in others.items():
        await desk.harness.deliver(REPORTER_CONTACT_PROVIDED, reporter(report_id=report_id, email=email))
    addresses = ("second@example.org", EMAIL, "erased-meanwhile@example.org")
    await _keep(desk, *(to_keep(customer_id=None, report_ids=(first, second), recipient=one) for one in addresses))
    assert [len(await of_customer(desk, one)) for one in others] == [1, 1]

    await desk.harness.pool.execute("DELETE FROM reporter_contact WHERE report_id = $1", second)

    said = {one.row["owner_id"]: one.contents for one in await kept(desk, claim_reference=REFERENCE)}
    assert (said[second], said[None]) == (None, None)
    kept_of_first = said[first]
    assert kept_of_first is not None
    assert kept_of_first.recipient == EMAIL


async def test_one_key_is_shared_by_what_is_recorded_together_for_one_reader_and_by_nothing_else(desk: Desk) -> None:
    await desk.know(contact())
    other = uuid7()
    await desk.know(contact(customer_id=other))
    await _keep(desk, to_keep(), to_keep(customer_id=other), to_keep())
    await _keep(desk, to_keep())

    keys = await desk.harness.pool.fetch("SELECT count(*) FROM kept_text GROUP BY key_id, owner_id ORDER BY 1")
    assert [row["count"] for row in keys] == [1, 1, 2]
    assert await desk.harness.pool.fetchval("SELECT count(*) FROM kept_key") == 3


async def test_a_text_that_is_put_under_another_message_does_not_open(desk: Desk) -> None:
    await desk.know(contact())
    await _keep(desk, one := to_keep(), other := to_keep())
    await desk.harness.pool.execute("ALTER TABLE kept_text DISABLE TRIGGER USER")
    await desk.harness.pool.execute(
        "UPDATE kept_text SET sealed = (SELECT sealed FROM kept_text WHERE message_id = $1) WHERE message_id = $2",
        one.message_id,
        other.message_id,
    )

    async with desk.harness.pool.acquire() as connection:
        with pytest.raises(CannotOpenKeptError):
            await kept_texts.of_message(connection, message_id=other.message_id, vault=VAULT)


async def test_a_mail_whose_answer_was_lost_is_kept_for_each_attempt(desk: Desk, mail: MailServer) -> None:
    mail.answers = [DROP_AFTER_DATA]
    await desk.know(contact())
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
        desk.later(minutes=1)
        await desk.until(Channel.EMAIL, "sent")

    assert [(one.row["attempt"], one.row["result"]) for one in await kept(desk)] == [(1, "answer_lost"), (2, "sent")]


async def test_what_certainly_reached_nobody_is_not_kept(desk: Desk, mail: MailServer) -> None:
    mail.answers = ["550 no such user"]
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.EMAIL, "refused")

    assert await kept(desk) == []


async def test_codes_and_links_are_sent_and_never_kept(desk: Desk, mail: MailServer, centre: SmsCentre) -> None:
    await desk.know(contact())
    await desk.ask(asked(), asked(Occasion.PASSWORD_RESET_REQUESTED))
    await desk.send_requests_until("sent", "sent")
    assert CODE in centre.texts[0]
    assert LINK in mail.mails[0].as_string().replace("=\n", "").replace("=3D", "=")

    said = [one.contents for one in await of_customer(desk)]

    assert len(said) == 2
    for contents in said:
        assert contents is not None
        whole = html.unescape(f"{contents.text} {contents.html}")
        assert WITHHELD in whole
        assert CODE not in whole
        assert "token=" not in whole
    (by_sms,) = (one for one in said if one is not None and one.html is None)
    assert by_sms.text == centre.texts[0].replace(CODE, WITHHELD)


async def test_messages_about_claims_and_policies_are_kept_by_what_they_tell(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    await desk.ask(told())
    await desk.ask_about_claims(about_claim(ClaimOccasion.REVIEW_OPENED))
    await desk.send_requests_until("sent", "sent")

    kinds = {(one.row["occasion"], one.row["claim_reference"]) for one in await of_customer(desk)}
    assert kinds == {("policy_changed", None), ("review_opened", REFERENCE)}
    assert len(mail.mails) == 2


async def test_a_customer_who_asks_for_everything_gets_what_was_said(desk: Desk, mail: MailServer) -> None:
    await told_of_a_decision(desk)
    (received,) = mail.mails

    held = await desk.harness.holds(customer_id=CUSTOMER, relation_number="123456")

    said = {one["channel"]: one for one in held["what_messages_said"]}
    assert said["email"]["subject"] == received["Subject"]
    assert said["email"]["recipient"] == EMAIL
    assert NAME in said["email"]["text"]


async def test_a_customer_gets_all_the_rest_when_the_key_of_what_was_said_is_missing(desk: Desk) -> None:
    await told_of_a_decision(desk)
    await desk.harness.pool.execute(r"UPDATE kept_key SET wrapped = wrapped || '\x00'::bytea")

    held = await desk.harness.holds(customer_id=CUSTOMER, relation_number="123456")

    assert held["contact"]
    assert {(one["result"], one["text"]) for one in held["what_messages_said"]} == {("sent", None)}


async def test_a_service_key_is_replaced(desk: Desk) -> None:
    await told_of_a_decision(desk)
    both = Vault(f"{OTHER_PRIVATE_KEY},{KEPT_TEXT_KEY}")
    async with desk.runtime.transaction() as work:
        assert (await kept_texts.rewrap(work.connection, vault=both)).count >= 1
    async with desk.runtime.transaction() as work:
        assert (await kept_texts.rewrap(work.connection, vault=both)).count == 0

    assert all(one.contents is not None for one in await kept(desk, vault=Vault(OTHER_PRIVATE_KEY)))
    with pytest.raises(CannotOpenKeptError):
        await kept(desk, vault=VAULT)
