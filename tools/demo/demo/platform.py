"""The platform as an operator runs it: databases, migrations, imports, and every service as a process of its own."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contracts.dead_letters import MessageDeadLettered
from contracts.topics import TOPICS
from devstack.errors import DevstackError
from devstack.postgres.databases import create_database, drop_database
from devstack.process.child import Child
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.programs import Program, Programs, answers_ok, console_script
from devstack.stack import Stack

APIS = ("auth-svc", "claims-svc", "notify-svc", "policy-svc", "portal-svc", "weather-svc")
"""Services that answer others by HTTP."""
PORTAL = "https://mijn.example.org"
"""Where mailed links lead to. Nobody answers there yet."""


def _text_of(key: bytes) -> str:
    return b64encode(key).decode()


SERVICES = tuple(topic.owner for topic in TOPICS if topic.event is MessageDeadLettered)
"""Every service, because each has a topic for its dead letters."""
INHERITED = ("OTEL_", "COVERAGE_", "API_ISSUER", "API_JWKS_URL")
_OF_NOTIFY = secrets.token_bytes(32)
"""The private key that codes, links and former addresses are sealed for."""
_SEALING_FOR_NOTIFY = _text_of(X25519PrivateKey.from_private_bytes(_OF_NOTIFY).public_key().public_bytes_raw())
SETTINGS = {
    "auth-svc": {
        "PORTAL_URL": PORTAL,
        "INSURER_PHONE": "088 000 00 00",
        "MESSAGE_PUBLIC_KEY": _SEALING_FOR_NOTIFY,
        "STORAGE_KEYS": _text_of(secrets.token_bytes(32)),
        "DIGEST_KEY": secrets.token_urlsafe(32),
    },
    "policy-svc": {
        "INSURER_PHONE": "088 000 00 00",
        "INSURER_ADDRESS": "Postbus 1, 1000 AA Amsterdam",
        "INSURER_CODE": "0421",
        "MESSAGE_PUBLIC_KEY": _SEALING_FOR_NOTIFY,
        "PERSONAL_DATA_KEYS": _text_of(secrets.token_bytes(32)),
    },
    "notify-svc": {
        "MAIL_FROM": "schade@example.org",
        "DKIM_PRIVATE_KEY": "none",
        "SMTP_TLS": "none",
        "SMS_SENDER": "Waterschade",
        "INSURER_PHONE": "088 000 00 00",
        "INSURER_ADDRESS": "Postbus 1, 1000 AA Amsterdam",
        "PORTAL_URL": PORTAL,
        "RETRY_FIRST_SECONDS": "1",
        "MESSAGE_KEYS": _text_of(_OF_NOTIFY),
        "KEPT_TEXT_KEYS": _text_of(secrets.token_bytes(32)),
    },
    "portal-svc": {
        "PORTAL_KEYS": _text_of(secrets.token_bytes(32)),
        "CLIENT_SECRET": secrets.token_urlsafe(32),
        "INSURER_PHONE": "088 000 00 00",
    },
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
    """Where each process answers `/ready` and `/metrics`: the first of a service has its name."""
    databases: dict[str, str] = field(default_factory=dict)
    """The URL of each service's database."""
    api_ports: dict[str, int] = field(default_factory=lambda: {service: free_port() for service in APIS})
    """Where services answer by HTTP."""
    besides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Variables of single services that say otherwise, or more."""
    programs: Programs = field(init=False)

    def __post_init__(self) -> None:
        self.programs = Programs(self.stack.supervisor, self.log_directory)

    @property
    def auth_url(self) -> str:
        """Where auth-svc answers: the address is the issuer of its tokens."""
        return f"http://{LOOPBACK}:{self.api_ports['auth-svc']}"

    @property
    def claims_url(self) -> str:
        """Where claims-svc answers."""
        return f"http://{LOOPBACK}:{self.api_ports['claims-svc']}"

    @property
    def policy_url(self) -> str:
        """Where policy-svc answers."""
        return f"http://{LOOPBACK}:{self.api_ports['policy-svc']}"

    @property
    def weather_url(self) -> str:
        """Where weather-svc answers."""
        return f"http://{LOOPBACK}:{self.api_ports['weather-svc']}"

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

    async def printed_by(self, service: str, *arguments: str) -> str:
        """Return what a command of a service prints, which may be a secret: its log is deleted."""
        await self.run(service, *arguments)
        log = self.log_directory / f"{service}-{Path(arguments[-1]).stem}.log"
        printed = log.read_text(encoding="utf-8")
        log.unlink()
        return printed

    async def export_proofs(self, directory: Path) -> None:
        """Let claims-svc write its proofs into `directory`."""
        await self.run("claims-svc", "proofs", "export", "--to", str(directory))

    async def export_letters(self, directory: Path) -> None:
        """Let notify-svc write the letters that are to be posted into `directory`."""
        await self.run("notify-svc", "letters", "export", "--html", "--to", str(directory))

    async def collect_messages(self, directory: Path) -> None:
        """Mails and SMS lie in the stack's directory as soon as they are received."""
        if not directory.samefile(self.stack.output_dir):  # noqa: ASYNC240 - a look at this machine's own disk
            raise ServiceFailedError(f"messages are kept in {self.stack.output_dir}")

    async def start(self) -> None:
        """Start all services and wait until each is ready."""
        for service in SERVICES:
            self._start(service, name=service)
        await self.programs.wait_ready(*SERVICES)

    async def start_another(self, service: str) -> str:
        """Start one more process of `service`, at ports of its own; return its name once it is ready."""
        name = f"{service}-{sum(port.startswith(service) for port in self.ports) + 1}"
        self._start(service, name=name, API_PORT=str(free_port()))
        await self.programs.wait_ready(name)
        return name

    async def kill(self, name: str) -> None:
        """Kill a process at once (SIGKILL): it finishes nothing."""
        child = self.children.pop(name)
        child.send(signal.SIGKILL)
        await asyncio.to_thread(child.reap)

    async def stop_one(self, name: str) -> None:
        """Stop one process, which must end well."""
        child = self.children[name]
        codes = await self.programs.stop(name)
        if codes[name] != 0:
            raise ServiceFailedError(child.explain(f"ended with code {codes[name]}"))

    async def restart(self, service: str, **environment: str) -> None:
        """Stop `service`, which must end well, and start it again with these variables beside its own."""
        await self.stop_one(service)
        self._start(service, name=service, **environment)
        await self.programs.wait_ready(service)

    def check_alive(self) -> None:
        """Raise when a service has ended."""
        self.programs.check_alive()

    async def stop(self) -> None:
        """Let every service finish what it works on, and end."""
        await self.programs.stop()

    def environment(self, service: str) -> dict[str, str]:
        """Return the variables with which `service`, or a command of it, works on this platform."""
        port = self.api_ports.get(service)
        of_api = {} if port is None else {"API_PORT": str(port), **_issuer(self.auth_url)}
        return {
            **self.stack.environment(),
            **of_api,
            "DATABASE_URL": self.databases[service],
            "DATABASE_CONNECTIONS": "6",
            "OTEL_BSP_SCHEDULE_DELAY": "500",
            **SETTINGS.get(service, {}),
            **self._files(service),
            **self._asked_by(service),
            **self.besides.get(service, {}),
        }

    def _files(self, service: str) -> dict[str, str]:
        """Return where claims-svc keeps photos and documents."""
        directory = self.log_directory.absolute() / "photos"
        return {"FILE_STORE": directory.as_uri()} if service == "claims-svc" else {}

    def _asked_by(self, service: str) -> dict[str, str]:
        """Return where the portal is, and whom it asks."""
        if service != "portal-svc":
            return {}
        urls = {name: f"http://{LOOPBACK}:{port}" for name, port in self.api_ports.items()}
        return {f"{name.removesuffix('-svc').upper()}_URL": url for name, url in urls.items()}

    def _start(self, service: str, *, name: str, **environment: str) -> None:
        port = self.ports[name] = free_port()
        self.programs.start(
            Program(
                name=name,
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

    def _inherited(self) -> dict[str, str]:
        """Return what whoever runs the demo sets for tracing and for tokens, and the coverage of tests."""
        given = {name: value for name, value in os.environ.items() if name.startswith(INHERITED)}
        return _issuer(self.auth_url) | given


def _issuer(url: str) -> dict[str, str]:
    return {"API_ISSUER": url, "API_JWKS_URL": f"{url}/.well-known/jwks.json"}
