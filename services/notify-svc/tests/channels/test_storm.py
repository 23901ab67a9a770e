"""Many decisions at once: the provider's rate, shared by processes on one database; who goes first; real servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from time import monotonic
from uuid import UUID

import pytest
from account_requests import CODE, asked
from decisions import contact, paid
from mail_server import MailServer
from notify_desk import Desk
from prometheus_client import REGISTRY
from sms_centre import SmsCentre
from uuid_utils.compat import uuid7

from chassis.testing import Harness
from contracts.vocabulary import Channel
from notify_svc.app import build
from notify_svc.domain.pace import Ask, Grant, Rate
from notify_svc.repository.pace import take_tokens
from notify_svc.settings import Settings

SLOW = Rate(5)


def desks(desk: Desk, settings: Settings, *, processes: int) -> Sequence[Desk]:
    """Return as many processes as share the database of `desk`, each with a pace of its own."""
    return [
        Desk(Harness(replace(build(settings), clock=desk.clock), desk.runtime), desk.clock) for _ in range(processes)
    ]


@asynccontextmanager
async def working(all_of_them: Sequence[Desk], *workers: str) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for worker in workers:
            for one in all_of_them:
                await stack.enter_async_context(one.working(worker))
        yield


def address(customer: UUID) -> str:
    return f"{customer.hex}@example.org"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A lease that lasts while others have their turn on a slow machine."""
    return settings.model_copy(update={"lease_seconds": 60})


async def decide(desk: Desk, count: int) -> Sequence[str]:
    """Let so many claims be decided at one moment; return the e-mail addresses of their customers."""
    customers = [uuid7() for _ in range(count)]
    await desk.know(*(contact(customer_id=one, email=address(one)) for one in customers))
    await desk.decide(*(paid(customer_id=one) for one in customers))
    return [address(one) for one in customers]


@pytest.mark.parametrize("processes", [1, 2, 3])
async def test_however_many_processes_there_are_no_more_leaves_than_the_provider_takes(
    desk: Desk, settings: Settings, mail: MailServer, processes: int
) -> None:
    """However slow the machine is: no mail can be there before its token."""
    limited = settings.model_copy(update={"smtp_rate": SLOW.per_second})
    await decide(desk, 15)
    began = monotonic()

    async with working(desks(desk, limited, processes=processes), "smtp-pace", "email-sender"):
        await desk.until_true("SELECT count(*) = 15 FROM message WHERE channel = 'email' AND state = 'sent'")

    assert monotonic() - began >= 14 / SLOW.for_all
    assert len(mail.mails) == 15


async def test_of_processes_that_take_tokens_at_the_same_moment_each_has_others(desk: Desk) -> None:
    async def taken() -> Grant:
        async with desk.harness.pool.acquire() as connection:
            _, grant = await take_tokens(connection, provider="smtp", ask=Ask(soon=1, urgent=1), rate=Rate(20))
            return grant

    grants = await asyncio.gather(*(taken() for _ in range(30)))

    ordered = sorted(grants, key=lambda grant: grant.begins_at)
    assert all(
        two.begins_at - one.begins_at >= timedelta(seconds=one.spread / 18, microseconds=-1)
        for one, two in pairwise(ordered)
    )
    assert 2 <= sum(grant.at_once for grant in grants) < 20
    assert sum(grant.at_once + grant.spread for grant in grants) == 60


async def test_a_process_leases_no_more_than_leaves_in_a_moment(
    desk: Desk, settings: Settings, centre: SmsCentre
) -> None:
    limited = settings.model_copy(update={"smpp_rate": 2, "send_concurrency": 1_000})
    await decide(desk, 50)

    async with working(desks(desk, limited, processes=1), "smpp-pace", "sms-sender"):
        await desk.until_true("SELECT true FROM message WHERE channel = 'sms' AND state = 'sent' LIMIT 1")
        sending = await desk.harness.pool.fetchval("SELECT count(*) FROM message WHERE state = 'sending'")

    assert sending <= 4
    assert len(centre.messages) < 50


async def test_the_oldest_leave_first_and_one_that_is_tried_again_keeps_its_place(
    desk: Desk, settings: Settings, mail: MailServer
) -> None:
    mail.answers = ["451 come back later"]
    (tried_again,) = await decide(desk, 1)
    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
    mail.recipients.clear()
    desk.later(minutes=1)
    due = [[tried_again]]
    for count in (7, 5, 9):
        due.append(list(await decide(desk, count)))
        desk.later(seconds=1)

    fast = settings.model_copy(update={"smtp_rate": 1_000, "smtp_connections": 1})
    async with working(desks(desk, fast, processes=1), "smtp-pace", "email-sender"):
        await desk.until_true("SELECT bool_and(state = 'sent') FROM message WHERE channel = 'email'")

    left = mail.recipients
    assert left[0] == tried_again
    moment_of = {one: moment for moment, together in enumerate(due) for one in together}
    assert [moment_of[one] for one in left] == sorted(moment_of.values())


@pytest.mark.parametrize("is_in_the_process_of_decisions", [True, False])
async def test_a_code_leaves_in_the_middle_of_a_storm_that_takes_all_that_the_provider_allows(
    desk: Desk,
    settings: Settings,
    centre: SmsCentre,
    is_in_the_process_of_decisions: bool,  # noqa: FBT001 - a table
) -> None:
    limited = settings.model_copy(update={"smpp_rate": 2})
    await decide(desk, 200)
    await desk.know(contact())
    storm, other = desks(desk, limited, processes=2)
    asks = storm if is_in_the_process_of_decisions else other
    pacing = [asks] if asks is storm else [storm, other]

    async with working(pacing, "smpp-pace"), working([storm], "sms-sender"), working([asks], "request-sender"):
        await desk.until_true("SELECT true FROM message WHERE channel = 'sms' AND state = 'sent' LIMIT 1")
        before = len(centre.messages)
        await asks.ask(asked())
        await desk.until_requests("sent")

    (place,) = [place for place, text in enumerate(centre.texts) if CODE in text]
    assert place - before <= 20, "it waited behind decisions"


async def test_an_sms_in_parts_takes_as_many_tokens(desk: Desk, settings: Settings, centre: SmsCentre) -> None:
    limited = settings.model_copy(update={"smpp_rate": SLOW.per_second, "portal_url": f"https://{'a' * 180}.example"})
    await decide(desk, 6)
    began = monotonic()

    async with working(desks(desk, limited, processes=1), "smpp-pace", "sms-sender"):
        await desk.until_true("SELECT count(*) = 6 FROM message WHERE channel = 'sms' AND state = 'sent'")

    assert monotonic() - began >= (len(centre.messages) - 1) / SLOW.for_all


async def test_a_mail_server_that_is_sent_too_much_slows_all_processes_down(
    desk: Desk, settings: Settings, mail: MailServer
) -> None:
    told = REGISTRY.get_sample_value("notify_too_fast_total", {"provider": "smtp"}) or 0
    limited = settings.model_copy(update={"smtp_rate": SLOW.per_second})
    mail.answers = ["452 4.7.1 too many messages"]
    await decide(desk, 8)
    began = monotonic()

    async with working(desks(desk, limited, processes=1), "smtp-pace", "email-sender"):
        await desk.until_true("SELECT count(*) = 7 FROM message WHERE channel = 'email' AND state = 'sent'")

    assert REGISTRY.get_sample_value("notify_too_fast_total", {"provider": "smtp"}) == told + 1
    assert monotonic() - began >= (7 + 10) / SLOW.for_all


async def test_a_mail_server_that_does_not_know_one_recipient_yet_slows_nobody_down(
    desk: Desk, settings: Settings, mail: MailServer
) -> None:
    """Greylisting answers 450 to the first mail that anybody sends to an address."""
    told = REGISTRY.get_sample_value("notify_too_fast_total", {"provider": "smtp"}) or 0
    limited = settings.model_copy(update={"smtp_rate": SLOW.per_second})
    mail.answers = ["450 4.2.0 greylisted"]
    await decide(desk, 2)

    async with working(desks(desk, limited, processes=1), "smtp-pace", "email-sender"):
        await desk.until_true("SELECT count(*) = 1 FROM message WHERE channel = 'email' AND state = 'sent'")
        await desk.until_true("SELECT count(*) = 1 FROM message WHERE channel = 'email' AND state = 'due'")

    assert REGISTRY.get_sample_value("notify_too_fast_total", {"provider": "smtp"}) == told


async def test_a_stop_lets_what_is_leased_leave_at_its_pace(desk: Desk, settings: Settings, mail: MailServer) -> None:
    limited = settings.model_copy(update={"smtp_rate": 2})
    await decide(desk, 30)

    async with working(desks(desk, limited, processes=1), "smtp-pace", "email-sender"), asyncio.timeout(20):
        await mail.first_mail.wait()

    states = await desk.states(Channel.EMAIL)
    assert states.count("sent") == len(mail.mails) >= 1
    assert states.count("due") == 30 - len(mail.mails)
