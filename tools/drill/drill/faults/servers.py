"""Faults 2, 3, 4, 10 and 11: servers that go away, and ways to them that do not let through."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from devstack.outside.faults import Fault as Answer
from drill.platform.proxy import Weather
from drill.report import Entry
from drill.run import Drill


@dataclass(frozen=True, kw_only=True)
class ServerAway:
    """A server is killed, or stopped in good order, and comes back after a while with what it had."""

    server: str
    number: str
    seconds: float = 0.0
    in_good_order: bool = False
    """As an upgrade does it: PostgreSQL ends every session (`fast`), Kafka hands over what it leads."""

    @property
    def name(self) -> str:
        ends = "is stopped in good order" if self.in_good_order else "is killed"
        if not self.seconds:
            return f"{self.server} {ends} and restarts at once"
        return f"{self.server} {ends} and away for {self.seconds:.0f} s"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        await asyncio.sleep(drill.scale.lasts_seconds / 4)
        server = {"kafka": drill.world.stack.kafka, "postgres": drill.world.stack.postgres}[self.server]
        since, began = len(drill.services.ends), time.monotonic()
        await asyncio.to_thread(server.stop if self.in_good_order else server.kill)
        entry.done.append(f"{self.server} ended, running: {server.is_running()}")
        await asyncio.sleep(self.seconds)
        await asyncio.to_thread(server.start)
        entry.done.append(f"back after {time.monotonic() - began:.1f} s, running: {server.is_running()}")
        ended = drill.services.ended_since(since)
        entry.done.append(
            f"services that ended meanwhile: {', '.join(f'{one.name} ({one.code})' for one in ended) or 'none'}"
        )


@dataclass(frozen=True, kw_only=True)
class BadWay:
    """The way to a server is cut, half-open, slow, or resets."""

    server: str
    weather: Weather
    seconds: float
    number: str = "4"

    @property
    def name(self) -> str:
        return f"the way to {self.server} is {self.weather} for {self.seconds:.0f} s"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        proxy = drill.world.proxies[self.server]
        await asyncio.sleep(drill.scale.lasts_seconds / 4)
        connections, passed, ended, since = proxy.connections, proxy.passed_bytes, proxy.ended, len(drill.services.ends)
        proxy.turn(self.weather)
        await asyncio.sleep(self.seconds)
        passed = proxy.passed_bytes - passed
        proxy.turn(Weather.FAIR)
        if self.weather is Weather.HALF_OPEN:
            proxy.end_silent_connections()
        entry.done.append(
            f"{connections} connections to {self.server} were {self.weather}; {passed} bytes passed meanwhile,"
            f" {proxy.ended - ended} connections were ended"
        )
        died = drill.services.ended_since(since)
        if died:
            entry.done.append(f"services that ended: {', '.join(f'{one.name} ({one.code})' for one in died)}")


@dataclass(frozen=True, kw_only=True)
class BadAnswers:
    """Mail server or SMS centre answers wrongly, to each recipient so many times; or is killed and comes back."""

    channel: str
    action: str
    number: str
    times: int = 20
    seconds: float = 6.0

    @property
    def name(self) -> str:
        return f"{self.channel} server: {self.action}"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        world = drill.world.stack.world
        assert world is not None  # noqa: S101 - the drill asks for the outside world
        if self.action == "down":
            sink = world.smtp if self.channel == "mail" else world.smsc
            await asyncio.to_thread(sink.kill)
            entry.done.append(f"{sink.name} killed, running: {sink.is_running()}")
            await asyncio.sleep(self.seconds)
            await asyncio.to_thread(sink.start)
            entry.done.append(f"back after {self.seconds:.0f} s, running: {sink.is_running()}")
            return
        set_faults = world.set_mail_faults if self.channel == "mail" else world.set_sms_faults
        set_faults(Answer("*", self.action, times=self.times))
        entry.done.append(f"the next {self.times} messages were answered with {self.action}")
        await asyncio.sleep(drill.scale.lasts_seconds)
        set_faults()
