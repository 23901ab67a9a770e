"""The database's clock jumps: no timer fires that cannot be taken back, until it is right again or confirmed."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from specimen.app import Settings, build

from chassis.clock import SettableClock
from chassis.commands.clock import CLOCK
from chassis.service import Service, TimerHandler
from chassis.telemetry import metrics
from chassis.testing import Harness, harness
from chassis.timers.clock_guard import ClockGuard
from chassis.timers.loop import TimerLoop
from chassis.timers.timer_table import LONGEST_SLEEP_SECONDS
from chassis.unit_of_work import DueTimer, Timer, Work

LIMIT = timedelta(hours=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
JUMP = timedelta(days=400)


@dataclass
class Host:
    """A host with a database clock that can be set, and a loop whose fired timers are kept."""

    running: Harness
    clock: SettableClock
    fired: list[str]
    elapsed: float = 0.0
    guard: ClockGuard = field(init=False)

    def __post_init__(self) -> None:
        self.guard = ClockGuard(limit=LIMIT, anchor=self.clock.at, elapsed=lambda: self.elapsed)

    def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.elapsed += by.total_seconds()

    async def schedule(self, kind: str, key: str, *, after: timedelta) -> None:
        async with self.running.runtime.transaction() as work:
            work.schedule(Timer(kind, key, work.now + after))

    def loop(self) -> TimerLoop:
        runtime = self.running.runtime
        return TimerLoop(
            self.running.service.timers,
            work=runtime.work,
            guard=self.guard,
            changed=runtime.work.timers_changed,
            stopping=runtime.stopping,
        )

    async def fire(self) -> list[str]:
        """Fire what is due; return the keys of the timers that fired."""
        await self.loop().fire_due()
        fired, self.fired[:] = list(self.fired), []
        return fired

    async def command(self, *words: str) -> None:
        parser = argparse.ArgumentParser()
        CLOCK.add_arguments(parser)
        assert await CLOCK.run(parser.parse_args(words), self.running.runtime) == 0


@pytest.fixture
async def host(database: str) -> AsyncIterator[Host]:
    fired: list[str] = []

    async def handle(due: Sequence[DueTimer], _: Work) -> None:
        fired.extend(timer.key for timer in due)

    clock = SettableClock(NOON)
    timers = (TimerHandler("referral", handle), TimerHandler("look-again", handle, reversible=True))
    service: Service = replace(build(Settings(database_url=database)), clock=clock, timers=timers)
    async with harness(service) as running:
        yield Host(running, clock, fired)


async def test_the_loop_sleeps_while_what_is_due_may_not_fire(host: Host) -> None:
    await host.schedule("referral", "irreversible", after=timedelta(0))
    await host.schedule("look-again", "reversible", after=JUMP + timedelta(days=1))
    host.clock.advance(JUMP)

    look = await host.loop()._look()

    assert (list(look.due), look.seconds_to_sleep) == ([], LONGEST_SLEEP_SECONDS)


async def test_time_that_passes_is_no_jump(host: Host) -> None:
    await host.schedule("referral", "waits", after=timedelta(days=10))
    host.pass_time(timedelta(days=10))

    assert await host.fire() == ["waits"]
    assert host.guard.problem() is None


async def test_a_jump_that_goes_away_has_fired_nothing_that_cannot_be_taken_back(host: Host) -> None:
    await host.schedule("referral", "irreversible", after=timedelta(days=10))
    await host.schedule("look-again", "reversible", after=timedelta(days=10))

    host.clock.advance(JUMP)
    assert await host.fire() == ["reversible"]
    assert "400 days, 0:00:00 ahead of" in (host.guard.problem() or "")
    assert metrics.CLOCK_DIFFERENCE_SECONDS._value.get() == JUMP.total_seconds()

    host.clock.advance(-JUMP)
    assert await host.fire() == []
    assert host.guard.problem() is None
    host.pass_time(timedelta(days=10))
    assert await host.fire() == ["irreversible"]


async def test_a_clock_that_is_behind_is_told_too(host: Host) -> None:
    host.clock.advance(-JUMP)
    assert await host.fire() == []
    assert "400 days, 0:00:00 behind" in (host.guard.problem() or "")


@pytest.mark.parametrize("seconds", [3_600, -3_600])
async def test_a_difference_within_the_limit_is_no_jump(host: Host, seconds: int) -> None:
    await host.schedule("referral", "due", after=timedelta(days=-1))
    host.clock.advance(timedelta(seconds=seconds))
    assert await host.fire() == ["due"]
    host.clock.advance(timedelta(seconds=1 if seconds > 0 else -1))
    await host.fire()
    assert host.guard.problem() is not None


async def test_an_operator_confirms_the_clock_and_every_instance_goes_on(host: Host) -> None:
    await host.schedule("referral", "waits", after=timedelta(days=10))
    host.clock.advance(JUMP)
    assert await host.fire() == []

    await host.command("confirm", "--because", "the host's clock was a year behind")
    host.pass_time(timedelta(minutes=30))

    assert await host.fire() == ["waits"]
    assert host.guard.problem() is None


async def test_a_confirmation_does_not_cover_the_next_jump(host: Host) -> None:
    host.clock.advance(JUMP)
    await host.command("confirm", "--because", "checked")
    await host.fire()
    await host.schedule("referral", "waits", after=timedelta(days=10))

    host.clock.advance(JUMP)

    assert await host.fire() == []


async def test_both_clocks_are_shown(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    await host.command("confirm", "--because", "checked")
    capsys.readouterr()
    await host.command("show")
    shown = capsys.readouterr().out
    assert '"database": "2026-03-01T12:00:00+00:00"' in shown
    assert '"because": "checked"' in shown


def test_a_guard_trusts_the_host_at_its_start() -> None:
    guard = ClockGuard.by_host(limit=LIMIT)
    assert abs(guard._difference(datetime.now(UTC))) < timedelta(seconds=5)
