"""The platform as an operator runs it: databases, migrations, imports, and every service as a process of its own."""

from __future__ import annotations

import asyncio
import os
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

from contracts.dead_letters import MessageDeadLettered
from contracts.topics import TOPICS
from devstack.errors import DevstackError
from devstack.postgres.databases import create_database, drop_database
from devstack.process.child import Child
from devstack.process.ports import free_port
from devstack.process.programs import Program, Programs, answers_ok, console_script
from devstack.stack import Stack

SERVICES = tuple(topic.owner for topic in TOPICS if topic.event is MessageDeadLettered)
"""Every service, because each has a topic for its dead letters."""
INHERITED = ("OTEL_", "COVERAGE_", "API_ISSUER", "API_JWKS_URL")
SETTINGS = {
    "notify-svc": {
        "MAIL_FROM": "schade@example.org",
        "SMTP_TLS": "none",
        "SMS_SENDER": "Waterschade",
        "INSURER_PHONE": "088 000 00 00",
        "INSURER_ADDRESS": "Postbus 1, 1000 AA Amsterdam",
        "RETRY_FIRST_SECONDS": "1",
        "MESSAGE_KEYS": b64encode(secrets.token_bytes(32)).decode(),
    }
}
"""The variables of one service besides those of all."""


class ServiceFailedError(DevstackError):
    """A service did something else than the demo needs it to do."""


@dataclass
class Platform:
    """The services on one stack. Their logs go to `log_directory`."""

    stack: Stack
    log_directory: Path
    ports: dict[str, int] = field(default_factory=dict)
    databases: dict[str, str] = field(default_factory=dict)
    """The URL of each service's database."""
    programs: Programs = field(init=False)

    def __post_init__(self) -> None:
        self.programs = Programs(self.stack.supervisor, self.log_directory)

    @property
    def children(self) -> dict[str, Child]:
        """The process of every service that has been started."""
        return self.programs.children

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
        await self.programs.run(
            f"{service}-{Path(arguments[-1]).stem}",
            str(console_script(service)),
            *arguments,
            environment=self._inherited() | self.environment(service),
        )

    async def export_proofs(self, directory: Path) -> None:
        """Let claims-svc write its proofs into `directory`."""
        await self.run("claims-svc", "proofs", "export", "--to", str(directory))

    async def export_letters(self, directory: Path) -> None:
        """Let notify-svc write the letters that are to be posted into `directory`."""
        await self.run("notify-svc", "letters", "export", "--to", str(directory))

    async def start(self) -> None:
        """Start all services and wait until each is ready."""
        for service in SERVICES:
            self._start(service)
        await self.programs.wait_ready(*SERVICES)

    async def restart(self, service: str, **environment: str) -> None:
        """Stop `service`, which must end well, and start it again with these variables beside its own."""
        child = self.children[service]
        codes = await self.programs.stop(service)
        if codes[service] != 0:
            raise ServiceFailedError(child.explain(f"ended with code {codes[service]}"))
        self._start(service, **environment)
        await self.programs.wait_ready(service)

    def check_alive(self) -> None:
        """Raise when a service has ended."""
        self.programs.check_alive()

    async def stop(self) -> None:
        """Let every service finish what it works on, and end."""
        await self.programs.stop()

    def environment(self, service: str) -> dict[str, str]:
        """Return the variables with which `service`, or a command of it, works on this platform."""
        return {
            **self.stack.environment(),
            "DATABASE_URL": self.databases[service],
            "DATABASE_CONNECTIONS": "5",
            "OTEL_BSP_SCHEDULE_DELAY": "500",
            **SETTINGS.get(service, {}),
        }

    def _start(self, service: str, **environment: str) -> None:
        port = self.ports[service] = free_port()
        self.programs.start(
            Program(
                name=service,
                arguments=[str(console_script(service)), "run"],
                environment={
                    **self._inherited(),
                    **self.environment(service),
                    "HTTP_PORT": str(port),
                    **environment,
                },
                is_ready=lambda _: answers_ok(port, "/ready"),
            )
        )

    @staticmethod
    def _inherited() -> dict[str, str]:
        """Return what whoever runs the demo sets for tracing and for tokens, and the coverage of tests."""
        return {name: value for name, value in os.environ.items() if name.startswith(INHERITED)}
