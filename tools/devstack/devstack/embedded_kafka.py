"""Kafka without Java: librdkafka's mock cluster in a process of its own.

It keeps everything in memory and at most 5 MiB of each partition, knows no transactions and no topic settings, and
allows one member per consumer group.
"""

import sys
from collections.abc import Mapping, Sequence

from devstack.errors import DevstackError
from devstack.supervisor import Command, Supervisor
from devstack.topics import TopicLike

START_SECONDS = 20


class EmbeddedKafka:
    """A mock broker that can go away and come back with what it had stored."""

    # An empty fetch sleeps its whole wait here, and a later rebalance takes the session timeout less one second.
    client_settings: Mapping[str, str] = {"KAFKA_FETCH_MAX_WAIT_MS": "40", "KAFKA_SESSION_TIMEOUT_MS": "2500"}

    def __init__(self, *, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._address = ""

    @property
    def bootstrap_servers(self) -> str:
        """Address for clients."""
        return self._address

    def start(self) -> None:
        """Start it, or bring it back after `stop` or `kill` on the same port."""
        if self._address:
            self._tell({"do": "up"})
            return
        command = Command(name="embedded-kafka", arguments=[sys.executable, "-m", "devstack.mock_cluster"], talks=True)
        self._child = self._supervisor.start(command)
        self._address = str(self._child.hear(deadline_seconds=START_SECONDS)["bootstrap_servers"])

    def stop(self) -> None:
        """Close every connection and refuse new ones; the stored records stay."""
        self._tell({"do": "down"})

    def kill(self) -> None:
        """Do the same as `stop`: to its clients this broker always goes away abruptly."""
        self.stop()

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        """Make the topics that are missing; their settings are ignored."""
        topics = [{"name": spec.name, "partitions": spec.partitions} for spec in specs]
        self._tell({"do": "create_topics", "topics": topics})

    def _tell(self, command: Mapping[str, object]) -> None:
        error = self._child.ask(command)["error"]
        if error:
            raise DevstackError(str(error))
