"""Whose turn it is, in processes that share one bucket, by a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from notify_svc.channels.pace import Pace
from notify_svc.domain.pace import Ask, Bucket, Precedence, Rate, take

NOW = datetime(2021, 7, 16, 10, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR_AWAY = 4_000_000.0
"""What the clock of a process shows when that of the database shows `NOW`."""
STEP_SECONDS = 0.005
WAITS, SOON, URGENT = Precedence.CAN_WAIT, Precedence.SOON, Precedence.URGENT


@dataclass
class World:
    """Processes, what they share, and who left when."""

    rate: Rate
    processes: int = 1
    seconds: float = 0.0
    takes: int = 0
    left: list[tuple[float, str]] = field(default_factory=list)
    paces: list[Pace] = field(init=False)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bucket = Bucket(EPOCH, EPOCH)
        self.paces = [Pace("smtp", self.rate, clock=lambda: FAR_AWAY + self.seconds) for _ in range(self.processes)]

    async def arrive(
        self, *names: str, precedence: Precedence = WAITS, process: int = 0, parts: int = 1
    ) -> list[asyncio.Task[None]]:
        async def leave(name: str) -> None:
            await self.paces[process].turn(parts, precedence=precedence)
            self.left.append((self.seconds, name))

        arrived = [asyncio.ensure_future(leave(name)) for name in names]
        self.tasks += arrived
        await asyncio.sleep(0)
        return arrived

    async def let_pass(self, seconds: float, *, alive: Sequence[int] | None = None) -> None:
        """Let time pass for the processes that are `alive`, all unless said otherwise."""
        for _ in range(round(seconds / STEP_SECONDS)):
            for number in range(self.processes) if alive is None else alive:
                self.look(self.paces[number])
            for _ in range(3):
                await asyncio.sleep(0)
            self.seconds += STEP_SECONDS

    def look(self, pace: Pace) -> None:
        pace.go_on()
        if (ask := pace.ask()) is not None:
            self.grant(pace, ask)

    def grant(self, pace: Pace, ask: Ask) -> None:
        self.takes += 1
        now = NOW + timedelta(seconds=self.seconds)
        grant = take(self.bucket, ask, rate=self.rate, now=now)
        self.bucket = grant.bucket
        pace.grant(ask, grant, granted_at=now)
        pace.go_on()

    def waited(self, name: str) -> float:
        """Return when the first called `name` left."""
        return next(moment for moment, one in self.left if one == name)

    def most_within_a_second(self) -> int:
        moments = [moment for moment, _ in self.left]
        return max(sum(one <= other <= one + 1 for other in moments) for one in moments)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def names(count: int, prefix: str = "") -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


async def test_without_a_rate_nobody_waits() -> None:
    await asyncio.wait_for(Pace("smtp").turn(precedence=WAITS), 5)


@pytest.mark.parametrize("processes", [1, 2, 3])
async def test_processes_share_the_rate_and_use_it(processes: int) -> None:
    world = World(Rate(100), processes=processes)
    for process in range(processes):
        await world.arrive(*names(600), process=process)

    await world.let_pass(4)

    assert 4 * 90 * 0.9 <= len(world.left) <= 4 * 90 + 1
    assert world.most_within_a_second() <= 100
    await world.close()


async def test_no_process_is_starved_by_another_that_has_as_much_to_send() -> None:
    world = World(Rate(100), processes=3)
    for process in range(3):
        await world.arrive(*names(600, prefix=f"{process}-"), process=process)

    await world.let_pass(6)

    shares = [sum(name.startswith(f"{process}-") for _, name in world.left) for process in range(3)]
    assert min(shares) > 540 / 3 * 0.6, shares
    await world.close()


async def test_who_came_first_leaves_first() -> None:
    world = World(Rate(100))
    await world.arrive(*names(50))

    await world.let_pass(2)

    assert [name for _, name in world.left] == names(50)


async def test_a_storm_costs_a_few_statements_a_second_and_none_for_each_message() -> None:
    world = World(Rate(1_000))
    await world.arrive(*names(3_000))

    await world.let_pass(3)

    assert len(world.left) > 2_400
    assert world.takes < 20
    await world.close()


async def test_one_after_another_they_are_asked_for_together_as_well() -> None:
    """Who holds a connection while he waits keeps others from waiting: few wait at a time."""
    world = World(Rate(1_000))
    for first in range(0, 1_000, 5):
        await world.arrive(*names(5, prefix=f"{first}-"))
        await world.let_pass(STEP_SECONDS)
    await world.let_pass(1)

    assert len(world.left) == 1_000
    assert world.takes < 60


async def test_a_process_that_has_little_left_to_send_takes_little_from_the_others() -> None:
    world = World(Rate(100), processes=2)
    await world.arrive(*names(90), process=0)
    await world.let_pass(1.5)
    await world.arrive(*names(2_000, prefix="storm-"), process=1)
    for number in range(20):
        await world.arrive(f"one-{number}", process=0)
        await world.let_pass(0.3)

    storm = [name for _, name in world.left if name.startswith("storm-")]
    assert len(storm) > 6 * 90 * 0.8
    await world.close()


async def test_what_a_dead_process_had_taken_is_lost_for_a_moment_only() -> None:
    world = World(Rate(100), processes=2)
    await world.arrive(*names(500, prefix="dead-"), process=0)
    await world.let_pass(1, alive=[0])
    died_at = world.seconds

    await world.arrive("other", process=1)
    await world.let_pass(1, alive=[1])

    assert world.waited("other") - died_at < 1.1
    await world.close()


async def test_a_code_leaves_at_once_in_the_middle_of_a_storm_whichever_process_it_is_in() -> None:
    for process in (0, 1):
        world = World(Rate(20), processes=2)
        await world.arrive(*names(500), process=0)
        await world.let_pass(1)
        asked_at = world.seconds

        await world.arrive("code", precedence=URGENT, process=process)
        await world.let_pass(1)

        assert world.waited("code") - asked_at <= 0.05 + 2 * STEP_SECONDS
        await world.close()


async def test_many_codes_leave_before_any_decision_that_has_no_token_yet() -> None:
    world = World(Rate(20), processes=2)
    await world.arrive(*names(500), process=0)
    await world.let_pass(1)
    asked_at = world.seconds

    await world.arrive(*names(20, prefix="code-"), precedence=URGENT, process=1)
    await world.let_pass(2)

    codes = [moment for moment, name in world.left if name.startswith("code-")]
    assert len(codes) == 20
    assert max(codes) - asked_at < 20 / 18 + 1.1
    await world.close()


async def test_in_its_process_a_code_takes_the_token_that_a_decision_waited_for() -> None:
    world = World(Rate(1))
    await world.arrive(*names(5))
    await world.let_pass(0.5)
    await world.arrive("kept", precedence=URGENT)
    await world.let_pass(STEP_SECONDS)
    await world.arrive("code", precedence=URGENT)

    await world.let_pass(3)

    assert [name for _, name in world.left][:4] == ["0", "kept", "code", "1"]
    await world.close()


async def test_what_is_told_about_an_account_is_before_decisions_and_after_codes() -> None:
    world = World(Rate(1))
    await world.arrive("first", "decision")
    await world.let_pass(0.5)
    await world.arrive("account", precedence=SOON)
    await world.arrive("code", "second code", precedence=URGENT)

    await world.let_pass(5)

    assert [name for _, name in world.left] == ["first", "code", "second code", "account", "decision"]


@pytest.mark.parametrize("precedence", [URGENT, SOON])
async def test_who_comes_while_tokens_for_another_are_taken_is_given_one_as_well(precedence: Precedence) -> None:
    world = World(Rate(1))
    await world.arrive("first", precedence=precedence)
    ask = world.paces[0].ask()
    assert ask is not None
    await world.arrive("second", precedence=precedence)

    world.grant(world.paces[0], ask)
    await world.let_pass(3)

    assert [name for _, name in world.left] == ["first", "second"]


async def test_a_code_that_comes_while_tokens_for_another_are_taken_does_not_wait_for_that_of_a_decision() -> None:
    world = World(Rate(20), processes=2)
    for process in (1, 0):
        await world.arrive(*names(100), process=process)
        await world.let_pass(STEP_SECONDS)
    await world.arrive("code", precedence=URGENT)
    ask = world.paces[0].ask()
    assert ask is not None
    await world.arrive("second code", precedence=URGENT)
    asked_at = world.seconds

    world.grant(world.paces[0], ask)
    await world.let_pass(1)

    assert world.waited("second code") - asked_at <= 2 * STEP_SECONDS
    await world.close()


async def test_who_waits_for_a_token_that_a_code_takes_is_given_another() -> None:
    world = World(Rate(1))
    await world.arrive("before", "account", precedence=SOON)
    await world.let_pass(1.08)
    assert [name for _, name in world.left] == ["before"]

    await world.arrive("code", precedence=URGENT)
    await world.let_pass(3)

    assert [name for _, name in world.left] == ["before", "code", "account"]


@pytest.mark.parametrize("precedence", [URGENT, SOON])
async def test_who_waits_for_a_token_that_is_lost_because_the_process_stood_still_is_given_another(
    precedence: Precedence,
) -> None:
    world = World(Rate(1))
    await world.arrive(*names(4), precedence=precedence)
    await world.let_pass(0.5)
    assert len(world.left) < 3

    world.seconds += 10
    assert world.paces[0].go_on() < 0.1, "it asks again at once"
    await world.let_pass(5)

    assert [name for _, name in world.left] == names(4)


async def test_nothing_is_asked_for_twice() -> None:
    world = World(Rate(10))
    await world.arrive(*names(10), precedence=SOON, parts=2)
    await world.arrive(*names(10, "code-"), precedence=URGENT)

    await world.let_pass(5)

    assert len(world.left) == 20
    assert world.takes == 1


async def test_a_message_in_parts_takes_a_token_for_each() -> None:
    world = World(Rate(10))
    await world.arrive(*names(10), parts=3)

    await world.let_pass(2)

    assert len(world.left) == 6
    await world.close()


async def test_tokens_that_nobody_used_are_not_saved_up() -> None:
    world = World(Rate(100))
    cancelled = await world.arrive(*names(45))
    await world.let_pass(STEP_SECONDS)
    for task in cancelled:
        task.cancel()
    await world.let_pass(1.2)
    began = len(world.left)

    await world.arrive(*names(100, prefix="later-"))
    await world.let_pass(2 * STEP_SECONDS)

    assert len(world.left) - began <= 2
    await world.close()


async def test_who_gives_up_takes_nobodys_turn() -> None:
    world = World(Rate(10))
    first, *_ = await world.arrive("given up", "next")
    first.cancel()

    await world.let_pass(0.1)

    assert [name for _, name in world.left] == ["next"]


async def test_all_slow_down_when_one_of_them_is_told_that_it_is_too_fast() -> None:
    told = REGISTRY.get_sample_value("notify_too_fast_total", {"provider": "smtp"}) or 0
    world = World(Rate(100), processes=2)
    for process in (0, 1):
        await world.arrive(*names(600), process=process)

    for _ in range(8):
        for _ in range(5):
            world.paces[0].too_fast()
        await world.let_pass(0.5)

    assert len(world.left) < 4 * 90 / 2
    assert REGISTRY.get_sample_value("notify_too_fast_total", {"provider": "smtp"}) == told + 40
    before = len(world.left)
    await world.let_pass(6)
    assert len(world.left) - before > 3 * 90 * 0.9, "it goes on when nobody tells it any more"
    await world.close()
