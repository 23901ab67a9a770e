"""Apache Kafka on this machine's Java: one node that is broker and controller."""

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.kafka.jars import kafka_jars
from devstack.kafka.java import find_java, java_options
from devstack.kafka.probe import broker_answers
from devstack.kafka.settings import as_properties, broker_settings, cluster_id
from devstack.kafka.topics import TopicLike, create_topics
from devstack.maven import cache_directory
from devstack.process.child import Child
from devstack.process.command import Command
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.supervisor import Supervisor
from devstack.progress import report
from devstack.waiting import run_blocking

FORMAT_SECONDS = 60
START_SECONDS = 90
STOP_SECONDS = 60


class JvmKafka:
    """A broker, empty at its first start.

    `optimised` lets Java compile fully and `on_disk` keeps the data on a real disk, both for measurements.
    `settings` are added to the usual ones, under Kafka's names.
    """

    name = "kafka"
    client_settings: Mapping[str, str] = {}

    def __init__(
        self,
        *,
        supervisor: Supervisor,
        optimised: bool = False,
        on_disk: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._supervisor = supervisor
        self._optimised = optimised
        self._on_disk = on_disk
        self._extra_settings = settings or {}
        self._port = free_port()
        self._child: Child | None = None
        self._settings_path: Path | None = None
        self._java: list[str] = []
        self._class_archive = Path()

    @property
    def bootstrap_servers(self) -> str:
        return f"{LOOPBACK}:{self._port}"

    def add_settings(self, settings: Mapping[str, str]) -> None:
        """Add settings that name its own address, before the first start."""
        self._extra_settings = {**self._extra_settings, **settings}

    def start(self) -> None:
        if self._settings_path is None:
            self._settings_path = self._initialise()
        if not self._class_archive.exists():
            self._archive_classes()
        self._launch(self._sharing_classes())

    def is_running(self) -> bool:
        return self._child is not None and self._child.is_running()

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(signal_number=signal.SIGTERM, grace_seconds=STOP_SECONDS)

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.reap()

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        run_blocking(create_topics(self.bootstrap_servers, specs))

    def _initialise(self) -> Path:
        directory = self._supervisor.make_temporary_directory("kafka", on_disk=self._on_disk)
        java, jars = find_java(), kafka_jars(supervisor=self._supervisor)
        # A killed broker leaves the compression libraries that it unpacked; there they go with the run.
        unpacked = f"-Djava.io.tmpdir={directory}"
        self._java = [java.program, *java_options(optimised=self._optimised), unpacked, "-cp", f"{jars}/*"]
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
        """Run a broker that archives the classes it has loaded: later ones start in half the time."""
        report("preparing Apache Kafka for quicker starts (once)")
        draft = self._class_archive.with_suffix(f".{os.getpid()}")
        self._launch([f"-XX:ArchiveClassesAtExit={draft}", "-Xlog:cds=error", "-Xlog:cds+dynamic=error"])
        self.stop()
        if draft.exists():
            draft.replace(self._class_archive)

    def _sharing_classes(self) -> list[str]:
        archive = self._class_archive
        return [f"-XX:SharedArchiveFile={archive}", "-Xlog:cds=error"] if archive.exists() else []

    def _settings(self, *, data: Path) -> dict[str, str]:
        usual = broker_settings(
            host=LOOPBACK, listen_host=LOOPBACK, port=self._port, controller_port=free_port(), data=str(data)
        )
        return {**usual, **self._extra_settings}
