"""Kafka without Java: librdkafka's mock cluster in a process of its own.

It keeps its records in memory, at most 5 MiB of each partition. It has no transactions and no topic settings, and a
consumer group may have one member.
"""

import sys
from collections.abc import Mapping, Sequence

from devstack.errors import DevstackError
from devstack.kafka.topics import TopicLike
from devstack.process.child import Child
from devstack.process.command import Command
from devstack.process.supervisor import Supervisor

START_SECONDS = 20


class EmbeddedKafka:
    """A mock broker that can go away and come back with what it had stored."""

    name = "kafka"
    # The mock sleeps the whole wait of a fetch that finds nothing, four times as long for who is idle, and a rebalance
    # takes the session timeout less one second. Its markers of a transaction's end cannot be read, and it delivers what
    # was aborted.
    client_settings: Mapping[str, str] = {
        "KAFKA_FETCH_MAX_WAIT_MS": "10",
        "KAFKA_SESSION_TIMEOUT_MS": "2500",
        "KAFKA_TRANSACTIONS": "false",
    }

    def __init__(self, *, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._address = ""
        self._child: Child | None = None

    @property
    def bootstrap_servers(self) -> str:
        return self._address

    def start(self) -> None:
        """Start it, or bring it back after `stop` or `kill` on the same port."""
        if self._child is None:
            command = Command(
                name="embedded-kafka", arguments=[sys.executable, "-m", "devstack.kafka.mock_cluster"], has_pipes=True
            )
            self._child = self._supervisor.start(command)
            self._address = str(self._child.read_message(deadline_seconds=START_SECONDS)["bootstrap_servers"])
        elif self._child.is_running():
            self._request({"do": "up"})
        else:
            raise DevstackError("its records were in its memory and are lost: start the stack anew, or use STACK=jvm")

    def is_running(self) -> bool:
        """Whether its process has not ended; it runs, and refuses connections, after `stop` and `kill`."""
        return self._child is not None and self._child.is_running()

    def stop(self) -> None:
        """Close every connection and refuse new ones; the stored records stay."""
        self._request({"do": "down"})

    def kill(self) -> None:
        """Do the same as `stop`, which its clients cannot tell from a crash."""
        self.stop()

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        """Create the topics that are missing; their settings are ignored."""
        topics = [{"name": spec.name, "partitions": spec.partitions} for spec in specs]
        self._request({"do": "create_topics", "topics": topics})

    def _request(self, message: Mapping[str, object]) -> None:
        if self._child is None:
            raise DevstackError("the embedded broker has not been started")
        error = self._child.request(message)["error"]
        if error:
            raise DevstackError(str(error))
