"""Topics emptied between runs, and the input loaded into them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.envelope import Message
from contracts.topics import TOPICS
from devstack.kafka.topics import TopicLike, TopicSpec, create_topics

FLOOR_PARTITIONS = 6
RAIN_REQUESTED, RAIN_ASSESSED, DECIDED = "floor.rain-requested", "floor.rain-assessed", "floor.decided"
"""The floor's own topics; it reads its reports from the contract's topic."""

ALL_TOPICS: tuple[TopicLike, ...] = (
    *TOPICS,
    *(TopicSpec(name, partitions=FLOOR_PARTITIONS) for name in (RAIN_REQUESTED, RAIN_ASSESSED, DECIDED)),
)
_EMPTIED_SECONDS = 60
_COUNTED_SECONDS = 60
_PAUSE_SECONDS = 0.2


async def empty_topics(bootstrap_servers: str) -> None:
    """Make every topic anew, and wait until the broker has dropped the committed offsets of the old ones."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        names = {topic.name for topic in ALL_TOPICS}
        async with asyncio.timeout(_EMPTIED_SECONDS):
            await admin.delete_topics(sorted(names & set(await admin.list_topics())))
            while names & set(await admin.list_topics()) or await _remembered_offsets(admin):
                await asyncio.sleep(_PAUSE_SECONDS)
    finally:
        await admin.close()
    await create_topics(bootstrap_servers, ALL_TOPICS)


async def _remembered_offsets(admin: AIOKafkaAdminClient) -> bool:
    for group, *_ in await admin.list_consumer_groups():
        offsets = await admin.list_consumer_group_offsets(group)
        if any(entry.offset >= 0 for entry in offsets.values()):
            return True
    return False


async def publish(bootstrap_servers: str, messages: Sequence[Message]) -> None:
    """Load all `messages` into their topics."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers, linger_ms=20, max_batch_size=256 * 1024, compression_type="lz4"
    )
    await producer.start()
    try:
        for message in messages:
            await producer.send(message.topic, message.value, key=message.key, headers=list(message.headers))
        await producer.flush()
    finally:
        await producer.stop()


async def count_records(bootstrap_servers: str, topic: TopicLike) -> int:
    """Count the committed records of `topic`: offsets count the ends of transactions, too."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, isolation_level="read_committed")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        counted = 0
        async with asyncio.timeout(_COUNTED_SECONDS):
            while [one for one in partitions if await consumer.position(one) < ends[one]]:
                polled = await consumer.getmany(timeout_ms=100)
                counted += sum(map(len, polled.values()))
        return counted
    finally:
        await consumer.stop()
