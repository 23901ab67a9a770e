"""The platform as an operator runs it: databases, migrations, imports, and every service as a process of its own."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from devstack.postgres.databases import create_database, drop_database
from devstack.process.command import Command
from devstack.process.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devstack.process.child import Child
    from devstack.stack import Stack

SERVICES = ("claims-svc", "weather-svc", "policy-svc", "notify-svc")
READY_SECONDS = 60
COMMAND_SECONDS = 60
STOP_SECONDS = 25
_SCRIPTS = Path(sys.executable).parent


class ServiceFailedError(Exception):
    """A service or a command of one ended badly; the text tells what it said last."""


@dataclass
class Platform:
    """The services on one stack. Their logs go to `log_directory`."""

    stack: Stack
    log_directory: Path
    children: dict[str, Child] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    databases: dict[str, str] = field(default_factory=dict)

    async def create_databases(self) -> None:
        """Give every service an empty database and a role of its own."""
        for service in SERVICES:
            name = f"demo_{service.removesuffix('-svc')}"
            await drop_database(admin_url=self.stack.database_url, name=name, role=name)
            self.databases[service] = await create_database(
                admin_url=self.stack.database_url, name=name, role=name, password=secrets.token_urlsafe(24)
            )

    async def migrate(self) -> None:
        """Bring every database up to date."""
        await asyncio.gather(*(self.run(service, "migrate") for service in SERVICES))

    async def run(self, service: str, *arguments: str) -> None:
        """Run a command of a service to its end."""
        log_name = f"{service}-{Path(arguments[-1]).stem}"
        child = self.stack.supervisor.start(self._command(service, arguments, log_name=log_name))
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                while child.is_running():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            child.kill()
            message = f"{service} {arguments[0]} took longer than {COMMAND_SECONDS} s"
            raise ServiceFailedError(message) from None
        if (code := child.reap()) != 0:
            message = f"{service} {' '.join(arguments)} failed with code {code}:\n{child.log_text()[-2_000:]}"
            raise ServiceFailedError(message)

    async def start(self) -> None:
        """Start all services and wait until each says that it is ready."""
        for service in SERVICES:
            self._start(service)
        await self._until_ready(SERVICES)

    async def restart(self, service: str, **environment: str) -> None:
        """Stop `service`, which must end well, and start it again with these variables beside its own."""
        child = self.children[service]
        if (code := await asyncio.to_thread(child.stop, grace_seconds=STOP_SECONDS)) != 0:
            message = f"{service} ended with code {code}:\n{child.log_text()[-2_000:]}"
            raise ServiceFailedError(message)
        self._start(service, **environment)
        await self._until_ready([service])

    def _start(self, service: str, **environment: str) -> None:
        self.ports[service] = free_port()
        self.children[service] = self.stack.supervisor.start(
            self._command(service, ("run",), log_name=service, HTTP_PORT=str(self.ports[service]), **environment)
        )

    async def _until_ready(self, services: Sequence[str]) -> None:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await asyncio.gather(*(self._wait_ready(service) for service in services))
        except TimeoutError:
            late = [service for service in services if not await asyncio.to_thread(self._is_ready, service)]
            message = f"not ready after {READY_SECONDS} s: {', '.join(late)}"
            raise ServiceFailedError(message) from None

    async def export_proofs(self, directory: Path) -> None:
        """Let claims-svc write its proofs into `directory`."""
        await self.run("claims-svc", "proofs", "export", "--to", str(directory))

    def check_alive(self) -> None:
        """Raise when a service has ended."""
        for service, child in self.children.items():
            if not child.is_running():
                message = f"{service} has ended by itself:\n{child.log_text()[-2_000:]}"
                raise ServiceFailedError(message)

    async def stop(self) -> None:
        """Let every service finish what it took and end."""
        for child in self.children.values():
            if child.is_running():
                child.send(signal.SIGTERM)
        await asyncio.gather(
            *(
                asyncio.to_thread(child.stop, signal_number=signal.SIGTERM, grace_seconds=STOP_SECONDS)
                for child in self.children.values()
            )
        )

    async def _wait_ready(self, service: str) -> None:
        while not await asyncio.to_thread(self._is_ready, service):
            if not self.children[service].is_running():
                message = f"{service} did not start:\n{self.children[service].log_text()[-2_000:]}"
                raise ServiceFailedError(message)
            await asyncio.sleep(0.1)

    def _is_ready(self, service: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[service]}/ready", timeout=2) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except OSError:
            return False

    def _command(self, service: str, arguments: tuple[str, ...], *, log_name: str, **extra: str) -> Command:
        log_path = self.log_directory / f"{log_name}.log"
        log_path.parent.mkdir(parents=True, exist_ok=True)
        return Command(
            name=log_name,
            arguments=[str(_SCRIPTS / service), *arguments],
            environment={
                **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
                **{name: value for name, value in os.environ.items() if name.startswith(("OTEL_", "COVERAGE_"))},
                **self.stack.environment(),
                "DATABASE_URL": self.databases[service],
                "DATABASE_CONNECTIONS": "5",
                "OTEL_BSP_SCHEDULE_DELAY": "500",
                **_OWN.get(service, {}),
                **extra,
            },
            death_signal=signal.SIGTERM,
            log_path=log_path,
        )


_OWN = {
    "notify-svc": {
        "MAIL_FROM": "schade@example.org",
        "SMTP_TLS": "none",
        "SMS_SENDER": "Waterschade",
        "RETRY_FIRST_SECONDS": "1",
    }
}
