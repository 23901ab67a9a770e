"""What every kind of stack offers of its servers."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from devstack.kafka.topics import TopicLike
from devstack.process.restarts import Restartable


class Server(Restartable, Protocol):
    """A server that tests can stop or kill, and start again on the same port with the data it had."""

    def stop(self) -> None:
        """End it in good order."""

    def kill(self) -> None:
        """End it at once, as a crash would."""


class KafkaServer(Server, Protocol):
    """A Kafka broker."""

    @property
    def bootstrap_servers(self) -> str:
        """Address for clients."""

    @property
    def client_settings(self) -> Mapping[str, str]:
        """Environment variables that clients of this broker need."""

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        """Create the topics that are missing."""


class DatabaseServer(Server, Protocol):
    """A PostgreSQL server."""

    @property
    def database_url(self) -> str:
        """URL of the administrator's login."""
