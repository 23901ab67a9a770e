"""A client that knows no broker yet asks again.

A broker that is starting answers a client's first question by a list without brokers, itself included. aiokafka 0.14.0
then looks for a coordinator at none of them and raises `AssertionError`, which no retry of its own or of ours expects:
a consumer's coordination ends for ever by it, and a producer does not start.
"""

from __future__ import annotations

from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.errors import NodeNotReadyError

_coordinator_lookup = AIOKafkaClient.coordinator_lookup


async def _patient_lookup(client: AIOKafkaClient, coordinator_type: CoordinationType, coordinator_key: str) -> int:
    if client.get_random_node() is None:
        raise NodeNotReadyError("the broker names no brokers yet")  # aiokafka asks for them anew, and tries again
    node: int = await _coordinator_lookup(client, coordinator_type, coordinator_key)
    return node


def install() -> None:
    """Let every producer and consumer of this process wait for the first broker that is named."""
    AIOKafkaClient.coordinator_lookup = _patient_lookup
