"""Apache Kafka as its official image, on this machine's Docker."""

from collections.abc import Mapping, Sequence

from devstack.kafka.jars import KAFKA_VERSION
from devstack.kafka.java import heap_size
from devstack.kafka.probe import broker_answers
from devstack.kafka.settings import as_container_environment, broker_settings, cluster_id
from devstack.kafka.topics import TopicLike, create_topics
from devstack.process.container import Container
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.supervisor import Supervisor
from devstack.waiting import run_blocking

IMAGE = f"apache/kafka:{KAFKA_VERSION}"


class DockerKafka:
    """A broker in a container, empty at its first start."""

    name = "kafka"
    client_settings: Mapping[str, str] = {}

    def __init__(self, *, supervisor: Supervisor) -> None:
        # The same port inside and outside: the broker itself connects to the address that it advertises.
        self._port = port = free_port()
        self.bootstrap_servers = f"{LOOPBACK}:{port}"
        self._container = Container(supervisor=supervisor, purpose="kafka", image=IMAGE, port=port, inner_port=port)
        settings = broker_settings(
            host=LOOPBACK, listen_host="", port=port, controller_port=port + 1, data="/var/lib/kafka/data"
        )
        self._container.configure(
            environment={
                **as_container_environment(settings),
                "CLUSTER_ID": cluster_id(),
                "KAFKA_HEAP_OPTS": f"-Xmx{heap_size()} -XX:TieredStopAtLevel=1",
            }
        )

    def start(self) -> None:
        self._container.start(is_ready=lambda: broker_answers(LOOPBACK, self._port))

    def is_running(self) -> bool:
        return self._container.is_running()

    def stop(self) -> None:
        self._container.stop()

    def kill(self) -> None:
        self._container.kill()

    def create_topics(self, specs: Sequence[TopicLike]) -> None:
        run_blocking(create_topics(self.bootstrap_servers, specs))
