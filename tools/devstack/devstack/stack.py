"""One stack: Kafka, PostgreSQL and, when asked for, the outside world."""

import os
import secrets
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from enum import StrEnum
from pathlib import Path
from typing import Self

from devstack.errors import DevstackError
from devstack.external import ExternalKafka, ExternalPostgres
from devstack.kafka.embedded import EmbeddedKafka
from devstack.kafka.jvm import JvmKafka
from devstack.kafka.topics import TopicLike
from devstack.outside.world import OutsideWorld
from devstack.postgres.server import Postgres
from devstack.process.signals import PostponedSignals, postponed_signals
from devstack.process.supervisor import Supervisor
from devstack.servers import DatabaseServer, KafkaServer, Server

STATE_DIRECTORY = Path(".devstack")
SIGNAL_PAUSE_SECONDS = 0.1


class StackKind(StrEnum):
    """Who runs Kafka and PostgreSQL; `auto` lets the environment decide."""

    AUTO = "auto"
    EMBEDDED = "embedded"
    JVM = "jvm"
    DOCKER = "docker"
    EXTERNAL = "external"


class Stack:
    """Everything a service needs around it, started and stopped together.

    `topics` are created before `start` returns. The outside world writes what it receives to `output_dir` (default: the
    state directory). For measurements, at the cost of a slower start: `durable` puts data on a real disk and makes
    PostgreSQL keep it through a power cut, and `optimised` lets the Java broker compile fully.
    """

    def __init__(
        self,
        *,
        kind: StackKind | str = StackKind.AUTO,
        topics: Sequence[TopicLike] = (),
        outside_world: bool = False,
        state_dir: Path = STATE_DIRECTORY,
        output_dir: Path | None = None,
        durable: bool = False,
        optimised: bool = False,
    ) -> None:
        self.kind = resolve_kind(kind)
        self.supervisor = Supervisor(state_dir=state_dir)
        self.output_dir = (output_dir or state_dir).absolute()
        self._topics = topics
        self.kafka, self.postgres = _servers(
            self.kind, supervisor=self.supervisor, durable=durable, optimised=optimised
        )
        self._proof_root_key = b64encode(secrets.token_bytes(32)).decode()  # any 32 bytes are an Ed25519 key
        self.world = OutsideWorld(supervisor=self.supervisor, directory=self.output_dir) if outside_world else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def kafka_bootstrap_servers(self) -> str:
        return self.kafka.bootstrap_servers

    @property
    def database_url(self) -> str:
        """URL of PostgreSQL's administrator."""
        return self.postgres.database_url

    @property
    def smtp_port(self) -> int:
        return self._outside.smtp.port

    @property
    def smsc_port(self) -> int:
        return self._outside.smsc.port

    @property
    def otlp_endpoint(self) -> str:
        """Base address of the trace collector, for OTLP over HTTP."""
        return self._outside.otlp_endpoint

    @property
    def servers(self) -> list[Server]:
        return [self.kafka, self.postgres, *(self.world.servers() if self.world else [])]

    @property
    def has_real_kafka(self) -> bool:
        """Whether the broker is Apache Kafka and not the embedded mock."""
        return kafka_is_real(self.kind)

    def start(self) -> None:
        """Start every server at the same time; when one fails, or a signal arrives, stop them all."""
        with postponed_signals() as signals:
            try:
                self.supervisor.open()
                self._start_servers(signals)
                self.create_topics(self._topics)
                self.supervisor.describe(stack=self.kind, environment=self.environment())
                signals.deliver()
            except BaseException:
                self.supervisor.close()
                raise

    def stop(self) -> None:
        """End everything and remove its data."""
        with postponed_signals():
            self.supervisor.close()

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        """Create the topics that are missing; they can be used when this returns."""
        if specs:
            self.kafka.create_topics(specs)

    def environment(self) -> dict[str, str]:
        """Environment variables with the addresses and logins that a service needs."""
        broker_kind = self.kind if self.has_real_kafka else StackKind.EMBEDDED
        return {
            "STACK": broker_kind.value,
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka_bootstrap_servers,
            "DATABASE_URL": self.database_url,
            "PROOF_ROOT_KEY": self._proof_root_key,
            **self.kafka.client_settings,
            **(self.world.environment() if self.world else {}),
        }

    @property
    def _outside(self) -> OutsideWorld:
        if self.world is None:
            raise DevstackError("the outside world was not asked for: Stack(outside_world=True)")
        return self.world

    def _start_servers(self, signals: PostponedSignals) -> None:
        servers = self.servers
        with ThreadPoolExecutor(max_workers=len(servers)) as pool:
            pending = {pool.submit(server.start) for server in servers}
            try:
                while pending:
                    done, pending = wait(pending, timeout=SIGNAL_PAUSE_SECONDS, return_when=FIRST_COMPLETED)
                    for start in done:
                        start.result()
                    signals.deliver()
            except BaseException:
                # The other starts fail now, instead of at their deadlines.
                self.supervisor.close()
                raise


def resolve_kind(kind: StackKind | str) -> StackKind:
    """Return `kind`, or for `auto`: external when an address is set, else $STACK, else embedded."""
    named = _kind_named(kind)
    if named is not StackKind.AUTO:
        return named
    if os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or os.environ.get("DATABASE_URL"):
        return StackKind.EXTERNAL
    return _kind_named(os.environ.get("STACK") or StackKind.EMBEDDED)


def kafka_is_real(kind: StackKind) -> bool:
    """Whether a stack of this kind has Apache Kafka; an external one may be another launcher's embedded mock."""
    external_mock = kind is StackKind.EXTERNAL and os.environ.get("STACK") == StackKind.EMBEDDED
    return kind is not StackKind.EMBEDDED and not external_mock


def _servers(
    kind: StackKind, *, supervisor: Supervisor, durable: bool, optimised: bool
) -> tuple[KafkaServer, DatabaseServer]:
    match kind:
        case StackKind.EXTERNAL:
            return ExternalKafka(), ExternalPostgres()
        case StackKind.DOCKER:
            # Docker's client loads slowly, and only this kind of stack needs it.
            from devstack.kafka.docker import DockerKafka  # noqa: PLC0415 - see above
            from devstack.postgres.docker import DockerPostgres  # noqa: PLC0415 - see above

            return DockerKafka(supervisor=supervisor), DockerPostgres(supervisor=supervisor, durable=durable)
        case StackKind.JVM:
            jvm = JvmKafka(supervisor=supervisor, optimised=optimised, on_disk=durable)
            return jvm, Postgres(supervisor=supervisor, durable=durable)
        case _:
            return EmbeddedKafka(supervisor=supervisor), Postgres(supervisor=supervisor, durable=durable)


def _kind_named(name: str) -> StackKind:
    try:
        return StackKind(name)
    except ValueError:
        raise DevstackError(f"there is no stack {name!r}: choose {', '.join(StackKind)}") from None
