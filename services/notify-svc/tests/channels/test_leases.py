"""Leases by the database's own clock: nobody sends what another process may be sending by now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from decisions import DECIDED_AT, contact, paid
from mail_server import MailServer
from notify_desk import Desk
from pause import Pause
from prometheus_client import REGISTRY
from sms_centre import SmsCentre

from chassis.clock import SettableClock
from chassis.testing import harness
from contracts.notify import Settlement
from contracts.vocabulary import Channel
from notify_svc.app import build
from notify_svc.domain.messages import SENT_CHANNELS
from notify_svc.settings import Settings

THE_LEASE_IS_OVER = "SELECT leased_until <= now() FROM message WHERE channel = $1 AND state = 'sending'"
FROZEN = {"send_timeout_seconds": 60, "lease_seconds": 0.3}
"""A process that stands still for longer than its lease, while its own time-outs do not help."""


@asynccontextmanager
async def instance(settings: Settings, **changes: float) -> AsyncIterator[Desk]:
    """Run an instance of the service as it is deployed: by the clock of its database."""
    async with harness(build(settings.model_copy(update=changes))) as running:
        yield Desk(running, SettableClock(DECIDED_AT))


def retries(channel: Channel, result: str) -> float:
    return REGISTRY.get_sample_value("notify_send_retries_total", {"channel": channel, "result": result}) or 0.0


async def test_a_mail_whose_sender_stood_still_beyond_its_lease_does_not_follow_newer_news(
    settings: Settings, mail: MailServer
) -> None:
    mail.recipient_pauses.append(pause := Pause())
    lost = retries(Channel.EMAIL, "lease_lost")
    async with instance(settings, **FROZEN) as frozen, instance(settings) as other:
        await other.know(contact())
        await other.decide(first := paid())
        async with frozen.sending(Channel.EMAIL):
            await pause.until_reached()
            frozen.runtime.stopping.set()
            await other.until_true(THE_LEASE_IS_OVER, Channel.EMAIL)
            await other.decide(paid(claim_id=first.claim_id, version=2))
            await other.send_until(Channel.EMAIL, "superseded", "sent")
            pause.end()

        assert await other.states(Channel.EMAIL) == ["superseded", "sent"]
        assert len(await other.settled()) == 3  # among them the SMS about the first version
    (received,) = mail.mails
    assert "vervangt" in received.as_string()
    assert retries(Channel.EMAIL, "lease_lost") == lost, "what changed nothing was counted"


async def test_an_sms_whose_sender_stood_still_beyond_its_lease_does_not_follow_newer_news(
    settings: Settings, centre: SmsCentre
) -> None:
    centre.login_pauses.append(pause := Pause())
    async with instance(settings, **FROZEN) as frozen, instance(settings) as other:
        await other.know(contact())
        await other.decide(first := paid())
        async with frozen.sending(Channel.SMS):
            await pause.until_reached()
            await frozen.until(Channel.SMS, "sending")
            frozen.runtime.stopping.set()
            await other.until_true(THE_LEASE_IS_OVER, Channel.SMS)
            await other.decide(paid(claim_id=first.claim_id, version=2))
            await other.send_until(Channel.SMS, "in_doubt", "sent")
            pause.end()

        assert await other.states(Channel.SMS) == ["in_doubt", "sent"]
    assert len(centre.messages) == 1
    assert centre.sessions == 2


@pytest.mark.parametrize("channel", SENT_CHANNELS)
async def test_a_message_that_may_outlast_its_lease_is_tried_again_at_its_place_and_not_in_doubt(
    settings: Settings, mail: MailServer, centre: SmsCentre, channel: Channel
) -> None:
    """Nobody else has it: that nothing was handed over is certain, so that an SMS goes out after all."""
    mail.recipient_pauses.append(pause := Pause())
    centre.login_pauses.append(pause)
    lost = retries(channel, "lease_lost")
    nearly_over = "SELECT leased_until - $2::interval <= now() FROM message WHERE channel = $1 AND state = 'sending'"
    async with instance(settings, send_timeout_seconds=30, lease_seconds=30.3, retry_first_seconds=3_600) as desk:
        await desk.know(contact())
        await desk.decide(paid())
        places = await desk.harness.pool.fetch("SELECT channel, due_at FROM message ORDER BY channel")
        async with desk.sending(channel):
            await pause.until_reached()
            await desk.until_true(nearly_over, channel, timedelta(seconds=30))
            pause.end()
            await desk.until(channel, "sent")

        assert [(event.settlement, event.attempts) for event in await desk.settled()] == [(Settlement.SENT, 2)]
        assert await desk.harness.pool.fetchval("SELECT sum(answers_lost) FROM message") == 0
        assert places == await desk.harness.pool.fetch("SELECT channel, due_at FROM message ORDER BY channel")
    assert len(mail.mails) + len(centre.messages) == 1
    assert retries(channel, "lease_lost") == lost + 1


async def test_a_clock_that_jumps_puts_nothing_in_doubt_that_this_process_is_sending(
    settings: Settings, centre: SmsCentre
) -> None:
    """Only what a process that has died was sending."""
    centre.login_pauses.append(pause := Pause())
    clock = SettableClock(DECIDED_AT)
    service = build(settings.model_copy(update={"send_timeout_seconds": 5, "lease_seconds": 12}))
    async with harness(replace(service, clock=clock)) as running:
        desk = Desk(running, clock)
        await desk.know(contact())
        await desk.decide(paid())
        await desk.abandon(Channel.SMS, lasting=timedelta(minutes=1))
        await desk.decide(paid(version=2))
        async with desk.sending(Channel.SMS):
            await pause.until_reached()
            desk.later(hours=1)
            await desk.until(Channel.SMS, "in_doubt", "sending")
            pause.end()
            await desk.until(Channel.SMS, "in_doubt", "sent")
    assert len(centre.messages) == 1


async def test_leases_and_retries_are_by_the_clock_of_the_database_not_of_the_host(
    settings: Settings, database: str, mail: MailServer
) -> None:
    await put_ahead(database, "1 hour")
    mail.recipient_pauses.append(pause := Pause())
    mail.answers = ["451 come back later"]
    async with instance(settings) as desk:
        await desk.know(contact())
        await desk.decide(paid())
        async with desk.sending(Channel.EMAIL):
            await pause.until_reached()
            leased = await desk.harness.pool.fetchval(
                "SELECT leased_until - now() FROM message WHERE state = 'sending'"
            )
            pause.end()
            await desk.until(Channel.EMAIL, "due")
        waits = await desk.harness.pool.fetchval("SELECT due_at - now() FROM message WHERE channel = 'email'")

    assert timedelta(0) < leased <= timedelta(seconds=10)
    assert timedelta(0) < waits <= timedelta(seconds=45)
    assert len(mail.mails) == 1


async def put_ahead(database: str, interval: str) -> None:
    """Let the clock of `database` run ahead of this host's: `now()` is looked up here first."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(
            f"""
            CREATE FUNCTION public.now() RETURNS timestamptz STABLE LANGUAGE sql
                AS $$ SELECT pg_catalog.now() + interval '{interval}' $$;
            DO $$ BEGIN
                EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());
            END $$
            """
        )
    finally:
        await connection.close()
