"""What the SMS centre reports after it has taken an SMS."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from account_requests import asked
from decisions import DECIDED_AT, MOBILE_PHONE, contact, paid
from notify_desk import Desk
from pause import DEADLINE_SECONDS
from prometheus_client import REGISTRY
from sms_centre import DELIVERED, DROP, EXPIRED, REJECTED, UNDELIVERABLE, SmsCentre

from contracts.notify import RequestSettlement, Settlement
from contracts.vocabulary import Channel
from notify_svc.domain.sms_receipts import reference_of
from notify_svc.settings import Settings

KNOWN = "SELECT count(*) = $1 FROM sms_part WHERE outcome IS NOT NULL"
PARKED = "SELECT count(*) = $1 FROM sms_receipt"


def in_doubt() -> float | None:
    return REGISTRY.get_sample_value("notify_sms_in_doubt")


def codes_timed() -> float | None:
    return REGISTRY.get_sample_value("notify_request_delivery_seconds_count", {"priority": "urgent"})


async def until_reported(desk: Desk, parts: int) -> None:
    """Wait until what was delivered is recorded; a receipt that overtook its id is looked at again a second later."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await desk.harness.pool.fetchval(KNOWN, parts):
            await asyncio.sleep(0.1)
            if await desk.harness.pool.fetchval("SELECT count(*) > 0 FROM sms_receipt"):
                desk.later(seconds=1)


async def until_bound(centre: SmsCentre, sessions: int) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while centre.sessions < sessions:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (DELIVERED, "delivered"),
        (EXPIRED, "expired"),
        (UNDELIVERABLE, "undelivered"),
        (REJECTED, "rejected"),
    ],
)
async def test_how_the_delivery_ended_is_recorded_with_its_moment(
    desk: Desk, centre: SmsCentre, state: tuple[str, int], outcome: str
) -> None:
    centre.receipts = [state]
    await desk.know(contact())
    await desk.decide(decision := paid())

    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await until_reported(desk, 1)

    (part,) = await desk.harness.pool.fetch("SELECT * FROM sms_part")
    assert (part["claim_id"], part["claim_version"], part["part"], part["parts"]) == (decision.claim_id, 1, 1, 1)
    assert (part["outcome"], part["outcome_error"], part["outcome_at"]) == (outcome, "012", DECIDED_AT)
    assert centre.messages[0].registered_delivery == 1
    assert await desk.states(Channel.SMS) == ["sent"]
    assert [event.settlement for event in await desk.settled()] == [Settlement.SENT]


async def test_a_code_that_was_not_delivered_is_told_in_the_log_without_its_number(
    desk: Desk, centre: SmsCentre, capfd: pytest.CaptureFixture[str]
) -> None:
    centre.receipts = [UNDELIVERABLE]
    await desk.know(contact())
    await desk.ask(request := asked())

    async with desk.recording_receipts(), desk.sending_requests():
        await until_reported(desk, 1)
        told = ""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while "sms.undelivered" not in (told := told + capfd.readouterr().out):
                await asyncio.sleep(0.01)  # only what is recorded is told

    told += capfd.readouterr().out
    assert str(request.request_id) in told
    assert MOBILE_PHONE.removeprefix("+") not in told


async def test_a_receipt_that_comes_before_the_answer_to_its_message_is_not_lost(desk: Desk, centre: SmsCentre) -> None:
    centre.receipts, centre.early = [DELIVERED], True
    await desk.know(contact())

    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await until_bound(centre, 1)
        await desk.decide(paid())
        await desk.until(Channel.SMS, "sent")
        desk.later(seconds=2)
        await until_reported(desk, 1)

    assert await desk.outcomes() == ["delivered"]
    assert await desk.harness.pool.fetchval("SELECT count(*) FROM sms_receipt") == 0


async def test_a_receipt_that_was_stored_before_the_id_of_its_message_finds_it_later(
    desk: Desk, centre: SmsCentre
) -> None:
    """The process that takes the receipt need not be the one that sends."""
    centre.echoes = False  # the reference of the message to come is not known yet
    await desk.know(contact())
    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await desk.decide(paid())
        await desk.until(Channel.SMS, "sent")
        centre.report("msg-2", of=centre.messages[0])
        await desk.until_true(PARKED, 1)
        await desk.decide(paid())
        await desk.until(Channel.SMS, "sent", "sent")
        desk.later(seconds=2)
        await desk.until_true(PARKED, 0)

    assert sorted(await desk.outcomes(), key=str) == [None, "delivered"]


async def test_receipts_are_taken_while_nothing_is_sent(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.SMS, "sent")
    bound = centre.sessions

    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await until_bound(centre, bound + 1)
        await centre.hang_up()
        await until_bound(centre, bound + 2)
        centre.report("msg-1", of=centre.messages[0])
        await until_reported(desk, 1)

    assert len(centre.messages) == 1


async def test_a_receipt_that_comes_twice_or_says_otherwise_later_changes_nothing(
    desk: Desk, centre: SmsCentre
) -> None:
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await desk.until(Channel.SMS, "sent")
        for state in (DELIVERED, UNDELIVERABLE):
            centre.report("msg-1", state, of=centre.messages[0])
            await until_reported(desk, 1)
        centre.report("msg-of-nobody", of=centre.messages[0])
        await desk.until_true(PARKED, 1)  # so the second was recorded, too

    assert await desk.outcomes() == ["delivered"]


@pytest.mark.parametrize("answer", [Settlement.SENT, Settlement.REFUSED])
async def test_a_doubt_is_settled_by_the_receipt_that_names_the_message(
    desk: Desk, settings: Settings, centre: SmsCentre, answer: Settlement
) -> None:
    centre.answers = [DROP]
    await desk.know(contact())
    await desk.decide(doubtful := paid())

    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await desk.until(Channel.SMS, "in_doubt")
        await until_bound(centre, 2)
        centre.report("msg-1", DELIVERED if answer is Settlement.SENT else EXPIRED, of=centre.messages[0])
        await desk.until_true(PARKED, 1)
        desk.later(seconds=settings.lease_seconds)
        await desk.until(Channel.SMS, answer.value)

    assert [(event.claim_id, event.settlement) for event in await desk.settled()] == [
        (doubtful.claim_id, Settlement.IN_DOUBT),
        (doubtful.claim_id, answer),
    ]
    assert len(centre.messages) == 1
    assert await desk.outcomes() == ["delivered" if answer is Settlement.SENT else "expired"]
    assert in_doubt() == 0


async def test_a_doubt_about_a_code_is_settled_alike(desk: Desk, settings: Settings, centre: SmsCentre) -> None:
    centre.answers = [DROP]
    await desk.know(contact())
    await desk.ask(asked())
    await desk.send_requests_until("in_doubt")
    timed = codes_timed()

    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await until_bound(centre, 2)
        centre.report("msg-1", of=centre.messages[0])
        await desk.until_true(PARKED, 1)
        desk.later(seconds=settings.lease_seconds)
        await desk.until_requests("sent")

    assert codes_timed() == timed  # nobody waited as long as it took to learn this
    settled = await desk.requests_settled()
    assert [event.settlement for event in settled] == [RequestSettlement.IN_DOUBT, RequestSettlement.SENT]


async def test_a_doubt_waits_until_every_message_of_that_time_has_its_id(
    desk: Desk, settings: Settings, centre: SmsCentre
) -> None:
    centre.answers = [DROP]
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await desk.until(Channel.SMS, "in_doubt")
        await until_bound(centre, 2)
        centre.report("msg-1", of=centre.messages[0])
        await desk.until_true(PARKED, 1)
        desk.later(seconds=settings.lease_seconds - 1)
        await desk.until_true("SELECT look_at > $1 FROM sms_receipt", desk.clock.at)

        assert await desk.states(Channel.SMS) == ["in_doubt"]


@pytest.mark.parametrize("wrong", ["reference", "number", "parts"])
async def test_a_receipt_that_does_not_name_the_message_settles_nothing(
    desk: Desk, settings: Settings, centre: SmsCentre, wrong: str
) -> None:
    centre.answers = [DROP]
    centre.echoes = wrong != "reference"
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await desk.until(Channel.SMS, "in_doubt")
        await until_bound(centre, 2)
        if wrong == "number":
            await desk.know(contact(version=2, mobile_phone="+31687654321"))
        reference = None
        if wrong == "parts":
            message_id = await desk.harness.pool.fetchval("SELECT message_id FROM message WHERE channel = 'sms'")
            reference = reference_of(message_id, part=1, parts=2)
        centre.report("msg-1", of=centre.messages[0], reference=reference)
        await desk.until_true(PARKED, 1)
        desk.later(seconds=settings.lease_seconds)
        await desk.until_true("SELECT look_at > $1 FROM sms_receipt", desk.clock.at)
        assert await desk.states(Channel.SMS) == ["in_doubt"]
        desk.later(days=2)
        await desk.until_true(PARKED, 0)

    assert await desk.states(Channel.SMS) == ["in_doubt"]
    assert await desk.outcomes() == []


async def test_how_many_are_in_doubt_is_measured(desk: Desk, centre: SmsCentre) -> None:
    centre.answers = [DROP, DROP]
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.SMS, "in_doubt")
    await desk.ask(asked())
    await desk.send_requests_until("in_doubt")

    async with desk.recording_receipts():
        async with asyncio.timeout(DEADLINE_SECONDS):
            while in_doubt() != 2:
                await asyncio.sleep(0.01)


async def test_what_the_provider_called_an_sms_is_forgotten_after_a_month(desk: Desk, centre: SmsCentre) -> None:
    centre.receipts = [DELIVERED]
    await desk.know(contact())
    await desk.decide(paid())
    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        await until_reported(desk, 1)

    desk.clock.at += timedelta(days=30, seconds=1)
    async with desk.recording_receipts():
        await desk.until_true("SELECT count(*) = 0 FROM sms_part")
