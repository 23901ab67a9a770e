"""Messages about claims besides their decisions, from the request to the mailbox."""

from __future__ import annotations

from claim_requests import CLAIM_PAGE, about_claim
from decisions import EMAIL, contact, reporter
from mail_server import MailServer
from notify_desk import Desk
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from uuid_utils.compat import uuid7

from contracts.claim_messages import ClaimOccasion
from contracts.notify import REPORTER_CONTACT_PROVIDED, RequestSettlement


async def test_a_question_reaches_the_customer_once_and_what_became_of_it_is_told(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    request = about_claim(ClaimOccasion.QUESTIONS_ASKED)
    await desk.ask_about_claims(request)
    await desk.ask_about_claims(request)

    await desk.send_requests_until("sent")

    (sent,) = mail.mails
    assert sent["To"] == EMAIL
    body = sent.get_body(("plain",))
    assert body is not None
    assert CLAIM_PAGE in body.get_content()
    (settled,) = await desk.claim_messages_settled()
    assert (settled.request_id, settled.claim_id, settled.occasion, settled.settlement) == (
        request.request_id,
        request.claim_id,
        ClaimOccasion.QUESTIONS_ASKED,
        RequestSettlement.SENT,
    )


async def test_without_a_customer_the_first_reporter_who_gave_an_address_is_told(desk: Desk, mail: MailServer) -> None:
    without, first, second = uuid7(), uuid7(), uuid7()
    await desk.harness.deliver(
        REPORTER_CONTACT_PROVIDED,
        reporter(report_id=second, email="second@example.org"),
        reporter(report_id=without, email=None),
        reporter(report_id=first, email="first@example.org"),
    )
    await desk.ask_about_claims(
        about_claim(ClaimOccasion.TAKEN_UP, customer_id=None, report_ids=(without, first, second)),
        about_claim(ClaimOccasion.TAKEN_UP, report_ids=(first,)),
    )

    await desk.send_requests_until("sent", "due")

    assert [sent["To"] for sent in mail.mails] == ["first@example.org"]


async def test_a_message_that_lacks_a_value_waits_loudly_and_stops_no_other(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    incomplete = about_claim(ClaimOccasion.STILL_WAITING)
    labels = {"template": "claim.mails.still_waiting", "key": "due_day"}
    counted = REGISTRY.get_sample_value("notify_values_missing_total", labels) or 0
    await desk.ask_about_claims(incomplete, about_claim(ClaimOccasion.TAKEN_UP))
    await desk.harness.pool.execute("UPDATE requested_message SET claim = (claim::jsonb - 'due_on')::json")

    with capture_logs() as logs:
        await desk.send_requests_until("due", "sent")

    (sent,) = mail.mails
    assert "begonnen" in sent["Subject"]
    (line,) = [one for one in logs if one["event"] == "message.value_missing"]
    assert line["log_level"] == "error"
    assert line["request_id"] == str(incomplete.request_id)
    assert labels.items() < line.items()
    assert REGISTRY.get_sample_value("notify_values_missing_total", labels) == counted + 1
    assert await desk.harness.pool.fetchval("SELECT last_error FROM requested_message WHERE state = 'due'") == (
        "value-missing"
    )
