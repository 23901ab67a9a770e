from __future__ import annotations

import asyncio

import pytest

from chassis import giving_way
from chassis.giving_way import GivingWay


async def turns_of_another_task(count: int) -> int:
    """Return how many turns another task had while `count` items were gone through."""
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        other = tasks.create_task(take_turns())
        async for _ in GivingWay(range(count)):
            pass
        had = turns
        other.cancel()
    return had


async def test_another_task_has_a_turn_after_each_step_that_took_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "STEP_SECONDS", 0)

    assert await turns_of_another_task(100) >= 100


async def test_short_steps_give_way_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "STEP_SECONDS", 3_600)

    assert await turns_of_another_task(100) == 0


async def test_every_item_comes_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "STEP_SECONDS", 0)

    assert [item async for item in GivingWay("abc")] == ["a", "b", "c"]
