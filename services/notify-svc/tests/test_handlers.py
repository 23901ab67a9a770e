from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast
from uuid import UUID

import asyncpg
import pytest
from decisions import CUSTOMER, contact, paid
from msgspec import structs
from notify_desk import TRACE, Desk
from prometheus_client import REGISTRY
from uuid_utils.compat import uuid7

from chassis.database import Connection, Pool
from chassis.testing import Harness
from contracts.claims import DECISION_MADE
from contracts.notify import Settlement
from contracts.policy import CONTACT_CHANGED
from contracts.vocabulary import Channel


class ListeningPool:
    """A pool that writes down every statement its connections run."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.statements: list[str] = []

    @asynccontextmanager
    async def acquire(self, *, timeout: float | None = None) -> AsyncIterator[Connection]:  # noqa: ASYNC109 - asyncpg's
        async with self._pool.acquire(timeout=timeout) as connection:
            with connection.query_logger(lambda query: self.statements.append(query.query)):
                yield connection


async def test_a_decision_brings_an_email_and_an_sms(desk: Desk) -> None:
    await desk.know(contact())

    await desk.decide(paid())

    assert await desk.states() == ["due", "due"]
    assert await desk.settled() == []
    traces = await desk.harness.pool.fetch("SELECT traceparent FROM message")
    assert {row["traceparent"] for row in traces} == {TRACE}


async def test_a_decision_delivered_again_brings_nothing_more(desk: Desk) -> None:
    await desk.know(contact())
    decision = paid()

    await desk.decide(decision, decision)
    await desk.decide(decision)

    assert await desk.states() == ["due", "due"]


async def test_messages_that_were_rolled_back_are_not_counted(desk: Desk) -> None:
    newer, older, counted = paid(version=2), paid(), superseded()
    older = structs.replace(older, claim_id=newer.claim_id)
    await desk.fail_next_commit()
    with pytest.raises(asyncpg.DeadlockDetectedError):
        await desk.decide(newer, older)
    assert await desk.states() == []
    assert superseded() == counted

    await desk.decide(newer, older)

    assert superseded() == counted + 2


def superseded() -> float:
    """Return how many messages this process has counted as superseded."""
    settled = ({"channel": channel, "settlement": "superseded"} for channel in Channel)
    return sum(REGISTRY.get_sample_value("notify_messages_settled_total", labels) or 0.0 for labels in settled)


async def test_a_decision_waits_for_the_contact_and_goes_on_when_it_comes(desk: Desk) -> None:
    await desk.decide(paid())
    assert await desk.states() == ["awaiting_contact", "awaiting_contact"]

    await desk.know(contact())
    desk.later(hours=100)

    assert await desk.states() == ["due", "due"]
    assert await desk.harness.fire_due_timers() == 0


async def test_a_contact_that_never_comes_ends_the_wait(desk: Desk) -> None:
    await desk.decide(paid())
    desk.later(hours=71)
    assert await desk.harness.fire_due_timers() == 0

    desk.later(hours=2)
    assert await desk.harness.fire_due_timers() == 1

    assert await desk.states() == ["no_address", "no_address"]
    traced = await desk.harness.published_with_traces()
    assert {trace for _, trace in traced} == {TRACE}


async def test_a_contact_that_comes_at_the_same_moment_is_not_missed(desk: Desk) -> None:
    """Neither transaction sees the other's rows: only the lock between them keeps the messages from being forgotten."""
    decision = paid()
    async with desk.runtime.transaction() as work:
        await desk.decision_handler().create_messages([desk.delivery(decision)], work)
        knowing = asyncio.create_task(desk.know(contact()))
        await desk.until_waiting_for_a_lock(knowing)
    await knowing

    assert await desk.states() == ["due", "due"]


async def test_a_newer_decision_supersedes_what_was_not_sent(desk: Desk) -> None:
    await desk.know(contact())
    claim_id = uuid7()
    await desk.decide(paid(claim_id=claim_id))

    await desk.decide(paid(claim_id=claim_id, version=2))

    assert await desk.states(Channel.SMS) == ["superseded", "due"]
    settled = await desk.settled()
    assert {(event.claim_version, event.settlement) for event in settled} == {(1, Settlement.SUPERSEDED)}
    assert len(settled) == 2


async def test_an_older_decision_that_comes_late_is_not_sent(desk: Desk) -> None:
    await desk.know(contact())
    claim_id = uuid7()

    await desk.decide(paid(claim_id=claim_id, version=2))
    await desk.decide(paid(claim_id=claim_id, version=1))

    assert await desk.states(Channel.EMAIL) == ["superseded", "due"]


async def test_two_versions_in_one_batch_end_as_in_two(desk: Desk) -> None:
    await desk.know(contact())
    claim_id = uuid7()

    await desk.decide(paid(claim_id=claim_id), paid(claim_id=claim_id, version=2))

    assert await desk.states(Channel.EMAIL) == ["superseded", "due"]
    assert len(await desk.settled()) == 2


async def test_only_a_higher_version_of_a_contact_is_kept(desk: Desk) -> None:
    await desk.know(contact(version=2, email="new@example.org"))
    await desk.know(contact(version=1, email="old@example.org"), contact(version=2, email="again@example.org"))
    assert await desk.harness.pool.fetchval("SELECT email FROM contact") == "new@example.org"

    await desk.know(contact(version=4, email=None), contact(version=3, email="third@example.org"))
    assert await desk.harness.pool.fetchval("SELECT email FROM contact") is None


async def test_as_many_statements_for_500_decisions_as_for_one(desk: Desk) -> None:
    customers = [uuid7() for _ in range(500)]
    await desk.know(*(contact(customer_id=customer) for customer in customers))

    await statements(desk, customers[:1])  # the driver learns the types of a new connection once
    one = await statements(desk, customers[:1])
    many = await statements(desk, customers)

    assert many == one
    assert many <= 10
    assert len(await desk.states()) == 2 * 502


async def statements(desk: Desk, customers: list[UUID]) -> int:
    """Return how many statements a batch of decisions about new claims takes, the inbox included."""
    pool = ListeningPool(desk.harness.pool)
    work = replace(desk.runtime.work, pool=cast("Pool", pool))
    harness = Harness(desk.harness.service, replace(desk.runtime, work=work))
    await harness.deliver(DECISION_MADE, *(paid(customer_id=customer) for customer in customers))
    return len(pool.statements)


def test_the_example_customer_is_the_one_of_the_contracts() -> None:
    assert CONTACT_CHANGED.examples[0].customer_id == CUSTOMER
