"""Settings of a single Apache Kafka node, the same on this machine's Java and in a container."""

import base64
import uuid
from collections.abc import Mapping


def broker_settings(*, host: str, listen_host: str, port: int, controller_port: int, data: str) -> dict[str, str]:
    """Return settings under Kafka's names; clients reach the broker at `host:port`."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{host}:{controller_port}",
        "listeners": f"PLAINTEXT://{listen_host}:{port},CONTROLLER://{host}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{host}:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": data,
        "num.partitions": "6",
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        # A killed broker can register again only after its session has expired, so the session is short.
        "broker.session.timeout.ms": "1500",
        "broker.heartbeat.interval.ms": "300",
        **_INTERNAL_TOPICS,
    }


def as_properties(settings: Mapping[str, str]) -> str:
    """Format settings as a `server.properties` file."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def as_container_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Format settings as the environment variables of the `apache/kafka` image."""
    return {f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in settings.items()}


def cluster_id() -> str:
    """Return a random id in Kafka's form, base64 for URLs; it never begins with a dash, which would be an option."""
    return "c" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]


# One node can hold one replica only, and a single partition is created quickly.
_INTERNAL_TOPICS = {
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
}
