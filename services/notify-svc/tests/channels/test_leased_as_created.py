"""Messages that are leased as they are created and handed to the sender of this process: no table is asked for them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from types import MethodType, ModuleType
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest
from decisions import DECIDED_AT, contact, paid
from mail_server import MailServer
from notify_desk import Desk
from pause import Pause
from sms_centre import SmsCentre
from uuid_utils.compat import uuid7

from chassis.clock import SettableClock
from chassis.database import Connection, Pool
from chassis.testing import harness
from contracts.claims import DecisionMade
from contracts.notify import Settlement
from contracts.vocabulary import Channel
from notify_svc.app import build
from notify_svc.domain.attempts import Attempt
from notify_svc.handlers import DecisionHandler
from notify_svc.repository import attempts, leases, messages
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
from notify_svc.send_queue import SendQueue, SendQueues
from notify_svc.settings import Settings

OPEN_LEASES = "SELECT count(*) FROM lease"
NO_LEASE_IS_OPEN = "SELECT count(*) = 0 FROM lease"


@asynccontextmanager
async def looking_rarely(settings: Settings, **changes: float) -> AsyncIterator[Desk]:
    """Run the service with senders that do not find by themselves within a test what becomes due."""
    service = build(settings.model_copy(update={"poll_seconds": 60, **changes}))
    clock = SettableClock(DECIDED_AT)
    async with harness(replace(service, clock=clock)) as running:
        yield Desk(running, clock)


async def started(desk: Desk) -> None:
    """Wait until the sender has looked for what is due, so that it takes what is created."""
    async with asyncio.timeout(20):
        while not any(queue.free_for_new for queue in queues_of(desk)):
            await asyncio.sleep(0.01)


def queues_of(desk: Desk) -> list[SendQueue]:
    handler = cast("MethodType", desk.harness.service.consumers[0].handle).__self__
    assert isinstance(handler, DecisionHandler)
    return [queue for queues in handler.queues.by_channel.values() for queue in queues]


async def test_a_message_is_leased_as_it_is_created_and_sent_once(settings: Settings, mail: MailServer) -> None:
    mail.recipient_pauses.append(pause := Pause())
    async with looking_rarely(settings) as desk:
        await desk.know(contact())
        async with desk.sending(Channel.EMAIL):
            await started(desk)
            await desk.decide(paid())
            await pause.until_reached()
            assert await desk.states() == ["sending", "due"]
            assert await desk.harness.pool.fetchval(OPEN_LEASES) == 1
            pause.end()
            await desk.until(Channel.EMAIL, "sent")
            await desk.until_true(NO_LEASE_IS_OPEN)

        assert [event.attempts for event in await desk.settled()] == [1]
    assert len(mail.mails) == 1


async def test_no_more_is_leased_than_the_sender_may_hold(settings: Settings, mail: MailServer) -> None:
    """What a process leaves in doubt that dies is bounded by SEND_CONCURRENCY."""
    mail.recipient_pauses += (pauses := [Pause(), Pause()])
    customers = [uuid7() for _ in range(5)]
    async with looking_rarely(settings, send_concurrency=2) as desk:
        await desk.know(*(contact(customer_id=customer) for customer in customers))
        async with desk.sending(Channel.EMAIL):
            await started(desk)
            await desk.decide(*(paid(customer_id=customer) for customer in customers))
            for pause in pauses:
                await pause.until_reached()
            assert sorted(await desk.states(Channel.EMAIL)) == ["due"] * 3 + ["sending"] * 2
            for pause in pauses:
                pause.end()
            await desk.until(Channel.EMAIL, *["sent"] * 5)
    assert len(mail.mails) == 5


async def test_a_decision_that_was_told_is_not_told_again(settings: Settings, mail: MailServer) -> None:
    """It comes a second time under another id, so that the inbox lets it pass."""
    async with looking_rarely(settings) as desk:
        await desk.know(contact())
        decision = paid()
        async with desk.sending(Channel.EMAIL):
            await started(desk)
            await desk.decide(decision, decision)
            await desk.until(Channel.EMAIL, "sent")
            await desk.decide(decision)
            await desk.decide(other := paid())
            await desk.until_sent(other.claim_id)
    assert len(mail.mails) == 2


async def test_a_newer_version_does_not_overtake_one_that_is_being_sent(settings: Settings, mail: MailServer) -> None:
    mail.recipient_pauses.append(pause := Pause())
    async with looking_rarely(settings, poll_seconds=0.02) as desk:
        await desk.know(contact())
        async with desk.sending(Channel.EMAIL):
            await started(desk)
            await desk.decide(first := paid())
            await pause.until_reached()
            await desk.decide(paid(claim_id=first.claim_id, version=2))
            await desk.decide(other := paid())
            await desk.until_sent(other.claim_id)
            assert await desk.states(Channel.EMAIL) == ["sending", "sent", "due"]
            pause.end()
            await desk.until(Channel.EMAIL, "sent", "sent", "sent")
    assert "vervangt" in mail.mails[-1].as_string()


async def test_a_newer_version_is_sent_at_once_when_the_older_one_was(settings: Settings, mail: MailServer) -> None:
    async with looking_rarely(settings) as desk:
        await desk.know(contact())
        async with desk.sending(Channel.EMAIL):
            await started(desk)
            await desk.decide(first := paid())
            await desk.until(Channel.EMAIL, "sent")
            await desk.decide(paid(claim_id=first.claim_id, version=2))
            await desk.until(Channel.EMAIL, "sent", "sent")
    assert len(mail.mails) == 2


async def test_what_becomes_due_while_the_sender_looks_is_looked_for_at_once(
    settings: Settings, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking_rarely(settings) as desk:
        await desk.know(contact())
        monkeypatch.setattr(attempts, "lease_due", after(desk, paid(), attempts.lease_due, created=[]))
        await desk.send_until(Channel.EMAIL, "sent")
    assert len(mail.mails) == 1


async def test_what_is_created_while_a_sender_looks_for_what_is_due_still_finds_room(
    settings: Settings, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking_rarely(settings, poll_seconds=0.02) as desk:
        created: list[str] = []
        await desk.know(contact())
        async with desk.sending(Channel.EMAIL):
            await started(desk)
            for look in ("first_due", "lease_due"):
                monkeypatch.setattr(attempts, look, after(desk, paid(), getattr(attempts, look), created=created))
            await desk.until(Channel.EMAIL, "sent")
    assert created == ["sending"]
    assert len(mail.mails) == 1


async def test_what_was_rolled_back_is_not_sent_and_holds_no_room(settings: Settings, mail: MailServer) -> None:
    async with looking_rarely(settings, send_concurrency=1) as desk:
        await desk.know(contact())
        async with desk.sending(Channel.EMAIL):
            await started(desk)
            await desk.fail_next_commit()
            with pytest.raises(asyncpg.DeadlockDetectedError):
                await desk.decide(paid(), paid(customer_id=uuid7()))
            assert await desk.states() == []
            await desk.decide(told := paid())
            await desk.until_sent(told.claim_id)
    assert len(mail.mails) == 1


async def test_what_was_leased_by_a_commit_whose_answer_was_lost_is_sent(
    settings: Settings, centre: SmsCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process knows that it has handed none of it over, so that nothing is in doubt and no attempt counts."""
    async with looking_rarely(settings, send_concurrency=1) as desk:
        await desk.know(contact())
        async with desk.sending(Channel.SMS):
            await started(desk)
            lose_answer_to_commit_of(messages, "insert", monkeypatch)
            with pytest.raises(asyncpg.ConnectionDoesNotExistError):
                await desk.decide(told := paid())
            await desk.until_sent(told.claim_id, Channel.SMS)
            await desk.until_true(NO_LEASE_IS_OPEN)
            await desk.decide(other := paid())
            await desk.until_sent(other.claim_id, Channel.SMS)

        assert [(event.settlement, event.attempts) for event in await desk.settled()] == [(Settlement.SENT, 1)] * 2
    assert len(centre.messages) == 2


async def test_what_was_due_and_leased_by_a_commit_whose_answer_was_lost_is_sent(
    settings: Settings, centre: SmsCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking_rarely(settings) as desk:
        await desk.know(contact())
        await desk.decide(paid())
        lose_answer_to_commit_of(attempts, "lease_due", monkeypatch)
        await desk.send_until(Channel.SMS, "sent")

        assert [(event.settlement, event.attempts) for event in await desk.settled()] == [(Settlement.SENT, 1)]
        assert await desk.harness.pool.fetchval(OPEN_LEASES) == 0
    assert len(centre.messages) == 1


async def test_what_was_leased_without_an_answer_does_not_follow_newer_news(
    settings: Settings, centre: SmsCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking_rarely(settings) as desk:
        await desk.know(contact())
        give_back = leases.give_back
        first = paid()

        async def decided_meanwhile(
            connection: Connection,
            **sought: Any,  # noqa: ANN401 - whatever is given back
        ) -> set[UUID]:
            await desk.decide(paid(claim_id=first.claim_id, version=2))
            return await give_back(connection, **sought)

        monkeypatch.setattr(leases, "give_back", decided_meanwhile)
        await desk.decide(first)
        lose_answer_to_commit_of(attempts, "lease_due", monkeypatch)
        await desk.send_until(Channel.SMS, "superseded", "sent")
        assert len(await desk.settled()) == 3  # among them the e-mail about the first version
    assert len(centre.messages) == 1


async def test_a_commit_that_is_still_on_its_way_is_waited_for_before_its_lease_is_given_back(desk: Desk) -> None:
    lease = Lease.lasting(10)
    await desk.know(contact())
    await desk.decide(paid())

    async def give_back() -> None:
        async with desk.runtime.transaction() as work:
            await leases.give_back(work.connection, channel=Channel.SMS, lease_ids=[lease.lease_id])

    async with desk.runtime.transaction() as work:
        leased_until = work.now + timedelta(seconds=10)
        await attempts.lease_due(
            work.connection, channel=Channel.SMS, lease=lease, now=work.now, leased_until=leased_until, limit=1
        )
        giving_back = asyncio.create_task(give_back())
        await desk.until_waiting_for_a_lock(giving_back)
    await giving_back

    assert await desk.states(Channel.SMS) == ["due"]
    assert await desk.harness.pool.fetchval(OPEN_LEASES) == 0


def after(
    desk: Desk, decision: DecisionMade, look: Callable[..., Awaitable[Any]], *, created: list[str]
) -> Callable[..., Awaitable[Any]]:
    """Return `look` with `decision` delivered after it the first time, before it has ended.

    The states of e-mails at that moment are added to `created`.
    """
    decisions = [decision]

    async def look_and_decide(connection: Connection, **sought: Any) -> object:  # noqa: ANN401 - whatever is asked for
        found = await look(connection, **sought)
        if decisions:
            await desk.decide(decisions.pop())
            created.extend(await desk.states(Channel.EMAIL))
        return found

    return look_and_decide


def lose_answer_to_commit_of(module: ModuleType, statement: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first transaction that makes `statement` be committed, and its answer be lost as with the server."""
    make, release = getattr(module, statement), asyncpg.Pool.release
    connections: list[Connection] = []

    async def make_and_note(connection: Connection, **arguments: Any) -> object:  # noqa: ANN401 - whatever it takes
        monkeypatch.setattr(module, statement, make)
        connections.append(connection)
        return await make(connection, **arguments)

    async def release_and_fail(pool: Pool, connection: Any, **arguments: Any) -> None:  # noqa: ANN401
        await release(pool, connection, **arguments)
        if connection in connections:
            connections.remove(connection)
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    monkeypatch.setattr(module, statement, make_and_note)
    monkeypatch.setattr(asyncpg.Pool, "release", release_and_fail)


async def test_a_stop_sends_what_this_process_has_leased(settings: Settings, mail: MailServer) -> None:
    mail.recipient_pauses.append(pause := Pause())
    async with looking_rarely(settings, smtp_connections=1) as desk:
        await desk.know(contact())
        async with desk.sending(Channel.EMAIL):
            await started(desk)
            await desk.decide(paid(), paid(), paid())
            await pause.until_reached()
            desk.runtime.stopping.set()
            pause.end()

        assert await desk.states(Channel.EMAIL) == ["sent"] * 3
    assert len(mail.mails) == 3
    assert len(mail.connections) == 1


async def test_what_is_created_after_the_stop_waits_for_the_next_process(settings: Settings, mail: MailServer) -> None:
    async with looking_rarely(settings) as desk:
        await desk.know(contact())
        async with desk.sending(Channel.EMAIL):
            await started(desk)
        await desk.decide(paid())

        assert await desk.states(Channel.EMAIL) == ["due"]
        assert await desk.harness.pool.fetchval(OPEN_LEASES) == 0
    assert mail.mails == []


async def test_a_lease_is_stored_for_longer_than_its_holder_believes(desk: Desk) -> None:
    """The holder counts from later than the transaction began, by which the database counts."""
    queues, queue = SendQueues(lease=timedelta(seconds=10)), SendQueue(capacity=1)
    queue.is_open, queue.more_are_due = True, False
    queues.attach(Channel.EMAIL, queue)
    await desk.know(contact())
    async with desk.runtime.transaction() as work:
        await work.connection.execute("SELECT pg_sleep(0.2)")
        handler = DecisionHandler(contact_wait=timedelta(hours=1), queues=queues)
        await handler.create_messages([desk.delivery(paid())], work)

    leased_until = await desk.harness.pool.fetchval("SELECT leased_until FROM message WHERE state = 'sending'")
    assert leased_until >= DECIDED_AT + timedelta(seconds=10.2)
    assert await desk.harness.pool.fetchval("SELECT leased_until FROM lease") == leased_until


async def test_the_usual_life_of_a_message_changes_nothing_that_is_indexed(desk: Desk) -> None:
    """Only so are updates HOT: not even the condition of an index may name what they change."""
    definitions = await desk.harness.pool.fetch(
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'message'::regclass"
    )
    words = set(re.findall(r"\w+", " ".join(row[0] for row in definitions)))

    assert words >= {"claim_id", "claim_version", "channel", "waiting"}
    assert words.isdisjoint({"state", "leased_until", "settled_at", "last_error", "attempts"})
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.EMAIL, "sent")
    rows = await desk.harness.pool.fetch("SELECT state, waiting FROM message ORDER BY channel")
    assert [tuple(row) for row in rows] == [("sent", None), ("due", "due")]


def leased(*, lease: Lease) -> LeasedMessage:
    return LeasedMessage(
        message_id=uuid7(),
        claim_id=uuid7(),
        claim_version=1,
        attempt=Attempt(channel=Channel.EMAIL, attempts=1, answers_lost=0, first_due_at=DECIDED_AT),
        lease=lease,
        leased_at=DECIDED_AT,
        event=b"{}",
        contact=None,
        trace=None,
    )


def test_a_lease_is_kept_until_every_message_under_it_has_a_result() -> None:
    queue, lease = SendQueue(capacity=2), Lease.lasting(10)
    first, second = leased(lease=lease), leased(lease=lease)
    queue.reserve(2)
    queue.put([first, second], reserved=2)

    assert queue.leases_ended_by([first]) == []
    queue.remove([first])
    assert queue.leases_ended_by([second]) == [lease.lease_id]


def test_no_room_is_given_by_a_queue_that_is_closed() -> None:
    queue = SendQueue(capacity=2)
    queue.more_are_due = False
    assert queue.free_for_new == 0

    queue.is_open = True
    assert queue.free_for_new == 2


def test_what_is_due_goes_before_what_is_created() -> None:
    queue = SendQueue(capacity=2)
    queue.is_open = True

    assert (queue.free, queue.free_for_new) == (2, 0)


async def test_an_expired_lease_is_kept_while_a_message_under_it_is_being_sent(desk: Desk) -> None:
    """Who is sending it may still live, and have its result recorded; or it dies, and is found next time."""
    await desk.know(contact())
    await desk.decide(paid())
    await desk.abandon(Channel.SMS, lasting=timedelta(0))
    async with desk.runtime.transaction() as work:
        await leases.end_expired(work.connection, channel=Channel.SMS, now=work.now)
    assert await desk.harness.pool.fetchval(OPEN_LEASES) == 1

    await desk.harness.pool.execute("UPDATE message SET state = 'sent' WHERE channel = 'sms'")
    async with desk.runtime.transaction() as work:
        await leases.end_expired(work.connection, channel=Channel.SMS, now=work.now)
    assert await desk.harness.pool.fetchval(OPEN_LEASES) == 0
