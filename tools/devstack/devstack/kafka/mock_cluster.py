"""Process: librdkafka's mock cluster, a Kafka broker in memory.

Its first JSON line on standard output gives its address. It answers each command, a JSON line on standard input, with a
JSON line, and ends with its standard input. librdkafka calls the mock's interface experimental: `confluent-kafka` is
pinned to one release.
"""

import ctypes
import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from devstack.errors import DevstackError

PRODUCER = 0
BROKER_ID = 1
TOPIC_ALREADY_EXISTS = 36
MESSAGE_BYTES = 512


class MockCluster:
    """A cluster of one broker, without the delay before a group's first rebalance."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(str(librdkafka_path()))
        self._declare_functions()
        error = ctypes.create_string_buffer(MESSAGE_BYTES)
        configuration = self._library.rd_kafka_conf_new()
        self._library.rd_kafka_conf_set(configuration, b"log_level", b"3", error, MESSAGE_BYTES)
        client = self._library.rd_kafka_new(PRODUCER, configuration, error, MESSAGE_BYTES)
        if not client:
            raise DevstackError(f"librdkafka did not start: {error.value.decode()}")
        self._cluster = ctypes.c_void_p(self._library.rd_kafka_mock_cluster_new(client, 1))
        self._library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        self.bootstrap_servers = cast("bytes", self._library.rd_kafka_mock_cluster_bootstraps(self._cluster)).decode()

    def create_topic(self, *, name: str, partitions: int) -> None:
        """Create a topic unless it exists."""
        code = self._library.rd_kafka_mock_topic_create(self._cluster, name.encode(), partitions, 1)
        if code not in (0, TOPIC_ALREADY_EXISTS):
            raise DevstackError(f"topic {name} cannot be created: librdkafka error {code}")

    def go_down(self) -> None:
        """Close every connection and refuse new ones; what is stored stays."""
        self._library.rd_kafka_mock_broker_set_down(self._cluster, BROKER_ID)

    def come_up(self) -> None:
        self._library.rd_kafka_mock_broker_set_up(self._cluster, BROKER_ID)

    def _declare_functions(self) -> None:
        pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
        short_text = (ctypes.c_char_p, ctypes.c_size_t)
        signatures = {
            "conf_new": (pointer, ()),
            "conf_set": (number, (pointer, text, text, *short_text)),
            "new": (pointer, (number, pointer, *short_text)),
            "mock_cluster_new": (pointer, (pointer, number)),
            "mock_cluster_bootstraps": (text, (pointer,)),
            "mock_group_initial_rebalance_delay_ms": (None, (pointer, ctypes.c_int32)),
            "mock_topic_create": (number, (pointer, text, number, number)),
            "mock_broker_set_down": (number, (pointer, ctypes.c_int32)),
            "mock_broker_set_up": (number, (pointer, ctypes.c_int32)),
        }
        for name, (result, arguments) in signatures.items():
            function = getattr(self._library, f"rd_kafka_{name}")
            function.restype, function.argtypes = result, list(arguments)


def librdkafka_path() -> Path:
    """The library inside the confluent-kafka wheel, found without loading the wheel's own client."""
    spec = importlib.util.find_spec("confluent_kafka")
    if spec is None or spec.origin is None:
        raise DevstackError("confluent-kafka is not installed: run `make install`")
    libraries = sorted((Path(spec.origin).parent.parent / "confluent_kafka.libs").glob("librdkafka*"))
    if not libraries:
        raise DevstackError("this build of confluent-kafka carries no librdkafka: use STACK=jvm")
    return libraries[0]


def answer(cluster: MockCluster, command: Mapping[str, object]) -> dict[str, object]:
    """Carry out one command and return the answer, whose `error` is empty when nothing went wrong."""
    try:
        match command:
            case {"do": "create_topics", "topics": list(topics)}:
                for topic in topics:
                    cluster.create_topic(name=str(topic["name"]), partitions=int(topic["partitions"]))
            case {"do": "down"}:
                cluster.go_down()
            case {"do": "up"}:
                cluster.come_up()
            case _:
                return {"error": f"unknown command {dict(command)}"}
    except DevstackError as error:
        return {"error": str(error)}
    return {"error": ""}


def main() -> None:
    cluster = MockCluster()
    print(json.dumps({"bootstrap_servers": cluster.bootstrap_servers}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(cluster, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
