"""Faults 1, 12 and 17: services that die, stand still, or run out of what a machine has."""

from __future__ import annotations

import asyncio
import resource
import signal
import time
from dataclasses import dataclass

from drill.platform.services import CRASH_VARIABLE, KILLED, SERVICES
from drill.report import Entry
from drill.run import Drill

_LONGEST_SECONDS = 120.0
_FROZEN_SECONDS = 15.0
"""Longer than a member of a group may be silent (10 s), and than a relay's lease lasts (10 s)."""
_FEW_FILES = 3
"""What is left when a process has used up its file descriptors, beyond those it holds."""
_STARVED_SECONDS = 8.0


@dataclass(frozen=True, kw_only=True)
class CrashPoint:
    """A service dies at a named point, as if by kill -9, and is started again."""

    service: str
    point: str
    passes: int = 1
    """Of claims-svc the first is about its proof root, and not about a claim."""
    number: str = "1"

    @property
    def name(self) -> str:
        return f"{self.service} dies at {self.point}"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        services = drill.services
        since = len(services.ends)
        await services.restart(self.service, **{CRASH_VARIABLE: f"{self.point}#{self.passes}"})
        pid = services.pid(self.service)
        end = await services.until_died(self.service, since=since, longest_seconds=_LONGEST_SECONDS)
        if end is None:
            entry.failure = f"{self.service} {pid} did not come to {self.point}"
            await services.restart(self.service)
            return
        if end.code != KILLED:
            entry.failure = f"{self.service} {pid} ended with {end.code} before it came to {self.point}"
        began = time.monotonic()
        successor = await services.until_restarted(self.service, after=pid)
        entry.done.append(
            f"{self.service} {end.pid} ended with {end.code} at {self.point};"
            f" {successor} was ready {time.monotonic() - began:.1f} s later"
        )


@dataclass(frozen=True, kw_only=True)
class RandomKills:
    """Services are killed with SIGKILL at random moments."""

    kills: int
    number: str = "1"
    name: str = "kill -9 at random"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        for _ in range(self.kills):
            await asyncio.sleep(drill.chance.uniform(0.3, drill.scale.lasts_seconds / self.kills))
            service = drill.chance.choice(SERVICES)
            await drill.services.ready(service)
            pid = drill.services.send(service, signal.SIGKILL)
            began = time.monotonic()
            successor = await drill.services.until_restarted(service, after=pid)
            seconds = time.monotonic() - began
            entry.done.append(f"SIGKILL to {service} {pid}; {successor} was ready {seconds:.1f} s later")


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """One of two instances stands still for longer than its group and its leases wait, and wakes up again."""

    service: str
    number: str = "12"

    @property
    def name(self) -> str:
        return f"{self.service} stands still (SIGSTOP) and wakes, a second instance beside it"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        services, second = drill.services, f"{self.service}-2"
        services.start(second)
        await services.ready(second)
        pid = services.send(self.service, signal.SIGSTOP)
        stands_still = _state_of(pid)
        await asyncio.sleep(_FROZEN_SECONDS)
        services.send(self.service, signal.SIGCONT)
        entry.done.append(
            f"SIGSTOP to {self.service} {pid} (state {stands_still}) for {_FROZEN_SECONDS:.0f} s,"
            f" {second} {services.pid(second)} went on; SIGCONT"
        )
        await services.ready(self.service)
        await services.stop(second)


@dataclass(frozen=True, kw_only=True)
class NoFiles:
    """A process finds no file descriptor any more: no new connection, no file."""

    service: str
    number: str = "17"

    @property
    def name(self) -> str:
        return f"{self.service} runs out of file descriptors while its connections are cut"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        services = drill.services
        pid, since = services.pid(self.service), len(services.ends)
        before = resource.prlimit(
            pid, resource.RLIMIT_NOFILE, (_FEW_FILES, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1])
        )
        for proxy in drill.world.proxies.values():
            proxy.end_silent_connections()
        await asyncio.sleep(_STARVED_SECONDS)
        entry.done.append(f"prlimit --nofile={_FEW_FILES} of {self.service} {pid}, its connections ended")
        if services.pid(self.service) == pid:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
            entry.done.append(f"after {_STARVED_SECONDS:.0f} s it had {before[0]} again")
        entry.done += [f"{end.name} {end.pid} ended with {end.code}" for end in services.ended_since(since)]
        await services.ready(self.service)


@dataclass(frozen=True, kw_only=True)
class NoMemory:
    """A process is allowed no more memory than it has; then the kernel's way of helping, SIGKILL."""

    service: str
    number: str = "17"

    @property
    def name(self) -> str:
        return f"{self.service} gets no more memory, and is killed for it"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        services = drill.services
        pid, since = services.pid(self.service), len(services.ends)
        in_use = _virtual_bytes(pid)
        hard = resource.prlimit(pid, resource.RLIMIT_AS)[1]
        resource.prlimit(pid, resource.RLIMIT_AS, (in_use, hard))
        await asyncio.sleep(_STARVED_SECONDS)
        entry.done.append(f"prlimit --as={in_use} of {self.service} {pid}, what it had")
        entry.done += [f"{end.name} {end.pid} ended with {end.code}" for end in services.ended_since(since)]
        if services.pid(self.service) == pid:
            services.send(self.service, signal.SIGKILL)
            successor = await services.until_restarted(self.service, after=pid)
            entry.done.append(f"SIGKILL to {pid}, as the kernel does; {successor} is ready")
        await services.ready(self.service)


def _state_of(pid: int) -> str:
    """Return the kernel's letter for the state of a process: T when it was stopped."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:  # noqa: PTH123 - a file of the kernel
        return stat.read().rpartition(")")[2].split()[0]


def _virtual_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:  # noqa: PTH123 - a file of the kernel
        return int(statm.read().split()[0]) * resource.getpagesize()
