"""The walk through the outbox begins behind what is empty, and misses no row that is committed late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from chassis.database import Connection
from chassis.publishing import outbox
from chassis.publishing.outbox import OutboxMessage
from chassis.publishing.walk_start import WalkStart
from chassis.service import Service
from chassis.testing import Harness, harness


@pytest.fixture
async def running(service: Service) -> AsyncIterator[Harness]:
    async with harness(service) as running:
        yield running


async def insert(connection: Connection, *places: str) -> None:
    messages = [OutboxMessage(uuid4(), place, place, place, b"{}", None, datetime.now(UTC)) for place in places]
    await outbox.insert(connection, messages=messages)


async def take(connection: Connection, start: WalkStart) -> list[str]:
    """Do what the relay does with the rows it finds, and return what they are."""
    rows = await outbox.next_rows(connection, limit=100, after=start.after)
    await outbox.delete(connection, positions=list(rows))
    await start.advance(connection, seen=max(rows))
    return [row.topic for row in rows.values()]


async def test_the_walk_begins_behind_what_was_sent(running: Harness) -> None:
    start = WalkStart()
    async with running.pool.acquire() as connection:
        await insert(connection, "a", "b")
        last = await outbox.last_position(connection)

        assert await take(connection, start) == ["a", "b"]

    assert start.after == last


async def test_a_row_that_is_committed_after_a_higher_one_was_sent_is_not_missed(running: Harness) -> None:
    start = WalkStart()
    async with (
        running.pool.acquire() as relay,
        running.pool.acquire() as other,
        running.pool.acquire() as late,
    ):
        transaction = late.transaction()
        await transaction.start()
        await insert(late, "late")
        await insert(other, "a")
        assert await take(relay, start) == ["a"]
        await insert(other, "b")
        assert await take(relay, start) == ["b"]
        await transaction.commit()

        assert await take(relay, start) == ["late"]


async def test_the_walk_goes_on_when_all_have_ended_who_wrote_then_whoever_writes_now(running: Harness) -> None:
    start = WalkStart()
    async with (
        running.pool.acquire() as relay,
        running.pool.acquire() as other,
        running.pool.acquire() as first,
        running.pool.acquire() as second,
    ):
        transaction = first.transaction()
        await transaction.start()
        await insert(first, "first")
        await insert(other, "a")
        seen = await outbox.last_position(relay)
        assert await take(relay, start) == ["a"]
        await transaction.rollback()
        async with second.transaction():
            await insert(second, "second")
            await insert(other, "b")
            assert await take(relay, start) == ["b"]

            assert start.after == seen
        assert await take(relay, start) == ["second"]


async def test_the_walk_begins_before_an_undeliverable_row(running: Harness) -> None:
    start = WalkStart()
    async with running.pool.acquire() as connection:
        await insert(connection, "a", "b")
        rows = await outbox.next_rows(connection, limit=2)
        await outbox.mark_undeliverable(connection, position=min(rows), reason="too large")

        assert await take(connection, start) == ["b"]
        assert start.after == min(rows) - 1
        await insert(connection, "a", "b")
        assert await take(connection, start) == ["b"]
