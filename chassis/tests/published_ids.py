"""What a topic of the test's own broker holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from refusing_broker import RefusingBroker


async def published_ids(broker: RefusingBroker, topic: str) -> list[UUID]:
    """Return the ids of the events on the one partition of `topic`, in their order."""
    consumer: AIOKafkaConsumer[Any, Any] = AIOKafkaConsumer(
        bootstrap_servers=broker.bootstrap_servers, enable_auto_commit=False, fetch_max_wait_ms=20
    )
    await consumer.start()
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        consumer.seek(partition, 0)
        end = (await consumer.end_offsets([partition]))[partition]
        ids: list[UUID] = []
        while await consumer.position(partition) < end:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                ids += [UUID(dict(record.headers)["ce_id"].decode()) for record in records]
        return ids
    finally:
        await consumer.stop()
