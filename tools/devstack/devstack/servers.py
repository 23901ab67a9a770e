"""What a stack is made of, whoever runs it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from devstack.topics import TopicLike


class Server(Protocol):
    """A server that tests may take away and bring back on the same port."""

    def start(self) -> None:
        """Start it, or bring it back with the data it had."""

    def stop(self) -> None:
        """End it in good order."""

    def kill(self) -> None:
        """End it as a crash would."""


class KafkaServer(Server, Protocol):
    """A Kafka broker."""

    @property
    def bootstrap_servers(self) -> str:
        """Address for clients."""

    @property
    def client_settings(self) -> Mapping[str, str]:
        """Environment variables that clients of this broker need."""

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        """Make the topics that are missing."""


class DatabaseServer(Server, Protocol):
    """A PostgreSQL server."""

    @property
    def database_url(self) -> str:
        """URL of an administrator."""
