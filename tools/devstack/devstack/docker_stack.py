"""Kafka and PostgreSQL as the official images, through testcontainers, on this machine's Docker."""

import contextlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence

import asyncpg
from docker.errors import DockerException, NotFound  # type: ignore[import-untyped]
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from devstack.blocking import run_blocking
from devstack.errors import DevstackError
from devstack.java import heap_size
from devstack.jvm_kafka import cluster_id
from devstack.kafka_jars import KAFKA_VERSION
from devstack.kafka_probe import broker_answers
from devstack.kafka_settings import as_container_environment, broker_settings
from devstack.ports import LOOPBACK, free_port
from devstack.postgres_settings import as_options, server_settings
from devstack.processes import wait_until
from devstack.progress import say
from devstack.supervisor import Supervisor
from devstack.topics import TopicLike, create_topics

KAFKA_IMAGE = f"apache/kafka:{KAFKA_VERSION}"
POSTGRES_IMAGE = "postgres:18-alpine"
START_SECONDS = 120
STOP_SECONDS = 20
PAUSE_SECONDS = 0.25
LABEL = "water-devstack.run"
LOG_TAIL_LINES = 12


class _Container:
    """A container on fixed loopback ports, so that it comes back under the same address."""

    def __init__(self, *, supervisor: Supervisor, purpose: str, image: str, port: int, inner_port: int) -> None:
        self._supervisor = supervisor
        self._image = image
        self._name = f"water-devstack-{supervisor.record.run_id}-{purpose}"
        with _docker_errors():
            self._container = DockerContainer(image, name=self._name)
        self._container.ports[f"{inner_port}/tcp"] = (LOOPBACK, port)  # type: ignore[assignment]
        self._container.with_kwargs(labels={LABEL: supervisor.record.run_id})
        self._is_created = False

    def configure(self, *, environment: Mapping[str, str], command: Sequence[str] = ()) -> None:
        self._container.with_envs(**environment)
        if command:
            self._container.with_command(list(command))

    def start(self, *, is_ready: Callable[[], bool]) -> None:
        with _docker_errors():
            if self._is_created:
                self._container.get_wrapped_container().start()
            else:
                self._create()
            wait_until(
                lambda: is_ready() or not self._is_running(),
                deadline_seconds=START_SECONDS,
                pause_seconds=PAUSE_SECONDS,
            )
            if not self._is_running() or not is_ready():
                raise DevstackError(f"{self._image} did not start; it said:\n{self._log_tail()}")

    def stop(self) -> None:
        with _docker_errors():
            self._container.get_wrapped_container().stop(timeout=STOP_SECONDS)

    def kill(self) -> None:
        with _docker_errors():
            self._container.get_wrapped_container().kill()

    def _create(self) -> None:
        self._supervisor.note_container(self._name)
        say(f"starting {self._image} in Docker")
        self._container.start()
        self._is_created = True

    def _is_running(self) -> bool:
        container = self._container.get_wrapped_container()
        container.reload()
        return bool(container.status == "running")

    def _log_tail(self) -> str:
        logged: bytes = self._container.get_wrapped_container().logs(tail=LOG_TAIL_LINES)
        return logged.decode(errors="replace")


class DockerKafka:
    """A real broker in a container."""

    client_settings: Mapping[str, str] = {}

    def __init__(self, *, supervisor: Supervisor) -> None:
        # The same port inside and outside: the broker finds itself under the address that it tells its clients.
        self._port = port = free_port()
        self.bootstrap_servers = f"{LOOPBACK}:{port}"
        self._container = _Container(
            supervisor=supervisor, purpose="kafka", image=KAFKA_IMAGE, port=port, inner_port=port
        )
        settings = broker_settings(
            host=LOOPBACK, listen_host="", port=port, controller_port=port + 1, data="/var/lib/kafka/data"
        )
        self._container.configure(
            environment={
                **as_container_environment(settings),
                "CLUSTER_ID": cluster_id(),
                "KAFKA_HEAP_OPTS": f"-Xmx{heap_size()} -XX:TieredStopAtLevel=1",
            }
        )

    def start(self) -> None:
        """Start it, after `stop` or `kill` on the same port with the same data."""
        self._container.start(is_ready=lambda: broker_answers(LOOPBACK, self._port))

    def stop(self) -> None:
        """Let it write everything down and end."""
        self._container.stop()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._container.kill()

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        """Make the topics that are missing and wait for their leaders."""
        run_blocking(create_topics(self.bootstrap_servers, specs))


class DockerPostgres:
    """A server in a container."""

    def __init__(self, *, supervisor: Supervisor, durable: bool = False) -> None:
        port, password = free_port(), secrets.token_urlsafe(24)
        self.database_url = f"postgresql://postgres:{password}@{LOOPBACK}:{port}/postgres"
        self._container = _Container(
            supervisor=supervisor, purpose="postgres", image=POSTGRES_IMAGE, port=port, inner_port=5432
        )
        self._container.configure(
            environment={"POSTGRES_PASSWORD": password},
            command=["postgres", *as_options(server_settings(durable=durable))],
        )

    def start(self) -> None:
        """Start it, after `stop` or `kill` on the same port with the same data."""
        self._container.start(is_ready=self._answers)

    def stop(self) -> None:
        """Break every connection, write everything down and end."""
        self._container.stop()

    def kill(self) -> None:
        """End at once, as in a crash: the next start recovers from the log."""
        self._container.kill()

    def _answers(self) -> bool:
        try:
            run_blocking(_connect_once(self.database_url))
        except (OSError, asyncpg.PostgresError):
            return False
        return True


def remove_containers(names: Sequence[str]) -> None:
    """Remove containers with their data; those that are gone already are no error."""
    with _docker_errors():
        client = DockerClient().client
        for name in names:
            with contextlib.suppress(NotFound):
                client.containers.get(name).remove(force=True, v=True)
        client.close()


async def _connect_once(database_url: str) -> None:
    connection = await asyncpg.connect(database_url, timeout=5)
    await connection.close()


@contextlib.contextmanager
def _docker_errors() -> Iterator[None]:
    try:
        yield
    except DockerException as error:
        raise DevstackError(f"Docker refuses: {error}; start it, or use STACK=jvm or STACK=embedded") from error
