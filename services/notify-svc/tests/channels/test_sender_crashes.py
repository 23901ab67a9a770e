from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from decisions import DECIDED_AT, contact, paid
from mail_server import MailServer
from message_keys import KEPT_TEXT_KEY, PRIVATE_KEY
from notify_desk import Desk
from pause import DEADLINE_SECONDS
from prometheus_client import REGISTRY
from sms_centre import SmsCentre
from uuid_utils.compat import uuid7

from contracts.claims import DecisionMade
from contracts.codec import to_json
from contracts.notify import Settlement
from contracts.vocabulary import Channel
from notify_svc.settings import Settings

KILLED = 137


async def die(settings: Settings, *decisions: DecisionMade, channel: Channel, point: str) -> None:
    """Run the sender in a process that dies at `point` as by kill -9; it consumes `decisions` itself."""
    values = settings.model_dump(exclude_none=True, mode="json") | {
        "smpp_password": "secret",
        "message_keys": PRIVATE_KEY,
        "dkim_private_key": "none",
        "kept_text_keys": KEPT_TEXT_KEY,
    }
    environment = {name.upper(): str(value) for name, value in values.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).parents[1] / "sender_process.py"),
        channel.value,
        DECIDED_AT.isoformat(),
        *(to_json(decision).decode() for decision in decisions),
        env=os.environ | environment | {"CRASH_AT": point},
    )
    assert await asyncio.wait_for(process.wait(), 60) == KILLED


@pytest.mark.parametrize(("point", "mails"), [("notify.before_send", 1), ("notify.after_send", 2)])
async def test_a_mail_whose_sender_was_killed_goes_out_again_under_the_same_message_id(
    desk: Desk, settings: Settings, mail: MailServer, point: str, mails: int
) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await die(settings, channel=Channel.EMAIL, point=point)
    assert await desk.states(Channel.EMAIL) == ["sending"]

    desk.later(seconds=settings.lease_seconds)
    async with desk.sending(Channel.EMAIL):
        await desk.until(Channel.EMAIL, "due")
        desk.later(minutes=1)
        await desk.until(Channel.EMAIL, "sent")

    assert [event.settlement for event in await desk.settled()] == [Settlement.SENT]
    assert len(mail.mails) == mails
    assert len({received["Message-ID"] for received in mail.mails}) == 1


@pytest.mark.parametrize(("point", "messages"), [("notify.before_send", 0), ("notify.after_send", 1)])
async def test_an_sms_whose_sender_was_killed_is_in_doubt_and_not_sent_again(
    desk: Desk, settings: Settings, centre: SmsCentre, point: str, messages: int
) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await die(settings, channel=Channel.SMS, point=point)

    desk.later(seconds=settings.lease_seconds)
    await desk.send_until(Channel.SMS, "in_doubt")

    assert [event.settlement for event in await desk.settled()] == [Settlement.IN_DOUBT]
    assert len(centre.messages) == messages


@pytest.mark.parametrize(("point", "messages"), [("notify.before_send", 0), ("notify.after_send", 1)])
async def test_an_sms_leased_as_it_was_created_is_found_when_its_process_was_killed(
    desk: Desk, settings: Settings, centre: SmsCentre, point: str, messages: int
) -> None:
    slow = settings.model_copy(update={"poll_seconds": 60, "lease_seconds": 30})
    await desk.know(contact())
    await die(slow, paid(), channel=Channel.SMS, point=point)
    assert await desk.states() == ["due", "sending"]  # no sender of e-mail ran beside

    desk.later(seconds=slow.lease_seconds + 10)
    await desk.send_until(Channel.SMS, "in_doubt")

    assert [event.settlement for event in await desk.settled()] == [Settlement.IN_DOUBT]
    assert len(centre.messages) == messages
    assert await desk.harness.pool.fetchval("SELECT count(*) FROM lease") == 0


MESSAGES, AT_ONCE = 12, 4


@pytest.mark.parametrize("point", ["notify.before_send", "notify.after_send"])
async def test_after_a_kill_the_ledger_and_the_centre_agree_and_receipts_settle_what_they_name(
    desk: Desk, settings: Settings, centre: SmsCentre, point: str
) -> None:
    """Who was killed had several on their way: each went out once or never, and each is sent or counted as in doubt."""
    customers = [uuid7() for _ in range(MESSAGES)]
    numbers = [f"+3161234{number:04d}" for number in range(MESSAGES)]
    await desk.know(
        *(contact(customer_id=one, mobile_phone=number) for one, number in zip(customers, numbers, strict=True))
    )
    await desk.decide(*(paid(customer_id=one) for one in customers))
    narrow = settings.model_copy(update={"send_concurrency": AT_ONCE})
    await die(narrow, channel=Channel.SMS, point=point)
    reached = len(centre.accepted)

    desk.later(seconds=settings.lease_seconds)
    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await desk.until_true("SELECT count(*) = 0 FROM message WHERE channel = 'sms' AND state IN ('due', 'sending')")
        states = Counter(await desk.states(Channel.SMS))
        assert states == {"sent": MESSAGES - AT_ONCE, "in_doubt": AT_ONCE}
        assert len(centre.messages) == len({message.destination_addr for message in centre.messages})
        assert len(centre.messages) == states["sent"] + reached

        for message_id, message in centre.accepted.items():
            centre.report(message_id, of=message)
        await desk.until_true("SELECT count(*) = $1 FROM sms_receipt", reached)
        desk.later(seconds=settings.lease_seconds)
        await desk.until_true("SELECT count(*) = $1 FROM sms_part WHERE outcome = 'delivered'", len(centre.accepted))

    assert Counter(await desk.states(Channel.SMS)) == Counter(sent=len(centre.accepted)) + Counter(
        in_doubt=AT_ONCE - reached
    )
    assert len(centre.messages) == len(centre.accepted)
    async with desk.recording_receipts(), asyncio.timeout(DEADLINE_SECONDS):
        while REGISTRY.get_sample_value("notify_sms_in_doubt") != AT_ONCE - reached:
            await asyncio.sleep(0.01)
