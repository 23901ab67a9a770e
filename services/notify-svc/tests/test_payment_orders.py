"""Orders to pay, from the order to the mailbox: each is told once, whatever is delivered again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from account_requests import asked
from claim_requests import CLAIM_PAGE, REFERENCE
from decisions import CUSTOMER, EMAIL, contact
from mail_server import MailServer
from notify_desk import Desk
from pause import Pause
from uuid_utils.compat import uuid7

from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import Occasion, Priority
from contracts.notify import RequestSettlement
from contracts.payments import PAYMENT_SETTLED, PaymentFailure, PaymentOrdered, PaymentOutcome, PaymentSettled
from contracts.vocabulary import Channel
from notify_svc.domain.requests import Lane, RequestState, SettleRequest
from notify_svc.repository import requests
from notify_svc.settings import Settings

_ROWS_READ = """
    SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'requested_message'
    """


def ordered(desk: Desk, *, ago: timedelta = timedelta(0)) -> PaymentOrdered:
    return PaymentOrdered(
        payment_id=uuid7(),
        claim_id=uuid7(),
        claim_reference=REFERENCE,
        claim_version=1,
        customer_id=CUSTOMER,
        amount_cents=159_000,
        ordered_at=desk.clock.at - ago,
    )


async def test_an_order_to_pay_is_told_once_by_mail_and_what_became_of_that_names_the_payment(
    desk: Desk, mail: MailServer
) -> None:
    await desk.know(contact())
    order, again = ordered(desk), ordered(desk)
    await desk.order(order, order)
    await desk.send_requests_until("sent")
    await desk.order(order, again)
    await desk.send_requests_until("sent", "sent")

    assert [sent["To"] for sent in mail.mails] == [EMAIL, EMAIL]
    body = mail.mails[0].get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\u00a0", " ")
    assert "maken € 1.590,00" in text
    assert CLAIM_PAGE in text
    settled = await desk.claim_messages_settled()
    assert {(one.request_id, one.claim_id) for one in settled} == {
        (one.payment_id, one.claim_id) for one in (order, again)
    }
    assert {(one.occasion, one.settlement) for one in settled} == {
        (ClaimOccasion.PAYMENT_ORDERED, RequestSettlement.SENT)
    }


async def test_an_order_read_again_after_what_was_told_of_it_is_forgotten_tells_nothing(desk: Desk) -> None:
    await desk.order(ordered(desk, ago=timedelta(days=30)))
    assert await desk.request_states() == []

    await desk.order(ordered(desk, ago=timedelta(days=8)))
    assert [one.settlement for one in await desk.claim_messages_settled()] == [RequestSettlement.EXPIRED]


async def test_a_storm_of_orders_is_recorded_many_at_a_time(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    await desk.order(*(ordered(desk) for _ in range(60)))

    await desk.send_requests_until(*["sent"] * 60)

    transactions = await desk.harness.pool.fetchval("SELECT count(DISTINCT xmin::text) FROM requested_message")
    assert transactions <= 15
    assert len(mail.mails) == len(await desk.claim_messages_settled()) == 60


async def test_results_of_a_storm_are_recorded_without_reading_what_else_is_being_sent(desk: Desk) -> None:
    await desk.know(contact())
    await desk.order(*(ordered(desk) for _ in range(400)))
    until = desk.clock.at + timedelta(minutes=1)

    async with desk.harness.pool.acquire() as connection, connection.transaction():
        lane = {(Channel.EMAIL, Lane.ABOUT_CLAIM): 400}
        leased = await requests.lease_due(connection, room=lane, now=desk.clock.at, leased_until=until)
        before = await connection.fetchval(_ROWS_READ)
        some = [(one, SettleRequest(RequestState.SENT)) for one in leased[:10]]
        settled = await requests.settle(connection, settled=some, answers_lost=(), now=desk.clock.at)
        read = await connection.fetchval(_ROWS_READ) - before

    assert len(settled) == 10
    assert read <= 2 * 10


async def test_a_notice_about_an_account_does_not_wait_behind_orders_that_fill_every_connection(
    desk: Desk, mail: MailServer, settings: Settings
) -> None:
    mail.recipient_pauses = [Pause() for _ in range(2 * settings.request_concurrency)]
    stuck = mail.recipient_pauses[:]
    await desk.know(contact())
    await desk.order(*(ordered(desk) for _ in range(40)))

    async with desk.sending_requests():
        await asyncio.gather(*(pause.until_reached() for pause in stuck))
        await desk.ask(asked(Occasion.ACTIVATED, priority=Priority.ORDINARY))
        await desk.until_true("SELECT true FROM requested_message WHERE state = 'sent'")
        assert len(mail.mails) == 1
        for pause in stuck:
            pause.end()
        await desk.until_requests(*["sent"] * 41)


async def settle(
    desk: Desk,
    order: PaymentOrdered,
    outcome: PaymentOutcome = PaymentOutcome.SETTLED,
    *,
    ago: timedelta = timedelta(0),
) -> None:
    failure = PaymentFailure.ACCOUNT_CLOSED if outcome is PaymentOutcome.FAILED else None
    event = PaymentSettled(payment_id=order.payment_id, outcome=outcome, failure=failure, ended_at=desk.clock.at - ago)
    await desk.harness.deliver(PAYMENT_SETTLED, event)


async def test_a_transfer_is_told_once_with_its_amount(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    await desk.order(order := ordered(desk))
    await desk.send_requests_until("sent")
    await settle(desk, order)
    await settle(desk, order)
    await desk.send_requests_until("sent", "sent")

    assert mail.mails[1]["Subject"] == f"Uw waterschade {REFERENCE}: wij hebben € 1.590,00 overgemaakt"
    told = [one for one in await desk.claim_messages_settled() if one.occasion is ClaimOccasion.PAYMENT_SETTLED]
    assert [(one.claim_id, one.settlement) for one in told] == [(order.claim_id, RequestSettlement.SENT)]
    assert told[0].request_id != order.payment_id


async def test_what_was_transferred_days_before_it_is_known_here_is_told_to_nobody(desk: Desk) -> None:
    """A service that is new reads what its topic has kept: customers know by then what is on their accounts."""
    await desk.know(contact())
    await desk.order(late := ordered(desk), old := ordered(desk))
    await settle(desk, old, ago=timedelta(days=3))
    assert await desk.request_states() == ["due", "due"]

    await settle(desk, late, ago=timedelta(days=2, hours=23))
    assert await desk.request_states() == ["due", "due", "due"]
    assert await desk.harness.pool.fetchval(
        "SELECT expires_at - occurred_at FROM requested_message WHERE occasion = 'payment_settled'"
    ) == timedelta(days=7)


async def test_a_payment_that_failed_is_told_by_no_mail(desk: Desk) -> None:
    await desk.know(contact())
    await desk.order(order := ordered(desk))
    await settle(desk, order, PaymentOutcome.FAILED)

    assert await desk.request_states() == ["due"]


async def test_a_transfer_that_is_told_before_its_order_is_told_when_that_has_come(
    desk: Desk, mail: MailServer
) -> None:
    await desk.know(contact())
    await settle(desk, order := ordered(desk))
    desk.later(minutes=1)
    await desk.harness.fire_due_timers()
    assert await desk.request_states() == []
    await desk.order(order)

    desk.later(minutes=10)
    await desk.harness.fire_due_timers()
    await desk.send_requests_until("sent", "sent")

    assert len({sent["Subject"] for sent in mail.mails}) == 2


async def test_a_transfer_of_an_order_that_nobody_gave_is_looked_for_for_a_day_and_no_longer(desk: Desk) -> None:
    await settle(desk, ordered(desk))
    fired = 0
    for _ in range(10):
        desk.later(days=1)
        fired += await desk.harness.fire_due_timers()

    assert fired == 5
    assert await desk.request_states() == []
