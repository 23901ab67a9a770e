"""Decisions without a known policy: the reporter is written to, and their contact data are not kept for longer."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from decisions import ADDRESS, CUSTOMER, REPORT, contact, paid, reporter
from mail_server import MailServer
from msgspec.structs import replace
from notify_desk import Desk
from uuid_utils.compat import uuid7

from contracts.claims import DecisionMade
from contracts.notify import REPORTER_CONTACT_PROVIDED, ReporterContactProvided, Settlement
from contracts.vocabulary import Channel


def about_unknown_policy(*report_ids: UUID, version: int = 1) -> DecisionMade:
    decision = paid(customer_id=None, version=version)
    return replace(decision, report_ids=report_ids or (REPORT,))


async def provide(desk: Desk, *contacts: ReporterContactProvided) -> None:
    await desk.harness.deliver(REPORTER_CONTACT_PROVIDED, *contacts)


async def kept(desk: Desk) -> list[UUID]:
    rows = await desk.harness.pool.fetch("SELECT report_id FROM reporter_contact ORDER BY report_id")
    return [row["report_id"] for row in rows]


async def test_the_reporter_is_written_to_when_no_policy_was_found(desk: Desk, mail: MailServer) -> None:
    await provide(desk, reporter())
    await desk.decide(about_unknown_policy())
    assert await desk.states() == ["due", "due"]

    await desk.send_until(Channel.EMAIL, "sent")

    assert len(mail.mails) == 1


async def test_a_decision_waits_for_the_reporters_contact_and_goes_on_when_it_comes(desk: Desk) -> None:
    await desk.decide(about_unknown_policy())
    assert await desk.states() == ["awaiting_contact", "awaiting_contact"]

    await provide(desk, reporter())
    desk.later(hours=100)

    assert await desk.states() == ["due", "due"]
    assert await desk.harness.fire_due_timers() == 0


async def test_a_reporter_who_never_gives_an_address_ends_the_wait(desk: Desk) -> None:
    await desk.decide(about_unknown_policy())
    desk.later(hours=73)
    assert await desk.harness.fire_due_timers() == 1

    assert [event.settlement for event in await desk.settled()] == [Settlement.NO_ADDRESS] * 2


async def test_the_first_of_several_reporters_who_gave_an_address_is_written_to(desk: Desk, mail: MailServer) -> None:
    silent, first, second = uuid7(), uuid7(), uuid7()
    await provide(
        desk,
        reporter(report_id=second, email="second@example.org"),
        reporter(report_id=first, email="first@example.org"),
    )
    await desk.decide(about_unknown_policy(silent, first, second))

    await desk.send_until(Channel.EMAIL, "sent")

    assert mail.recipients == ["first@example.org"]


async def test_a_reporter_without_an_email_address_gets_a_letter(desk: Desk) -> None:
    await provide(desk, reporter(email=None, postal_address=ADDRESS))
    await desk.decide(about_unknown_policy())

    await desk.send_until(Channel.EMAIL, "no_address")

    assert await desk.states(Channel.POST) == ["to_be_posted"]


async def test_a_reporter_is_not_written_to_when_the_policy_is_known(desk: Desk) -> None:
    await provide(desk, reporter())

    await desk.decide(paid())

    assert await desk.states() == ["awaiting_contact", "awaiting_contact"]


async def test_a_contact_that_comes_at_the_same_moment_is_not_missed(desk: Desk) -> None:
    """Neither transaction sees the other's rows: only the lock between them keeps the messages from being forgotten."""
    decision = about_unknown_policy()
    async with desk.runtime.transaction() as work:
        await desk.decision_handler().create_messages([desk.delivery(decision)], work)
        providing = asyncio.create_task(provide(desk, reporter()))
        await desk.until_waiting_for_a_lock(providing)
    await providing

    assert await desk.states() == ["due", "due"]


async def test_only_a_higher_version_of_a_reporters_contact_is_kept(desk: Desk) -> None:
    await provide(desk, reporter(version=2, email="new@example.org"))
    await provide(desk, reporter(version=1, email="old@example.org"), reporter(version=2, email="again@example.org"))

    assert await desk.harness.pool.fetchval("SELECT email FROM reporter_contact") == "new@example.org"


async def test_a_reporters_contact_is_erased_as_soon_as_the_policy_is_found(desk: Desk) -> None:
    other = uuid7()
    await provide(desk, reporter(), reporter(report_id=other))
    waiting = about_unknown_policy()
    await desk.decide(waiting)
    assert await kept(desk) == sorted([REPORT, other])

    await desk.know(contact())
    await desk.decide(replace(waiting, claim_version=2, customer_id=CUSTOMER))

    assert await kept(desk) == [other]
    assert await desk.states(Channel.EMAIL) == ["superseded", "due"]


async def test_a_reporters_contact_is_kept_for_thirty_days_at_most(desk: Desk) -> None:
    await provide(desk, reporter())
    desk.later(days=29)
    assert await desk.harness.fire_due_timers() == 0

    desk.later(days=2)
    assert await desk.harness.fire_due_timers() == 1

    assert await kept(desk) == []


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
async def test_a_message_to_a_reporter_whose_contact_was_erased_ends_without_address(
    desk: Desk, mail: MailServer, channel: Channel
) -> None:
    await provide(desk, reporter())
    await desk.decide(about_unknown_policy())
    await desk.harness.pool.execute("DELETE FROM reporter_contact")

    await desk.send_until(channel, "no_address")

    assert mail.mails == []
