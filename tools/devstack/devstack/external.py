"""Servers that somebody else runs: the environment says where."""

import os
from collections.abc import Mapping, Sequence

from devstack.blocking import run_blocking
from devstack.errors import DevstackError
from devstack.topics import TopicLike, create_topics


class _Foreign:
    """A server that is not ours to stop."""

    def start(self) -> None:
        """Do nothing: it runs already."""

    def stop(self) -> None:
        """Refuse: others may be using it."""
        raise DevstackError("an external server is not the devstack's to stop: use STACK=embedded, jvm or docker")

    def kill(self) -> None:
        """Refuse: others may be using it."""
        self.stop()


class ExternalKafka(_Foreign):
    """The broker at KAFKA_BOOTSTRAP_SERVERS."""

    def __init__(self) -> None:
        self.bootstrap_servers = _required("KAFKA_BOOTSTRAP_SERVERS")
        names = ("KAFKA_FETCH_MAX_WAIT_MS", "KAFKA_SESSION_TIMEOUT_MS")
        self.client_settings: Mapping[str, str] = {name: os.environ[name] for name in names if name in os.environ}

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        """Make the topics that are missing."""
        if os.environ.get("STACK") == "embedded":
            raise DevstackError(
                "only its launcher can make topics on an embedded broker: give `devstack run` --topics-from"
            )
        run_blocking(create_topics(self.bootstrap_servers, specs))


class ExternalPostgres(_Foreign):
    """The server at DATABASE_URL, whose login may make databases and roles."""

    def __init__(self) -> None:
        self.database_url = _required("DATABASE_URL")


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise DevstackError(f"{name} is not set: an external stack needs both KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL")
    return value
