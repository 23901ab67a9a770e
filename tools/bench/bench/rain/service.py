"""weather-svc on a PostgreSQL of devstack: its commands as processes, its handlers in this one."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import asyncpg

from bench.process_figures import highest_resident_mib
from bench.processes import RunFailedError
from chassis.testing import Harness, harness
from devstack.postgres.databases import create_database, drop_database
from devstack.process.programs import console_script
from devstack.stack import Stack
from weather_svc.app import build
from weather_svc.settings import Settings

PROGRAM = "weather-svc"
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Ended:
    """What a process took. `resident_mib` is the most memory that it held."""

    seconds: float
    cpu_seconds: float
    resident_mib: float


@dataclass(frozen=True)
class RainService:
    """One database of weather-svc, migrated."""

    stack: Stack
    url: str

    @property
    def environment(self) -> Mapping[str, str]:
        return {**self.stack.environment(), "DATABASE_URL": self.url, "OTEL_SDK_DISABLED": "true"}

    @asynccontextmanager
    async def handlers(self) -> AsyncIterator[Harness]:
        """Drive the handlers of a service that has just started, without its broker."""
        settings = Settings(kafka_bootstrap_servers=self.stack.kafka_bootstrap_servers, database_url=self.url)
        async with harness(build(settings)) as running:
            yield running

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.url)

    def run(self, *arguments: str, log: Path, given: IO[bytes] | None = None, output: IO[bytes] | None = None) -> Ended:
        """Run a command of the service to its end, and tell what it took; what it says on stderr goes to `log`."""
        return run([str(console_script(PROGRAM)), *arguments], self.environment, log=log, given=given, output=output)


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    log: Path,
    given: IO[bytes] | None = None,
    output: IO[bytes] | None = None,
) -> Ended:
    """Run a process to its end; raise `RunFailedError` when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as told:
        began = time.monotonic()
        process = subprocess.Popen(
            arguments,
            env={**os.environ, **environment},
            stdin=given or subprocess.DEVNULL,
            stdout=output or told,
            stderr=told,
        )
        # What wait4() tells of memory includes that of this process, from which it was made.
        resident = 0.0
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            resident = max(resident, highest_resident_mib(process.pid))
            time.sleep(_LOOK_SECONDS)
        _, status, used = ended
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RunFailedError(f"{' '.join(arguments[:2])} ended with {process.returncode}; see {log}")
    return Ended(time.monotonic() - began, used.ru_utime + used.ru_stime, resident)


async def new_service(stack: Stack, name: str, *, output: Path) -> RainService:
    """Make an empty database of weather-svc, and drop the one of this name before."""
    await drop_database(admin_url=stack.database_url, name=name, role=name)
    url = await create_database(admin_url=stack.database_url, name=name, role=name, password=secrets.token_urlsafe(18))
    service = RainService(stack, url)
    service.run("migrate", log=output / "migrate.log")
    return service
