"""SMS about decisions wait for the morning, e-mails and codes do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from account_requests import asked
from decisions import DECIDED_AT, contact, paid
from mail_server import MailServer
from notify_desk import Desk
from sms_centre import THROTTLED, SmsCentre

from chassis.clock import SettableClock
from chassis.testing import harness
from contracts.vocabulary import Channel
from notify_svc.app import build
from notify_svc.settings import Settings

EVENING, NIGHT = datetime(2021, 7, 16, 19, 59, 58, tzinfo=UTC), datetime(2021, 7, 16, 20, 0, 1, tzinfo=UTC)
BEFORE_MORNING, MORNING = datetime(2021, 7, 17, 5, 59, 59, tzinfo=UTC), datetime(2021, 7, 17, 6, 0, tzinfo=UTC)
LOOKS_SECONDS = 0.5
"""Many looks of a sender in these tests: what has not been sent by then is not going to be."""


@asynccontextmanager
async def at(settings: Settings, moment: datetime) -> AsyncIterator[Desk]:
    """Run the service with its own quiet hours, at `moment`."""
    night = settings.model_copy(update={"sms_quiet_from": time(22), "sms_quiet_until": time(8)})
    clock = SettableClock(moment)
    async with harness(replace(build(night), clock=clock)) as running:
        yield Desk(running, clock)


@pytest.mark.parametrize("is_created_first", [True, False])
async def test_an_sms_about_a_decision_of_the_night_is_sent_in_the_morning(
    settings: Settings,
    centre: SmsCentre,
    is_created_first: bool,  # noqa: FBT001 - a table
) -> None:
    """It is the same whether it would be found in the table or leased as it is created."""
    async with at(settings, NIGHT) as desk:
        await desk.know(contact())
        if is_created_first:
            await desk.decide(paid())
        async with desk.sending(Channel.SMS):
            await asyncio.sleep(LOOKS_SECONDS)
            if not is_created_first:
                await desk.decide(paid())
            for desk.clock.at in (NIGHT, BEFORE_MORNING):
                await asyncio.sleep(LOOKS_SECONDS)
                assert await desk.states(Channel.SMS) == ["due"]
            assert centre.messages == []
            desk.clock.at = MORNING
            await desk.until(Channel.SMS, "sent")

    assert len(centre.messages) == 1


async def test_the_evening_ends_while_the_sender_works(settings: Settings, centre: SmsCentre) -> None:
    async with at(settings, EVENING) as desk:
        await desk.know(contact())
        async with desk.sending(Channel.SMS):
            await desk.decide(paid())
            await desk.until(Channel.SMS, "sent")
            desk.clock.at = NIGHT
            await asyncio.sleep(LOOKS_SECONDS)
            await desk.decide(paid())
            await asyncio.sleep(LOOKS_SECONDS)
            assert sorted(await desk.states(Channel.SMS)) == ["due", "sent"]

    assert len(centre.messages) == 1


async def test_another_attempt_waits_too_and_a_restart_changes_nothing(settings: Settings, centre: SmsCentre) -> None:
    centre.answers = [THROTTLED]
    async with at(settings, EVENING) as desk:
        await desk.know(contact())
        await desk.decide(paid())
        async with desk.sending(Channel.SMS):
            await desk.until_attempts(Channel.SMS, 1)
        desk.clock.at = NIGHT + timedelta(hours=1)
        async with desk.sending(Channel.SMS):
            await asyncio.sleep(LOOKS_SECONDS)
            assert await desk.states(Channel.SMS) == ["due"]
        desk.clock.at = MORNING
        await desk.send_until(Channel.SMS, "sent")

    assert len(centre.messages) == 2


async def test_newer_news_of_the_night_takes_the_place_of_older(settings: Settings, centre: SmsCentre) -> None:
    async with at(settings, NIGHT) as desk:
        await desk.know(contact())
        async with desk.sending(Channel.SMS):
            await asyncio.sleep(LOOKS_SECONDS)
            await desk.decide(first := paid())
            await desk.decide(paid(claim_id=first.claim_id, version=2))
            await desk.until(Channel.SMS, "superseded", "due")
            desk.clock.at = MORNING
            await desk.until(Channel.SMS, "superseded", "sent")

    assert len(centre.messages) == 1


async def test_mails_and_codes_wait_for_no_morning(settings: Settings, mail: MailServer, centre: SmsCentre) -> None:
    async with at(settings, DECIDED_AT - timedelta(hours=8)) as desk:
        await desk.know(contact())
        async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS), desk.sending_requests():
            await desk.decide(paid())
            await desk.until(Channel.EMAIL, "sent")
            await desk.ask(asked())
            await desk.until_requests("sent")
            assert await desk.states(Channel.SMS) == ["due"]

    assert len(mail.mails) == 1
    assert len(centre.messages) == 1
