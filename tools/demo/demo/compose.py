"""The platform as `make up` runs it: in containers that the demo finds running and leaves running."""

from __future__ import annotations

import asyncio
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.loss_reports import LOSS_REPORTED
from demo.platform import APIS, SERVICES, ServiceFailedError

COMPOSE = ("docker", "compose", "--file", "deploy/compose.yaml")
_SECRETS = Path("deploy/.env")
_SERVICE_PORT = 8080
_API_PORT = 8090
_KAFKA_PORT_FOR_THE_HOST = 9094
_RECEIVED = "/received"
_COMMAND_SECONDS = 60


@dataclass(frozen=True)
class Container:
    """A running container: its name, and where its ports are published on this machine."""

    name: str
    published: Mapping[int, str]


class ComposePlatform:
    """The services, Kafka and the outside world in containers, as seen from this machine."""

    def __init__(self) -> None:
        self.kafka: Mapping[str, str] = {}
        self._containers: Mapping[str, Container] = {}
        self._addresses: dict[str, str] = {}
        self._apis: dict[str, str] = {}

    async def find(self) -> None:
        """Find where everything is published; raise when it does not run, or when the demo was run on it before."""
        self._containers = containers_in(await _printed(*COMPOSE, "ps", "--format", "json"))
        self.kafka = {
            "bootstrap_servers": self._published("kafka", _KAFKA_PORT_FOR_THE_HOST),
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "PLAIN",
            "sasl_plain_username": "admin",
            "sasl_plain_password": secret("KAFKA_ADMIN_PASSWORD"),
        }
        for service in SERVICES:
            self._addresses[service] = self._published(_door_of(service), _SERVICE_PORT)
        self._apis = {service: self._published(_door_of(service), _API_PORT) for service in APIS}
        self.check_alive()
        if await _holds_records(self.kafka):
            raise ServiceFailedError(
                f"{LOSS_REPORTED.name} holds reports already, and a report takes effect once: "
                "begin afresh with make down ERASE=1, make up"
            )

    async def run(self, service: str, *arguments: str) -> None:
        """Run a command inside a service's container, whose /tmp is its own; files that are named go there first."""
        files = {argument: f"/tmp/{path.name}" for argument in arguments if (path := Path(argument)).is_file()}  # noqa: S108
        for file, inside in files.items():
            await _printed("docker", "cp", file, f"{self._container(service).name}:{inside}")
        await self.printed_by(service, *(files.get(argument, argument) for argument in arguments))

    async def printed_by(self, service: str, *arguments: str) -> str:
        """Return what a command of a service prints."""
        return await _printed("docker", "exec", self._container(service).name, service, *arguments)

    async def export_proofs(self, directory: Path) -> None:
        """Let claims-svc write its proofs, and copy them into `directory`."""
        await self.run("claims-svc", "proofs", "export", "--to", "/tmp/proofs")  # noqa: S108
        await self._copy("claims-svc", "/tmp/proofs", to=directory)  # noqa: S108

    async def export_letters(self, directory: Path) -> None:
        """Let notify-svc write the letters that are to be posted, and copy them into `directory`."""
        await self.run("notify-svc", "letters", "export", "--html", "--to", "/tmp/letters")  # noqa: S108
        await self._copy("notify-svc", "/tmp/letters", to=directory)  # noqa: S108

    @property
    def auth_url(self) -> str:
        """Where auth-svc answers."""
        return f"http://{self._apis['auth-svc']}"

    @property
    def claims_url(self) -> str:
        """Where claims-svc answers."""
        return f"http://{self._apis['claims-svc']}"

    @property
    def policy_url(self) -> str:
        """Where policy-svc answers."""
        return f"http://{self._apis['policy-svc']}"

    @property
    def weather_url(self) -> str:
        """Where weather-svc answers."""
        return f"http://{self._apis['weather-svc']}"

    async def collect_messages(self, directory: Path) -> None:
        """Copy the mails and SMS received so far."""
        await self._copy("mail", _RECEIVED, to=directory)

    async def collect(self, directory: Path) -> None:
        """Copy what the outside world received, and the services' logs, into `directory`."""
        await self.collect_messages(directory)
        logs = directory / "logs"
        logs.mkdir(exist_ok=True)
        for service in SERVICES:
            log = await _printed(*COMPOSE, "logs", "--no-color", "--no-log-prefix", service)
            (logs / f"{service}.log").write_text(log, encoding="utf-8")

    def check_alive(self) -> None:
        """Raise when a service does not answer."""
        for service, address in self._addresses.items():
            try:
                urllib.request.urlopen(f"http://{address}/live", timeout=5).close()
            except urllib.error.HTTPError as error:
                error.close()
                raise ServiceFailedError(f"{service} has to be restarted: {error.reason}") from error
            except OSError as error:
                raise ServiceFailedError(f"{service} does not answer at {address}: {error}") from error

    async def _copy(self, service: str, inside: str, *, to: Path) -> None:
        await _printed("docker", "cp", f"{self._container(service).name}:{inside}/.", str(to))

    def _container(self, service: str) -> Container:
        try:
            return self._containers[service]
        except KeyError:
            raise ServiceFailedError(f"{service} does not run; start the platform with make up") from None

    def _published(self, service: str, port: int) -> str:
        return self._container(service).published[port]


def containers_in(listing: str) -> Mapping[str, Container]:
    """Return the first container of each service out of what `docker compose ps --format json` prints, one a line."""
    found: dict[str, Container] = {}
    for line in listing.splitlines():
        listed = json.loads(line)
        published = {
            port["TargetPort"]: f"{port['URL']}:{port['PublishedPort']}"
            for port in listed["Publishers"]
            if port["PublishedPort"]
        }
        found.setdefault(listed["Service"], Container(listed["Name"], published))
    return found


def _door_of(service: str) -> str:
    """Return the container at which a service is reached, whatever the number of its own."""
    return f"{service.removesuffix('-svc')}-door"


def secret(name: str) -> str:
    """Find a secret where Compose finds it: in the environment, else in the file that `make up` has written."""
    if given := os.environ.get(name):
        return given
    return dict(line.partition("=")[::2] for line in _SECRETS.read_text(encoding="utf-8").splitlines())[name]


async def _holds_records(kafka: Mapping[str, str]) -> bool:
    consumer = AIOKafkaConsumer(**kafka)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(
            [TopicPartition(LOSS_REPORTED.name, number) for number in range(LOSS_REPORTED.partitions)]
        )
    finally:
        await consumer.stop()
    return any(ends.values())


async def _printed(*command: str) -> str:
    """Run Docker, or Docker Compose, and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(_COMMAND_SECONDS):
            printed, complaint = await process.communicate()
    except TimeoutError:
        process.kill()
        raise ServiceFailedError(f"{' '.join(command)} took longer than {_COMMAND_SECONDS} s") from None
    if process.returncode != 0:
        raise ServiceFailedError(f"{' '.join(command)} failed:\n{complaint.decode(errors='replace')[-2_000:]}")
    return printed.decode(errors="replace")
