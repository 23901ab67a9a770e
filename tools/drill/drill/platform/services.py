"""The services of a claim's way as processes: started, killed, frozen, and started again as an orchestrator does."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from demo.platform import SETTINGS
from devstack.errors import DevstackError
from devstack.outside.issuer import Issuer
from devstack.postgres.databases import create_database, drop_database
from devstack.process.ports import free_port
from devstack.process.programs import Program, Programs, answers_ok, console_script
from drill.platform.world import World

SERVICES = ("policy-svc", "weather-svc", "notify-svc", "claims-svc")
"""Those that a claim passes through. auth-svc sees nothing of it."""
_FAST_SENDERS = {"SEND_TIMEOUT_SECONDS": "2", "LEASE_SECONDS": "8", "RETRY_LONGEST_SECONDS": "4"}
"""So that what a dead sender leaves behind is found within seconds, and not two minutes."""
BUG_VARIABLE = "DRILL_BUG"
CRASH_VARIABLE = "DRILL_CRASH_AT"
KILLED = 137
_LOOK_SECONDS = 0.1
_READY_SECONDS = 180.0
"""Of a machine that many others work on, too."""
_RESTART_SECONDS = 0.3
_MANY_RESTARTS_PAUSE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class End:
    """One end of a process that was to go on."""

    name: str
    pid: int
    code: int
    at: float
    """By `time.monotonic`."""


@dataclass
class Services:
    """The services on one world."""

    world: World
    log_directory: Path
    issuer: Issuer
    databases: dict[str, str] = field(default_factory=dict)
    """The administrator's URL of each service's database, past the proxy."""
    ends: list[End] = field(default_factory=list)
    programs: Programs = field(init=False)
    _urls: dict[str, str] = field(default_factory=dict)
    _ports: dict[str, int] = field(default_factory=dict)
    _bugs: dict[str, str] = field(default_factory=dict)
    _wanted: set[str] = field(default_factory=set)
    _more: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _keeper: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.programs = Programs(self.world.stack.supervisor, self.log_directory)

    async def create_databases(self) -> None:
        """Give every service a migrated database of its own."""
        admin_url = self.world.stack.database_url
        for service in SERVICES:
            name = f"drill_{service.removesuffix('-svc')}"
            await drop_database(admin_url=admin_url, name=name, role=name)
            self._urls[service] = await create_database(
                admin_url=admin_url, name=name, role=name, password=secrets.token_urlsafe(24)
            )
            self.databases[service] = admin_url.rpartition("/")[0] + f"/{name}"
        await asyncio.gather(*(self.command(service, "migrate") for service in SERVICES))

    async def command(self, service: str, *arguments: str) -> None:
        """Run a command of a service to its end, past the proxies."""
        direct = self._environment(service) | self.world.stack.environment() | {"DATABASE_URL": self._urls[service]}
        name = "-".join((service, *(word.strip("-") for word in arguments[:1])))
        await self.programs.run(name, str(console_script(service)), *arguments, environment=direct)

    def start(self, name: str, *, bug: str = "", **environment: str) -> None:
        """Start a service, or with a name such as `claims-svc-2` another instance of one; it is kept running.

        `environment` is of this process alone: the one that follows it, should it die, has none of it.
        """
        self._bugs[name] = bug
        self._wanted.add(name)
        self._start(name, environment)

    async def start_all(self) -> None:
        for service in SERVICES:
            self.start(service)
        await self.ready(*SERVICES)
        self._keeper = asyncio.create_task(self._keep())

    async def ready(self, *names: str, longest_seconds: float = _READY_SECONDS) -> float:
        """Wait until these answer that they are; return after how many seconds. They may die meanwhile."""
        began = time.monotonic()
        for name in names:
            while not await asyncio.to_thread(answers_ok, self._ports[name], "/ready"):
                if time.monotonic() - began > longest_seconds:
                    raise DevstackError(self.programs.children[name].explain("is not ready"))
                await asyncio.sleep(_LOOK_SECONDS)
        return time.monotonic() - began

    async def restart(self, name: str, *, bug: str = "", **environment: str) -> None:
        """Stop a service in good order and start it again; with a bug when one is named."""
        await self.stop(name)
        self.start(name, bug=bug, **environment)

    async def stop_what_has_bugs(self) -> None:
        """Stop every service that runs with a bug: the next one that needs it starts it."""
        if having := [name for name, bug in self._bugs.items() if bug and name in self.programs.children]:
            await self.stop(*having)

    async def start_missing(self) -> None:
        """Start every service that does not run, and wait until these are ready."""
        if missing := [service for service in SERVICES if service not in self.programs.children]:
            for service in missing:
                self.start(service)
            await self.ready(*missing)

    async def stop(self, *names: str) -> None:
        """Stop these in good order, all when none is named, and keep them stopped; a process that hangs is killed."""
        stopping = [name for name in names or list(self.programs.children) if name in self.programs.children]
        self._wanted.difference_update(stopping)
        if stopping:
            await self.programs.stop(*stopping)

    async def close(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
        await self.stop()

    def pid(self, name: str) -> int:
        return self.programs.children[name].pid

    def send(self, name: str, number: signal.Signals) -> int:
        """Send a signal to a service; return the process id that it went to."""
        pid = self.pid(name)
        self.programs.children[name].process.send_signal(number)
        return pid

    async def until_died(self, name: str, *, since: int, longest_seconds: float) -> End | None:
        """Wait until a process of `name` has ended after the first `since` ends; None when none does."""
        deadline = time.monotonic() + longest_seconds
        while time.monotonic() < deadline:
            for end in self.ends[since:]:
                if end.name == name:
                    return end
            await asyncio.sleep(_LOOK_SECONDS)
        return None

    async def until_restarted(self, name: str, *, after: int) -> int:
        """Wait until another process than `after` is `name`, and ready; return its id."""
        async with asyncio.timeout(_READY_SECONDS):
            while self.pid(name) == after:
                await asyncio.sleep(_LOOK_SECONDS)
        await self.ready(name)
        return self.pid(name)

    def _start(self, name: str, environment: Mapping[str, str]) -> None:
        service, bug = _service_of(name), self._bugs.get(name, "")
        port = self._ports.setdefault(name, free_port())
        given = {**environment, **({BUG_VARIABLE: bug} if bug else {})}
        is_changed = not given.keys().isdisjoint({BUG_VARIABLE, CRASH_VARIABLE})
        program = [sys.executable, "-m", "drill.launcher", service] if is_changed else [str(console_script(service))]
        self.programs.start(
            Program(
                name=name,
                arguments=[*program, "run"],
                environment={
                    **self._environment(service),
                    "HTTP_PORT": str(port),
                    "KAFKA_MEMBER_NAME": name,  # as every container has one
                    **given,
                },
                is_ready=lambda _: answers_ok(port, "/ready"),
            )
        )

    def _environment(self, service: str) -> dict[str, str]:
        files = {"FILE_STORE": (self.log_directory.absolute() / "files").as_uri()} if service == "claims-svc" else {}
        senders = _FAST_SENDERS if service == "notify-svc" else {}
        return {
            **self.world.environment(),
            "DATABASE_URL": self.world.proxied(self._urls[service]),
            "DATABASE_CONNECTIONS": "6",
            "API_ISSUER": self.issuer.name,
            "API_JWKS_URL": self.issuer.jwks_url,
            **SETTINGS.get(service, {}),
            **senders,
            **files,
        }

    async def _keep(self) -> None:
        """Start again what has ended, after a moment; more slowly what keeps ending."""
        while True:
            for name in sorted(self._wanted):
                child = self.programs.children.get(name)
                if child is None or child.is_running():
                    continue
                self.ends.append(End(name=name, pid=child.pid, code=child.reap(), at=time.monotonic()))
                keeps_ending = len([end for end in self.ends[-4:] if end.name == name]) > 3  # noqa: PLR2004
                await asyncio.sleep(_MANY_RESTARTS_PAUSE_SECONDS if keeps_ending else _RESTART_SECONDS)
                with suppress(DevstackError):
                    if name in self._wanted:
                        self._start(name, {})
            await asyncio.sleep(_LOOK_SECONDS)

    def ended_since(self, count: int) -> Sequence[End]:
        """Return the ends after the first `count`."""
        return self.ends[count:]


def _service_of(name: str) -> str:
    return name if name in SERVICES else name.rpartition("-")[0]
