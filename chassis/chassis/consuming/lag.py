"""How far a consumer is behind in its topic, over all instances: by what is stored, not by what one of them has."""

from __future__ import annotations

import asyncio
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.consuming import positions
from chassis.unit_of_work import WorkFactory

_LONGEST_SECONDS: Final = 5.0


async def lag_of_all_instances(client: AIOKafkaConsumer, *, topic: str, consumer: str, work: WorkFactory) -> int | None:
    """Return how many records are not consumed; None when the broker does not tell in time.

    Raises transient errors of the database.
    """
    async with work.connection() as connection:
        stored = await positions.positions(connection, consumer=consumer)
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            partitions = [TopicPartition(topic, number) for number in client.partitions_for_topic(topic) or ()]
            if not partitions:
                return None
            ends: dict[TopicPartition, int] = await client.end_offsets(partitions)
            begun = {TopicPartition(topic, number): offset for number, offset in stored.items()}
            if unknown := [partition for partition in partitions if partition not in begun]:
                begun |= await client.beginning_offsets(unknown)
    except (KafkaError, TimeoutError):
        return None
    return sum(max(0, end - begun[partition]) for partition, end in ends.items())
