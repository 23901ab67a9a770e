"""Who is written to stands in no log, no event and no span, whatever is told and however that ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from account_requests import ADDRESSES, CODE, LINK, asked, told
from claim_requests import about_claim
from decisions import CUSTOMER, NOTICES, contact
from letters_operator import Operator
from mail_server import DROP_AFTER_DATA, MailServer, body_of
from notify_desk import Desk
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sms_centre import DROP, INVALID_DESTINATION, UNDELIVERABLE, SmsCentre
from test_payment_orders import ordered

from chassis.telemetry.logs import configure_logs
from chassis.telemetry.tracing import Tracing
from contracts.claim_messages import PAYMENT_OCCASIONS, ClaimOccasion
from contracts.message_requests import CUSTOMER_OCCASIONS, Occasion
from contracts.payments import PAYMENT_SETTLED, PaymentOutcome, PaymentSettled
from contracts.vocabulary import PostalAddress
from notify_svc.settings import Settings

NAME, EMAIL, PHONE = "Xanthippe Quasimodo", "xq.persoon@example.net", "+31687654321"
ADDRESS = PostalAddress(postcode="9997ZX", house_number="4711 bis")
PERSONAL = {
    *(NAME, "Xanthippe", EMAIL, "xq.persoon", PHONE, PHONE.removeprefix("+31")),
    *(ADDRESS.postcode, "9997\u00a0ZX", ADDRESS.house_number, CODE, LINK, LINK.partition("=")[2]),
}
MANY = 500
_DONE = """
    SELECT NOT EXISTS (SELECT FROM message WHERE state IN ('due', 'sending'))
       AND NOT EXISTS (SELECT FROM requested_message WHERE state IN ('due', 'sending'))
       AND (EXISTS (SELECT FROM sms_part WHERE outcome IS NOT NULL) OR NOT EXISTS (SELECT FROM sms_part))
    """


@contextmanager
def everything_logged() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logs(service="notify-svc", level="debug")
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the test's own mail server logs what it is sent
    try:
        yield
    finally:
        root.handlers[:], root.level = handlers, level


def _sent(mail: MailServer, centre: SmsCentre) -> None:
    del mail
    centre.receipts = [UNDELIVERABLE] * MANY


def _refused(mail: MailServer, centre: SmsCentre) -> None:
    mail.recipient_answers = [f"550 5.1.1 {NAME} <{EMAIL}>: no such user"] * MANY
    centre.answers = [INVALID_DESTINATION] * MANY


def _lost(mail: MailServer, centre: SmsCentre) -> None:
    mail.answers = [DROP_AFTER_DATA] * 60
    centre.answers = [DROP] * MANY


_TOLD_OF: Mapping[Callable[[MailServer, SmsCentre], None], str] = {
    _sent: "sms.undelivered",
    _refused: "",
    _lost: "answer.lost",
}
"""What is logged of it."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Time enough for all of them at once, with every line logged, on a slow machine."""
    return settings.model_copy(update={"send_timeout_seconds": 20, "lease_seconds": 90})


@pytest.mark.parametrize("ends", [_sent, _refused, _lost])
async def test_nothing_personal_is_logged_published_or_traced_whatever_is_told(
    desk: Desk,
    mail: MailServer,
    centre: SmsCentre,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    ends: Callable[[MailServer, SmsCentre], None],
) -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(service_name="notify-svc", exporter=exporter)
    desk.runtime = replace(desk.runtime, tracing=tracing)
    ends(mail, centre)
    capfd.readouterr()
    with everything_logged():
        await desk.know(contact(name=NAME, email=EMAIL, mobile_phone=PHONE, postal_address=ADDRESS))
        await desk.decide(*(write() for write in NOTICES.values()))
        await desk.ask(
            *(
                asked(one, email=EMAIL)
                if "email" in ADDRESSES.get(one, {})
                else asked(one, mobile_phone=PHONE)
                if one in ADDRESSES
                else asked(one)
                for one in Occasion
                if one not in CUSTOMER_OCCASIONS
            ),
            *(told(one) for one in CUSTOMER_OCCASIONS),
        )
        await desk.ask_about_claims(*(about_claim(one) for one in ClaimOccasion if one not in PAYMENT_OCCASIONS))
        await desk.order(order := ordered(desk))
        await desk.harness.deliver(
            PAYMENT_SETTLED,
            PaymentSettled(payment_id=order.payment_id, outcome=PaymentOutcome.SETTLED, ended_at=desk.clock.at),
        )
        workers = ("email-sender", "sms-sender", "request-sender", "sms-receipts")
        await _work(desk, workers)
    await tracing.close()
    published = await desk.harness.published()
    logged = "".join(capfd.readouterr())
    spans = [span.to_json() or "" for span in exporter.get_finished_spans()]

    assert len(published) > len(NOTICES) + len(Occasion) + len(ClaimOccasion)
    assert str(CUSTOMER) in repr(published)
    assert spans
    assert "message.value_missing" not in logged
    if ends is not _sent:
        assert mail.mails or mail.recipient_answers
    for text in (logged, repr(published), *spans):
        for personal in PERSONAL:
            assert personal not in text, personal
            assert personal.encode().hex() not in text, personal
    assert _TOLD_OF[ends] in logged
    if ends is _lost:
        return
    # What would have been found: the messages say all of it.
    if ends is _sent:
        said = "".join([*(body_of(one, "plain") for one in mail.mails), *mail.recipients, *centre.texts])
        for one in (NAME, EMAIL, CODE, LINK):
            assert one in said
    await Operator(desk, capfd).runs("export", "--to", tmp_path)
    printed = "".join(capfd.readouterr())
    assert not any(personal in printed for personal in PERSONAL)


async def _work(desk: Desk, workers: tuple[str, ...]) -> None:
    """Let all senders work until nothing is left to be sent, time passing by."""
    if not workers:
        await desk.until_true("SELECT NOT EXISTS (SELECT FROM requested_message WHERE attempts = 0 AND state = 'due')")
        for _ in range(40):
            if await desk.harness.pool.fetchval(_DONE):
                return
            desk.later(minutes=5)
            await desk.until_true("SELECT NOT EXISTS (SELECT FROM message WHERE state = 'sending')")
            await _a_moment()
        await desk.until_true(_DONE)
        return
    first, *others = workers
    async with desk.working(first):
        await _work(desk, tuple(others))


async def _a_moment() -> None:
    await asyncio.sleep(0.3)
