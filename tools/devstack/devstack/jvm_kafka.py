"""Apache Kafka itself: one node, broker and controller, on this machine's Java."""

import base64
import os
import signal
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.blocking import run_blocking
from devstack.children import Child
from devstack.java import find_java, java_options
from devstack.kafka_jars import cache_directory, kafka_jars
from devstack.kafka_probe import broker_answers
from devstack.kafka_settings import as_properties, broker_settings
from devstack.ports import LOOPBACK, free_port
from devstack.progress import say
from devstack.supervisor import Command, Supervisor
from devstack.topics import TopicLike, create_topics

FORMAT_SECONDS = 60
START_SECONDS = 90
STOP_SECONDS = 60


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
        self._class_archive = Path()

    @property
    def bootstrap_servers(self) -> str:
        """Address for clients."""
        return f"{LOOPBACK}:{self._port}"

    def start(self) -> None:
        """Start it, after `stop` or `kill` on the same port with the same data."""
        if self._settings_path is None:
            self._settings_path = self._initialise()
        if not self._class_archive.exists():
            self._archive_classes()
        self._launch(self._sharing_classes())

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
        java, jars = find_java(), kafka_jars(supervisor=self._supervisor)
        self._java = [java.program, *java_options(optimised=self._optimised), "-cp", f"{jars}/*"]
        self._class_archive = cache_directory() / f"{jars.name}-java-{java.fingerprint}.jsa"
        path = directory / "server.properties"
        path.write_text(as_properties(self._settings(data=directory / "data")), encoding="utf-8")
        format_options = ["kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(path)]
        arguments = [*self._java, *self._sharing_classes(), *format_options]
        self._supervisor.run(Command(name="kafka-format", arguments=arguments), deadline_seconds=FORMAT_SECONDS)
        return path

    def _launch(self, options: Sequence[str]) -> None:
        arguments = [*self._java, *options, "kafka.Kafka", str(self._settings_path)]
        self._child = self._supervisor.start(Command(name="kafka", arguments=arguments))
        self._child.wait_ready(lambda: broker_answers(LOOPBACK, self._port), deadline_seconds=START_SECONDS)

    def _archive_classes(self) -> None:
        """Let a first broker write down the classes it loaded: the next ones start in half the time."""
        say("preparing Apache Kafka for quicker starts (once)")
        draft = self._class_archive.with_suffix(f".{os.getpid()}")
        self._launch([f"-XX:ArchiveClassesAtExit={draft}", "-Xlog:cds=error", "-Xlog:cds+dynamic=error"])
        self.stop()
        if draft.exists():
            draft.replace(self._class_archive)

    def _sharing_classes(self) -> list[str]:
        archive = self._class_archive
        return [f"-XX:SharedArchiveFile={archive}", "-Xlog:cds=error"] if archive.exists() else []

    def _settings(self, *, data: Path) -> dict[str, str]:
        return broker_settings(
            host=LOOPBACK, listen_host=LOOPBACK, port=self._port, controller_port=free_port(), data=str(data)
        )


def cluster_id() -> str:
    """Return a random id as Kafka writes one: base64 for URLs, no leading dash, which would read as an option."""
    return "c" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
