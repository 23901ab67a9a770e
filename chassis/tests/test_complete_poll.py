"""A poll that fails half-way, also the very first, for which the consumer has no positions yet."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import CorruptRecordException

from chassis.workarounds.complete_poll import CompletePollConsumer
from devstack.kafka.mock_cluster import MockCluster


@pytest.mark.parametrize("partitions", [1, 2])
async def test_a_first_poll_that_fails_half_way_loses_no_record(partitions: int) -> None:
    cluster = MockCluster()
    cluster.create_topic(name="first-poll.v1", partitions=partitions)
    producer: AIOKafkaProducer = AIOKafkaProducer(bootstrap_servers=cluster.bootstrap_servers)
    await producer.start()
    for number in range(5):
        await producer.send_and_wait("first-poll.v1", str(number).encode(), partition=0)
    await producer.stop()
    consumer: Any = CompletePollConsumer(
        "first-poll.v1",
        bootstrap_servers=cluster.bootstrap_servers,
        group_id=f"g-{uuid4()}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    fetched_records = consumer._fetcher.fetched_records
    failed = False

    async def fail_once_after_draining(*args: Any, **kwargs: Any) -> Any:  # what aiokafka does for a corrupt partition
        nonlocal failed
        drained = await fetched_records(*args, **kwargs)
        if drained and not failed:
            failed = True
            raise CorruptRecordException
        return drained

    consumer._fetcher.fetched_records = fail_once_after_draining
    values: list[bytes] = []
    try:
        with pytest.raises(CorruptRecordException):
            await consumer.getmany(timeout_ms=10_000)
        assert consumer.failed_polls == 1
        while len(values) < 5:
            polled = await consumer.getmany(timeout_ms=5_000)
            values += [record.value for records in polled.values() for record in records]
    finally:
        await consumer.stop()

    assert values == [b"0", b"1", b"2", b"3", b"4"]
    assert consumer.failed_polls == 0
