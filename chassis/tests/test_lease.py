"""Who leads: one holder at a time, for seconds only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TypeAlias

import asyncpg
import pytest
from specimen_driver import until

from chassis.clock import elapsed_seconds
from chassis.publishing import lease
from chassis.publishing.lease import LEASE_SECONDS, Lease, LeaseLostError
from chassis.service import Service
from chassis.testing import harness

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def sessions(service: Service, database: str) -> AsyncIterator[list[Connection]]:
    """Three sessions on a migrated database."""
    async with harness(service):
        connections = [await asyncpg.connect(database) for _ in range(3)]
        yield connections
        for connection in connections:
            await connection.close()


async def move_end(session: Connection, by: timedelta) -> None:
    await session.execute("UPDATE messaging.lease SET expires_at = now() + $1", by)


async def test_a_lease_has_one_holder_who_may_renew_it(sessions: list[Connection]) -> None:
    first, second = Lease("relay"), Lease("relay")

    assert await first.acquire(sessions[0])
    assert not await second.acquire(sessions[1])
    assert await first.acquire(sessions[0])
    assert await Lease("another").acquire(sessions[1])

    first.check()
    with pytest.raises(LeaseLostError):
        second.check()


@pytest.mark.parametrize("by", [timedelta(seconds=-1), timedelta(hours=1)], ids=["it expired", "the clock went back"])
async def test_a_lease_that_can_no_longer_be_held_is_taken(sessions: list[Connection], by: timedelta) -> None:
    first, second = Lease("relay"), Lease("relay")
    await first.acquire(sessions[0])

    await move_end(sessions[2], by)

    assert await second.acquire(sessions[1])
    assert not await first.acquire(sessions[0])


async def test_a_lease_that_was_renewed_while_another_asked_for_it_is_not_taken(sessions: list[Connection]) -> None:
    first, second = Lease("relay"), Lease("relay")
    await first.acquire(sessions[0])

    async with sessions[1].transaction():
        await sessions[1].execute("SELECT")  # now() stands still from here on
        assert await first.acquire(sessions[0])
        assert not await second.acquire(sessions[1])


async def test_a_lease_ends_with_the_session_of_its_holder(sessions: list[Connection]) -> None:
    """A leader that crashed is replaced at once; only a frozen one has to be waited for."""
    first, second = Lease("relay"), Lease("relay")
    await first.acquire(sessions[0])

    await sessions[0].close()

    await until(lambda: second.acquire(sessions[1]), what="taken over", seconds=LEASE_SECONDS / 2)
    with pytest.raises(LeaseLostError):
        first.check()


async def test_a_lease_is_renewed_when_a_third_is_gone_and_over_by_the_holders_own_clock(
    sessions: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = 0.0
    monkeypatch.setattr(lease, "elapsed_seconds", lambda: elapsed_seconds() + slept)
    held = Lease("relay")
    await held.acquire(sessions[0])
    slept = LEASE_SECONDS / 2
    await held.renew(sessions[0])
    assert held.remaining_seconds() > LEASE_SECONDS * 0.9

    slept += LEASE_SECONDS

    with pytest.raises(LeaseLostError):
        held.check()


async def test_a_lease_that_another_has_taken_cannot_be_renewed(
    sessions: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Lease("relay")
    await held.acquire(sessions[0])
    await move_end(sessions[2], timedelta(seconds=-1))
    await Lease("relay").acquire(sessions[1])
    monkeypatch.setattr(lease, "elapsed_seconds", lambda: elapsed_seconds() + LEASE_SECONDS / 2)

    with pytest.raises(LeaseLostError):
        await held.renew(sessions[0])
