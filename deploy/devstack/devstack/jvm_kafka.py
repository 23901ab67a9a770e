"""Apache Kafka itself: one node, broker and controller, on this machine's Java."""

import base64
import os
import signal
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.blocking import run_blocking
from devstack.children import Child
from devstack.kafka_jars import java_program, kafka_jars
from devstack.kafka_probe import broker_answers
from devstack.kafka_settings import as_properties, broker_settings
from devstack.ports import LOOPBACK, free_port
from devstack.supervisor import Command, Supervisor
from devstack.topics import TopicLike, create_topics

FORMAT_SECONDS = 60
START_SECONDS = 90
STOP_SECONDS = 20
DEFAULT_HEAP = "512m"


class JvmKafka:
    """A real broker, empty at its first start; `optimised` lets Java compile fully, for measurements."""

    client_settings: Mapping[str, str] = {}

    def __init__(self, *, supervisor: Supervisor, optimised: bool = False, lasting: bool = False) -> None:
        self._supervisor = supervisor
        self._optimised = optimised
        self._lasting = lasting
        self._port = free_port()
        self._child: Child | None = None
        self._settings_path: Path | None = None
        self._java: list[str] = []

    @property
    def bootstrap_servers(self) -> str:
        """Address for clients."""
        return f"{LOOPBACK}:{self._port}"

    def start(self) -> None:
        """Start it, after `stop` or `kill` on the same port with the same data."""
        settings_path = self._settings_path or self._initialise()
        arguments = [*self._java, "kafka.Kafka", str(settings_path)]
        self._child = self._supervisor.start(Command(name="kafka", arguments=arguments))
        self._child.wait_ready(lambda: broker_answers(LOOPBACK, self._port), deadline_seconds=START_SECONDS)

    def stop(self) -> None:
        """Let it write everything down and end."""
        if self._child is not None:
            self._child.stop(signal_number=signal.SIGTERM, grace_seconds=STOP_SECONDS)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._child is not None:
            self._child.discard()
            self._child.wait_discarded()

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        """Make the topics that are missing and wait for their leaders."""
        run_blocking(create_topics(self.bootstrap_servers, specs))

    def _initialise(self) -> Path:
        directory = self._supervisor.make_temporary_directory("kafka", lasting=self._lasting)
        program = java_program()
        jars = kafka_jars(supervisor=self._supervisor)
        self._java = [program, *java_options(optimised=self._optimised), "-cp", f"{jars}/*"]
        path = directory / "server.properties"
        path.write_text(as_properties(self._settings(data=directory / "data")), encoding="utf-8")
        format_command = [*self._java, "kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(path)]
        self._supervisor.run(Command(name="kafka-format", arguments=format_command), deadline_seconds=FORMAT_SECONDS)
        self._settings_path = path
        return path

    def _settings(self, *, data: Path) -> dict[str, str]:
        return broker_settings(
            host=LOOPBACK, listen_host=LOOPBACK, port=self._port, controller_port=free_port(), data=str(data)
        )


def java_options(*, optimised: bool) -> list[str]:
    """Settings of the virtual machine: quick to start, or quick in the long run."""
    heap = os.environ.get("DEVSTACK_KAFKA_HEAP") or DEFAULT_HEAP
    quick_start = [] if optimised else ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    # Performance data would leave a file behind when the broker is killed.
    return [f"-Xmx{heap}", *quick_start, "-XX:-UsePerfData", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]


def cluster_id() -> str:
    """Return a random id as Kafka writes one: base64 for URLs, no leading dash, which would read as an option."""
    return "c" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
