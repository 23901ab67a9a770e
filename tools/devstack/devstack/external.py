"""Servers that run already, at the addresses in the environment."""

import os
from collections.abc import Mapping, Sequence

from devstack.errors import DevstackError
from devstack.kafka.topics import TopicLike, create_topics
from devstack.waiting import run_blocking


class _ExternalServer:
    """A server that the devstack neither starts nor stops."""

    def start(self) -> None:
        """Do nothing: it runs already."""

    def is_running(self) -> bool:
        """Return True: its operator watches it."""
        return True

    def stop(self) -> None:
        """Refuse: others may be using it."""
        raise DevstackError("an external server is not the devstack's to stop: use STACK=embedded, jvm or docker")

    def kill(self) -> None:
        """Refuse: others may be using it."""
        self.stop()


class ExternalKafka(_ExternalServer):
    """The broker at KAFKA_BOOTSTRAP_SERVERS."""

    name = "kafka"

    def __init__(self) -> None:
        self.bootstrap_servers = _required("KAFKA_BOOTSTRAP_SERVERS")
        names = ("KAFKA_FETCH_MAX_WAIT_MS", "KAFKA_SESSION_TIMEOUT_MS", "KAFKA_TRANSACTIONS")
        self.client_settings: Mapping[str, str] = {name: os.environ[name] for name in names if name in os.environ}

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        if os.environ.get("STACK") == "embedded":
            raise DevstackError(
                "only its launcher can create topics on an embedded broker: give `devstack run` --topics-from"
            )
        run_blocking(create_topics(self.bootstrap_servers, specs))


class ExternalPostgres(_ExternalServer):
    """The server at DATABASE_URL, whose login may create databases and roles."""

    name = "postgres"

    def __init__(self) -> None:
        self.database_url = _required("DATABASE_URL")


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise DevstackError(f"{name} is not set: an external stack needs both KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL")
    return value
