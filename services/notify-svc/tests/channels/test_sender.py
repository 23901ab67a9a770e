from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from urllib.parse import urlsplit

import asyncpg
import pytest
from decisions import EMAIL, MOBILE_PHONE, NAME, contact, denied, paid
from mail_server import DROP_AFTER_DATA, MailServer
from notify_desk import TRACE, Desk
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from pause import Pause
from prometheus_client import REGISTRY
from sms_centre import DROP, INVALID_DESTINATION, SmsCentre
from uuid_utils.compat import uuid7

from chassis.telemetry.logs import configure_logs
from chassis.telemetry.tracing import Tracing
from contracts.vocabulary import Channel
from notify_svc.channels.smtp_session import SmtpSession


class Panic(BaseException):
    """As Rust code raises it."""


async def test_two_processes_share_a_channel_and_send_each_message_once(desk: Desk, mail: MailServer) -> None:
    customers = [uuid7() for _ in range(80)]
    await desk.know(*(contact(customer_id=customer) for customer in customers))
    await desk.decide(*(paid(customer_id=customer) for customer in customers))

    async with desk.sending(Channel.EMAIL), desk.sending(Channel.EMAIL):
        await desk.until(Channel.EMAIL, *["sent"] * 80)

    assert len(mail.mails) == 80
    assert len({received["Message-ID"] for received in mail.mails}) == 80


async def test_the_sender_outlives_a_database_that_was_away(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())

    async with desk.sending(Channel.EMAIL):
        await desk.harness.pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await desk.decide(paid())
        await desk.until(Channel.EMAIL, "sent")

    assert len(mail.mails) == 1


async def test_the_sender_outlives_a_database_that_refuses_its_login(
    desk: Desk, database: str, mail: MailServer
) -> None:
    await desk.know(contact())
    administrator = await asyncpg.connect(database)
    password = urlsplit(database).password

    async with desk.sending(Channel.EMAIL):
        await administrator.execute("ALTER ROLE CURRENT_USER PASSWORD 'changed'")
        await administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        (trouble,) = desk.runtime.troubles
        async with asyncio.timeout(20):
            while "PostgreSQL, InvalidPasswordError (28P01)" not in (trouble.problem(tolerated_seconds=0) or ""):
                await asyncio.sleep(0.02)
        await administrator.execute(f"ALTER ROLE CURRENT_USER PASSWORD '{password}'")
        await administrator.close()
        await desk.decide(paid())
        await desk.until(Channel.EMAIL, "sent")
        assert trouble.seconds == 0

    assert len(mail.mails) == 1


async def test_a_stop_finishes_what_is_being_sent(desk: Desk, mail: MailServer) -> None:
    customers = [uuid7() for _ in range(30)]
    await desk.know(*(contact(customer_id=customer) for customer in customers))
    await desk.decide(*(paid(customer_id=customer) for customer in customers))

    async with desk.sending(Channel.EMAIL), asyncio.timeout(20):
        await mail.first_mail.wait()

    states = await desk.states(Channel.EMAIL)
    assert states.count("sent") == len(mail.mails) >= 1
    assert states.count("due") == 30 - len(mail.mails)


async def test_what_followed_an_attempt_is_counted(desk: Desk, mail: MailServer) -> None:
    deferred = sample("notify_send_retries_total", result="deferred")
    answers_lost = sample("notify_answers_lost_total", step="retried")
    settled = sample("notify_messages_settled_total", settlement="sent")
    mail.answers = ["451 come back later", DROP_AFTER_DATA]
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.sending(Channel.EMAIL):
        for attempts in (1, 2):
            await desk.until_attempts(Channel.EMAIL, attempts)
            desk.later(minutes=5)
        await desk.until(Channel.EMAIL, "sent")

    assert sample("notify_send_retries_total", result="deferred") == deferred + 1
    assert sample("notify_answers_lost_total", step="retried") == answers_lost + 1
    assert sample("notify_messages_settled_total", settlement="sent") == settled + 1


async def test_an_answer_that_was_lost_is_counted_and_logged_when_that_is_committed(
    desk: Desk, mail: MailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    retried = sample("notify_send_retries_total", result="answer_lost")
    answers_lost = sample("notify_answers_lost_total", step="retried")
    mail.answers = [DROP_AFTER_DATA]
    await desk.know(contact())
    await desk.decide(paid())
    await desk.fail_next_commit()

    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)

    assert await desk.commits_failed()
    assert "".join(capfd.readouterr()).count("answer.lost") == 1
    assert sample("notify_send_retries_total", result="answer_lost") == retried + 1
    assert sample("notify_answers_lost_total", step="retried") == answers_lost + 1


async def test_a_message_that_was_settled_is_counted_when_that_is_committed(desk: Desk, mail: MailServer) -> None:
    sent = sample("notify_messages_settled_total", settlement="sent")
    await desk.know(contact())
    await desk.decide(paid())
    await desk.fail_next_commit()

    await desk.send_until(Channel.EMAIL, "sent")

    assert await desk.commits_failed()
    assert sample("notify_messages_settled_total", settlement="sent") == sent + 1
    assert len(mail.mails) == 1


async def test_a_result_that_another_process_has_forestalled_is_neither_counted_nor_logged(
    desk: Desk, mail: MailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    answers_lost = sample("notify_answers_lost_total", step="retried")
    mail.answers = [DROP_AFTER_DATA]
    mail.recipient_pauses.append(pause := Pause())
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.sending(Channel.EMAIL):
        await pause.until_reached()
        await desk.harness.pool.execute("UPDATE message SET state = 'refused' WHERE channel = 'email'")
        pause.end()

    assert len(mail.mails) == 1
    assert await desk.states(Channel.EMAIL) == ["refused"]
    assert "answer.lost" not in "".join(capfd.readouterr())
    assert sample("notify_answers_lost_total", step="retried") == answers_lost


def sample(metric: str, **labels: str) -> float:
    """Return what `metric` has counted about e-mail in this process."""
    return REGISTRY.get_sample_value(metric, {"channel": "email", **labels}) or 0.0


async def test_a_send_is_a_client_span_in_the_claims_trace(desk: Desk, mail: MailServer) -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(service_name="notify-svc", exporter=exporter)
    desk.runtime = replace(desk.runtime, tracing=tracing)
    mail.answers = ["550 no such mailbox"]
    await desk.know(contact())
    await desk.decide(paid())

    await desk.send_until(Channel.EMAIL, "refused")
    await tracing.close()

    (span,) = exporter.get_finished_spans()
    assert span.context is not None
    assert span.parent is not None
    assert (span.name, span.kind) == ("send email", SpanKind.CLIENT)
    assert f"{span.context.trace_id:032x}-{span.parent.span_id:016x}" == TRACE[3:-3]
    assert dict(span.attributes or {}) == {
        "server.address": "127.0.0.1",
        "server.port": mail.port,
        "network.protocol.name": "smtp",
        "error.type": "smtp-550",
    }


async def test_no_log_line_holds_personal_data(
    desk: Desk, mail: MailServer, centre: SmsCentre, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs(service="notify-svc", level="debug")
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the test's own mail server logs what it is sent
    mail.answers = [f"550 {EMAIL} is unknown here", DROP_AFTER_DATA, "451 later"]
    centre.answers = [DROP, INVALID_DESTINATION]
    await desk.know(contact())
    broken = paid()
    await desk.decide(paid(), denied(), paid(), broken)
    await desk.harness.pool.execute("UPDATE decision SET event = '{}' WHERE claim_id = $1", broken.claim_id)
    async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
        await desk.until_tried(8)

    logged = "".join(capfd.readouterr())
    assert '"event": "answer.lost"' in logged
    assert '"event": "attempt.failed"' in logged
    for personal in (NAME, EMAIL, MOBILE_PHONE, MOBILE_PHONE.removeprefix("+"), "Voorbeeld"):
        assert personal not in logged


@pytest.mark.parametrize("error", [Panic(), asyncio.CancelledError()], ids=["panic", "stray-cancellation"])
async def test_what_is_no_exception_fails_one_attempt_and_no_other(
    desk: Desk, mail: MailServer, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    finish, failures = SmtpSession.finish, [error]

    async def fail_once(session: SmtpSession, mail: bytes) -> int:
        if failures:
            session.close()
            raise failures.pop()
        return await finish(session, mail)

    monkeypatch.setattr(SmtpSession, "finish", fail_once)
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
        assert await desk.states(Channel.EMAIL) == ["due"]
        last_error = await desk.harness.pool.fetchval("SELECT last_error FROM message WHERE channel = 'email'")
        desk.later(minutes=1)
        await desk.until(Channel.EMAIL, "sent")

    assert last_error == f"defect-{type(error).__name__}"
    assert len(mail.mails) == 1
