"""How requested messages are sent: who waits for whom, what is tried again, and what a dead process leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from account_requests import CODE, asked
from decisions import DECIDED_AT, contact, paid
from mail_server import DROP_AFTER_DATA, MailServer
from message_keys import OTHER_PRIVATE_KEY
from msgspec import structs
from notify_desk import Desk
from pause import Pause
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sms_centre import DROP, INVALID_DESTINATION, THROTTLED, SmsCentre
from uuid_utils.compat import uuid7

from chassis.backoff import pause as pause_until
from chassis.clock import SettableClock
from chassis.testing import Harness, harness
from contracts.message_requests import MessageRequested, Occasion, Priority
from contracts.notify import RequestSettlement
from contracts.vocabulary import Channel
from notify_svc.app import build
from notify_svc.channels import sender_loop
from notify_svc.domain.requests import Lane
from notify_svc.repository import requests
from notify_svc.settings import Settings

RESET = Occasion.PASSWORD_RESET_REQUESTED


async def test_a_code_does_not_wait_behind_decisions_that_the_centre_does_not_take(
    desk: Desk, centre: SmsCentre
) -> None:
    centre.login_pauses.append(pause := Pause())
    customers = [uuid7() for _ in range(40)]
    await desk.know(contact(), *(contact(customer_id=customer) for customer in customers))
    await desk.decide(*(paid(customer_id=customer) for customer in customers))

    async with desk.sending(Channel.SMS), desk.sending_requests():
        await pause.until_reached()
        await desk.ask(asked())
        await desk.until_requests("sent")
        assert len(centre.messages) == 1
        pause.end()


async def test_a_link_does_not_wait_behind_decisions_that_fill_every_connection(desk: Desk, mail: MailServer) -> None:
    mail.recipient_pauses = pauses = [Pause() for _ in range(20)]
    stuck = pauses[:]
    customers = [uuid7() for _ in range(40)]
    await desk.know(contact(), *(contact(customer_id=customer) for customer in customers))
    await desk.decide(*(paid(customer_id=customer) for customer in customers))

    async with desk.sending(Channel.EMAIL), desk.sending_requests():
        await asyncio.gather(*(pause.until_reached() for pause in stuck))
        await desk.ask(asked(RESET))
        await desk.until_requests("sent")
        assert len(mail.mails) == 1
        for pause in stuck:
            pause.end()


async def test_what_is_urgent_does_not_wait_behind_what_is_not(
    desk: Desk, mail: MailServer, settings: Settings
) -> None:
    mail.recipient_pauses = [Pause() for _ in range(settings.request_concurrency)]
    stuck = mail.recipient_pauses[:]
    await desk.know(contact())
    ordinary = [asked(Occasion.ACTIVATED, priority=Priority.ORDINARY) for _ in range(12)]
    await desk.ask(*ordinary)

    async with desk.sending_requests():
        await asyncio.gather(*(pause.until_reached() for pause in stuck))
        await desk.ask(asked(RESET))
        await desk.until_true("SELECT true FROM requested_message WHERE state = 'sent'")
        (received,) = mail.mails
        assert received["Subject"] == "Kies een nieuw wachtwoord"
        for pause in stuck:
            pause.end()
        await desk.until_requests(*["sent"] * 13)

    assert len(mail.mails) == 13


async def test_a_code_overtakes_a_storm_of_decisions(desk: Desk, centre: SmsCentre) -> None:
    customers = [uuid7() for _ in range(600)]
    await desk.know(contact(), *(contact(customer_id=customer) for customer in customers))
    await desk.decide(*(paid(customer_id=customer) for customer in customers))

    async with desk.sending(Channel.SMS), desk.sending_requests():
        await desk.until_true("SELECT true FROM message WHERE channel = 'sms' AND state = 'sent' LIMIT 1")
        await desk.ask(asked())
        await desk.until_requests("sent")
        await desk.until_true("SELECT count(*) = 600 FROM message WHERE channel = 'sms' AND state = 'sent'")

    (place,) = [place for place, text in enumerate(centre.texts) if CODE in text]
    assert place < 500, "it arrived at the end of the storm"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how many seconds the sender of requests wants to sleep, each time."""
    wanted: list[float] = []

    async def note(event: asyncio.Event, seconds: float) -> bool:
        wanted.append(seconds)
        return await pause_until(event, seconds)

    monkeypatch.setattr(sender_loop, "pause", note)
    return wanted


@pytest.fixture
async def drowsy(settings: Settings) -> AsyncIterator[Desk]:
    """The service at the time of the database, with a sender of requests that looks for itself once a minute."""
    rarely = build(settings.model_copy(update={"request_poll_seconds": 60}))
    async with harness(rarely) as running:
        yield Desk(running, SettableClock(await running.pool.fetchval("SELECT now()")))


def asked_now(desk: Desk, *, expires_in: timedelta = timedelta(minutes=5)) -> MessageRequested:
    return structs.replace(asked(), occurred_at=desk.clock.at, expires_at=desk.clock.at + expires_in)


async def test_a_request_leaves_as_soon_as_it_is_stored(drowsy: Desk, centre: SmsCentre) -> None:
    await drowsy.know(contact())

    async with drowsy.sending_requests():
        await drowsy.ask(asked_now(drowsy))
        await drowsy.until_requests("sent")
        await drowsy.ask(asked_now(drowsy))
        await drowsy.until_requests("sent", "sent")

    assert len(centre.messages) == 2


async def test_without_requests_the_sender_sleeps_for_as_long_as_it_may(drowsy: Desk, pauses: list[float]) -> None:
    await drowsy.know(contact())

    async with drowsy.sending_requests():
        await until(lambda: pauses == [60])
        await drowsy.ask(asked_now(drowsy))
        await drowsy.until_requests("sent")
        await until(lambda: len(pauses) > 1 and pauses[-1] == 60)
        looks = len(pauses)

    assert looks <= 5


async def test_a_request_is_tried_again_at_its_moment(drowsy: Desk, centre: SmsCentre, pauses: list[float]) -> None:
    centre.answers = [THROTTLED]
    await drowsy.know(contact())

    async with drowsy.sending_requests():
        await drowsy.ask(asked_now(drowsy))
        await drowsy.until_requests("sent")

    assert len(centre.messages) == 2
    assert len(pauses) < 20


async def test_what_a_dead_process_had_leased_is_found_when_its_lease_ends(drowsy: Desk, centre: SmsCentre) -> None:
    await drowsy.know(contact())
    await drowsy.ask(asked_now(drowsy))
    await abandon(drowsy, Channel.SMS, lasting=timedelta(seconds=0.5))

    await drowsy.send_requests_until("in_doubt")

    assert centre.messages == []


async def test_what_another_process_stored_and_cannot_send_is_found_by_looking(
    desk: Desk, settings: Settings, centre: SmsCentre, pauses: list[float]
) -> None:
    other = Desk(Harness(replace(build(settings), clock=desk.clock), desk.runtime), desk.clock)
    await desk.know(contact())

    async with desk.sending_requests():
        await until(lambda: len(pauses) > 0)
        await other.ask(asked())
        await desk.until_requests("sent")

    assert len(centre.messages) == 1


@pytest.mark.parametrize("lane", [(Channel.SMS, Lane.URGENT), (Channel.EMAIL, Lane.ORDINARY)])
async def test_what_is_due_in_a_full_lane_wakes_nobody(desk: Desk, lane: tuple[Channel, Lane]) -> None:
    await desk.ask(asked())
    expires_at = DECIDED_AT + timedelta(minutes=5)

    async with desk.runtime.work.connection() as connection:
        waiting = await requests.next_work(connection, lanes=[lane], besides=[])

    assert waiting.first == (DECIDED_AT if lane == (Channel.SMS, Lane.URGENT) else expires_at)


async def test_neither_what_expired_nor_a_lease_that_is_over_is_looked_for_where_there_is_none(
    desk: Desk, centre: SmsCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        raise AssertionError("there is none")

    monkeypatch.setattr(requests, "expire", never)
    monkeypatch.setattr(requests, "lock_abandoned", never)
    await desk.know(contact())
    await desk.ask(asked())

    await desk.send_requests_until("sent")

    assert len(centre.messages) == 1


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_code_that_the_centre_does_not_take_now_is_tried_again_within_seconds(
    desk: Desk, centre: SmsCentre
) -> None:
    centre.answers = [THROTTLED]
    await desk.know(contact())
    await desk.ask(asked())

    async with desk.sending_requests():
        await desk.until_true("SELECT true FROM requested_message WHERE state = 'due' AND attempts = 1")
        assert await desk.sealed() == 1
        desk.later(seconds=2)
        await desk.until_requests("sent")

    assert [(one.settlement, one.attempts) for one in await desk.requests_settled()] == [(RequestSettlement.SENT, 2)]


async def test_a_number_that_the_centre_refuses_is_not_tried_again(desk: Desk, centre: SmsCentre) -> None:
    centre.answers = [INVALID_DESTINATION]
    await desk.know(contact())
    await desk.ask(asked())

    await desk.send_requests_until("refused")

    assert (len(centre.messages), await desk.sealed()) == (1, 0)
    assert [one.settlement for one in await desk.requests_settled()] == [RequestSettlement.REFUSED]


async def test_a_code_whose_answer_was_lost_is_in_doubt_and_not_sent_again(desk: Desk, centre: SmsCentre) -> None:
    lost = sample("notify_answers_lost_total", channel="sms", step="settled")
    centre.answers = [DROP]
    await desk.know(contact())
    await desk.ask(asked())

    await desk.send_requests_until("in_doubt")

    assert (len(centre.messages), await desk.sealed()) == (1, 0)
    assert [one.settlement for one in await desk.requests_settled()] == [RequestSettlement.IN_DOUBT]
    assert sample("notify_answers_lost_total", channel="sms", step="settled") == lost + 1


async def test_a_link_whose_answer_was_lost_goes_out_again_under_the_same_message_id(
    desk: Desk, mail: MailServer
) -> None:
    mail.answers = [DROP_AFTER_DATA]
    await desk.know(contact())
    await desk.ask(asked(RESET))

    async with desk.sending_requests():
        await desk.until_true("SELECT true FROM requested_message WHERE state = 'due' AND answers_lost = 1")
        desk.later(seconds=2)
        await desk.until_requests("sent")

    assert len(mail.mails) == 2
    assert len({received["Message-ID"] for received in mail.mails}) == 1


async def test_a_link_that_may_have_arrived_is_in_doubt_when_there_is_no_time_left(
    desk: Desk, mail: MailServer
) -> None:
    mail.answers = [DROP_AFTER_DATA]
    await desk.know(contact())
    await desk.ask(asked(RESET))

    async with desk.sending_requests():
        await desk.until_true("SELECT true FROM requested_message WHERE state = 'due' AND answers_lost = 1")
        desk.later(minutes=5)
        await desk.until_requests("in_doubt")

    assert await desk.sealed() == 0
    assert [one.settlement for one in await desk.requests_settled()] == [RequestSettlement.IN_DOUBT]


async def abandon(desk: Desk, channel: Channel, *, lasting: timedelta = timedelta(seconds=10)) -> None:
    """Lease what is due as a process does that dies before it has sent it."""
    async with desk.runtime.transaction() as work:
        leased = await requests.lease_due(
            work.connection,
            room={(channel, Lane.URGENT): 10},
            now=work.now,
            leased_until=work.now + lasting,
        )
    assert leased


async def test_a_code_whose_process_died_is_in_doubt(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(contact())
    await desk.ask(asked())
    await abandon(desk, Channel.SMS)
    desk.later(seconds=11)

    await desk.send_requests_until("in_doubt")

    assert (len(centre.messages), await desk.sealed()) == (0, 0)


async def test_a_link_whose_process_died_is_sent_by_another(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    await desk.ask(asked(RESET))
    await abandon(desk, Channel.EMAIL)

    async with desk.sending_requests():
        desk.later(seconds=11)
        await desk.until_true("SELECT true FROM requested_message WHERE state = 'due'")
        desk.later(seconds=2)
        await desk.until_requests("sent")

    assert len(mail.mails) == 1


async def test_two_processes_send_each_request_once(desk: Desk, centre: SmsCentre, settings: Settings) -> None:
    other = Desk(Harness(replace(build(settings), clock=desk.clock), desk.runtime), desk.clock)
    customers = [uuid7() for _ in range(30)]
    await desk.know(*(contact(customer_id=customer) for customer in customers))
    await desk.ask(*(asked(customer_id=customer) for customer in customers))

    async with desk.sending_requests(), other.sending_requests():
        await desk.until_requests(*["sent"] * 30)

    assert len(centre.messages) == 30


async def test_the_sender_of_requests_outlives_a_database_that_was_away(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(contact())

    async with desk.sending_requests():
        await desk.harness.pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await desk.ask(asked())
        await desk.until_requests("sent")

    assert len(centre.messages) == 1


async def test_a_result_is_recorded_when_the_database_is_back(desk: Desk, mail: MailServer) -> None:
    mail.recipient_pauses.append(pause := Pause())
    await desk.know(contact())
    await desk.ask(asked(RESET))

    async with desk.sending_requests():
        await pause.until_reached()
        await desk.harness.pool.execute(
            """
            CREATE SEQUENCE commits;
            CREATE FUNCTION fail_first_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('commits') = 1 THEN
                    RAISE 'failed by the test' USING ERRCODE = 'deadlock_detected';
                END IF;
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER fail_first_commit AFTER UPDATE ON requested_message DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION fail_first_commit()
            """
        )
        pause.end()
        await desk.until_requests("sent")

    assert await desk.commits_failed()
    assert len(mail.mails) == 1
    assert len(await desk.requests_settled()) == 1


async def test_a_stop_finishes_what_is_being_sent(desk: Desk, mail: MailServer) -> None:
    mail.recipient_pauses.append(pause := Pause())
    await desk.know(contact())
    await desk.ask(asked(RESET))

    async with desk.sending_requests():
        await pause.until_reached()
        desk.runtime.stopping.set()
        await asyncio.sleep(0)
        pause.end()

    assert (await desk.request_states(), len(mail.mails)) == (["sent"], 1)


async def test_a_key_that_was_taken_away_ends_what_was_sealed_for_it(
    desk: Desk, settings: Settings, centre: SmsCentre
) -> None:
    keyless = build(settings.model_copy(update={"message_keys": SecretStr(OTHER_PRIVATE_KEY)}))
    other = Desk(Harness(replace(keyless, clock=desk.clock), desk.runtime), desk.clock)
    await desk.know(contact())
    await desk.ask(asked())

    await other.send_requests_until("refused")

    assert (centre.messages, await desk.sealed()) == ([], 0)
    assert await desk.harness.pool.fetchval("SELECT last_error FROM requested_message") == "undecryptable"


async def test_how_a_request_ended_is_forgotten_after_a_month(desk: Desk) -> None:
    await desk.know(contact())
    await desk.ask(asked())
    await desk.send_requests_until("sent")
    desk.later(days=30)
    await desk.ask(asked())  # too late
    assert await desk.request_states() == ["sent", "expired"]

    desk.later(seconds=1)
    async with desk.sending_requests():
        await desk.until_true("SELECT array_agg(state) = '{expired}' FROM requested_message")


async def test_how_requests_ended_and_how_long_they_took_is_counted(desk: Desk) -> None:
    labels = {"occasion": "login_code_requested", "settlement": "sent"}
    sent, took = sample("notify_requests_settled_total", **labels), sample(_COUNT, priority="urgent")
    await desk.know(contact())
    await desk.ask(asked())

    await desk.send_requests_until("sent")

    assert sample("notify_requests_settled_total", **labels) == sent + 1
    assert sample(_COUNT, priority="urgent") == took + 1


_COUNT = "notify_request_delivery_seconds_count"


def sample(metric: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(metric, labels) or 0.0


@pytest.mark.parametrize("occasion", [Occasion.LOGIN_CODE_REQUESTED, RESET])
async def test_a_defect_fails_one_attempt_and_no_other_and_tells_no_secret(
    desk: Desk,
    mail: MailServer,
    centre: SmsCentre,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    occasion: Occasion,
) -> None:
    failures: list[Exception] = [ZeroDivisionError(CODE)]
    for module in ("channels.requested_sms.write_account_sms", "request_writer.write_account_mail"):
        _fail_once(monkeypatch, f"notify_svc.{module}", failures)
    await desk.know(contact())
    await desk.ask(asked(occasion))

    async with desk.sending_requests():
        await desk.until_true("SELECT true FROM requested_message WHERE state = 'due' AND attempts = 1")
        last_error = await desk.harness.pool.fetchval("SELECT last_error FROM requested_message")
        desk.later(seconds=2)
        await desk.until_requests("sent")

    logged = "".join(capfd.readouterr())
    assert "attempt.failed" in logged
    assert CODE not in logged
    assert last_error == "defect-ZeroDivisionError"
    assert len(mail.mails) + len(centre.messages) == 1


def _fail_once(monkeypatch: pytest.MonkeyPatch, target: str, failures: list[Exception]) -> None:
    module, _, name = target.rpartition(".")
    write = getattr(__import__(module, fromlist=[name]), name)

    def fail_once(*arguments: object, **options: object) -> object:
        if failures:
            raise failures.pop()
        return write(*arguments, **options)

    monkeypatch.setattr(target, fail_once)
