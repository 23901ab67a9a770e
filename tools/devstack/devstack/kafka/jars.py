"""Apache Kafka's jars."""

from pathlib import Path

from devstack.kafka.java import HOW_TO_INSTALL
from devstack.maven import Jars, fetched
from devstack.process.supervisor import Supervisor

KAFKA_VERSION = "4.3.1"
SLF4J_VERSION = "1.7.36"
KAFKA = Jars(
    title=f"Apache Kafka {KAFKA_VERSION}",
    directory=f"kafka-{KAFKA_VERSION}",
    coordinates=(f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}", f"org.slf4j:slf4j-simple:{SLF4J_VERSION}"),
    checksums=Path(__file__).with_name(f"kafka-{KAFKA_VERSION}.sha256"),
    size="44 MB",
    how_to_install=HOW_TO_INSTALL,
)


def kafka_jars(*, supervisor: Supervisor) -> Path:
    """Directory of the jars; the first use downloads them, later ones need no network."""
    return fetched(KAFKA, supervisor=supervisor)
