"""What was polled is settled or polled again: also when a poll fails half-way, and when nobody settles a batch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException, NoOffsetForPartitionError

from chassis.backoff import Backoff
from chassis.workarounds.complete_poll import (
    IDLE_POLL_MILLISECONDS,
    LARGEST_POLL_BYTES,
    LONGEST_GATHERING_SECONDS,
    SLICE_RECORDS,
    CompletePollConsumer,
)
from devstack.kafka.mock_cluster import MockCluster

TOPIC = "complete-poll.v1"
FIRST = TopicPartition(TOPIC, 0)
VALUES = [b"%d" % number for number in range(40)]


class Panic(BaseException):
    """What Rust code raises when it panics is no Exception."""


@pytest.fixture
def cluster() -> MockCluster:
    cluster = MockCluster()
    cluster.create_topic(name=TOPIC, partitions=2)
    return cluster


async def publish(cluster: MockCluster, values: Sequence[bytes]) -> None:
    """Write `values` to the first partition in one batch: that is what the mock cluster gives a fetch."""
    producer: AIOKafkaProducer = AIOKafkaProducer(
        bootstrap_servers=cluster.bootstrap_servers,
        linger_ms=200,
        max_batch_size=1 << 26,
        max_request_size=1 << 26,
        compression_type="lz4",
    )
    await producer.start()
    sent = [await producer.send(TOPIC, value, partition=0) for value in values]
    await asyncio.gather(*sent)
    await producer.stop()


@asynccontextmanager
async def consuming(cluster: MockCluster, **settings: Any) -> AsyncIterator[Any]:
    """A consumer of the whole topic that always begins at its first record."""

    async def place(_: AIOKafkaConsumer, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def skip() -> None:
        raise AssertionError("there is nothing to skip")

    async def leave() -> None:
        pass

    consumer = CompletePollConsumer(
        TOPIC,
        place=place,
        skip=skip,
        before_leaving=leave,
        backoff=Backoff(asyncio.Event()),
        bootstrap_servers=cluster.bootstrap_servers,
        group_id=f"g-{uuid4()}",
        enable_auto_commit=False,
        auto_offset_reset="none",
        max_partition_fetch_bytes=4 << 20,
        **settings,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def poll(consumer: Any) -> list[bytes]:
    """The values of the next poll that is not empty."""
    while True:
        polled = await consumer.getmany(timeout_ms=5_000)
        if polled or consumer.failed_polls:
            return [record.value for records in polled.values() for record in records]


def fail_once(consumer: Any, error: BaseException, *, after_slices: int = 0) -> None:
    """Let one poll fail as for a corrupt partition: when it has moved the positions of others."""
    fetched_records = consumer._fetcher.fetched_records
    slices = 0

    async def fail(*args: Any, **kwargs: Any) -> Any:
        nonlocal slices
        drained = await fetched_records(*args, **kwargs)
        if drained:
            slices += 1
            if slices > after_slices:
                consumer._fetcher.fetched_records = fetched_records
                raise error
        return drained

    consumer._fetcher.fetched_records = fail


@pytest.mark.parametrize("error", [CorruptRecordException(), Panic()], ids=["exception", "panic"])
async def test_a_poll_that_fails_half_way_loses_no_record(cluster: MockCluster, error: BaseException) -> None:
    await publish(cluster, VALUES)
    async with consuming(cluster) as consumer:
        fail_once(consumer, error)

        assert await poll(consumer) == []
        assert consumer.failed_polls == 1
        assert await poll(consumer) == VALUES
        assert consumer.failed_polls == 0


async def test_what_was_polled_before_an_error_is_kept_and_the_rest_polled_again(cluster: MockCluster) -> None:
    await publish(cluster, VALUES)
    async with consuming(cluster) as consumer:
        fail_once(consumer, CorruptRecordException(), after_slices=1)

        first = await poll(consumer)
        assert consumer.failed_polls == 1
        consumer.settle()
        rest = await poll(consumer)
        assert consumer.failed_polls == 0

    assert 0 < len(first) < len(VALUES)
    assert first + rest == VALUES


async def test_what_was_polled_before_the_assignment_changed_is_not_skipped(cluster: MockCluster) -> None:
    await publish(cluster, VALUES)
    async with consuming(cluster) as consumer:
        fetched_records = consumer._fetcher.fetched_records
        slices = 0

        async def lose_the_assignment(*args: Any, **kwargs: Any) -> Any:
            nonlocal slices
            slices += 1
            if slices == 2:
                consumer.place_again()
            return await fetched_records(*args, **kwargs)

        await poll(consumer)
        consumer._fetcher.fetched_records = lose_the_assignment
        assert await consumer.getmany(timeout_ms=5_000) == {}
        assert consumer.unsettled() == {}
        assert await poll(consumer) == VALUES
        assert consumer.failed_polls == 0


async def test_that_nobody_has_said_where_a_new_assignment_begins_is_no_failure(cluster: MockCluster) -> None:
    await publish(cluster, VALUES)
    async with consuming(cluster) as consumer:
        fetched_records = consumer._fetcher.fetched_records

        async def lose_the_assignment(*_: Any, **__: Any) -> Any:
            consumer._fetcher.fetched_records = fetched_records
            consumer.place_again()
            raise NoOffsetForPartitionError(FIRST)

        await poll(consumer)
        consumer._fetcher.fetched_records = lose_the_assignment
        assert await consumer.getmany(timeout_ms=5_000) == {}
        assert (consumer.failed_polls, consumer.unsettled()) == (0, {})
        assert await poll(consumer) == VALUES


async def test_what_nobody_settles_is_polled_again_and_what_is_settled_is_not(cluster: MockCluster) -> None:
    await publish(cluster, VALUES)
    async with consuming(cluster) as consumer:
        assert await poll(consumer) == VALUES
        assert await poll(consumer) == VALUES

        assert consumer.settle() == {FIRST: len(VALUES)}

        await publish(cluster, [b"next"])
        assert await poll(consumer) == [b"next"]


@pytest.mark.parametrize(
    ("took", "came_after", "waits_for_more"),
    [
        (0.008, 0.003, 0.005),
        (0.008, 0.009, 0),
        (9.0, 0.003, LONGEST_GATHERING_SECONDS - 0.003),
        (9.0, 1.0, 0),
    ],
)
async def test_a_consumer_gathers_for_as_long_as_the_batch_before_took_and_an_idle_one_does_not_wait(
    cluster: MockCluster, took: float, came_after: float, waits_for_more: float
) -> None:
    second = TopicPartition(TOPIC, 1)
    now = 100.0
    waits: list[float] = []
    async with consuming(cluster, monotonic=lambda: now) as consumer:
        handed_over = [
            (0.0, {FIRST: [Value(b"0")]}),
            (0.0, {}),
            (came_after, {FIRST: [Value(b"1")]}),
            (0.0, {second: [Value(b"2")]}),
            (0.0, {}),
        ]

        async def hand_over(_: object, timeout: float, **__: object) -> Any:  # noqa: ASYNC109 - aiokafka's own
            nonlocal now
            waits.append(timeout)
            seconds, records = handed_over.pop(0)
            now += seconds
            return records

        consumer._fetcher.fetched_records = hand_over
        await consumer.getmany(timeout_ms=5_000)
        now += took
        polled = await consumer.getmany(timeout_ms=5_000)

    assert waits[:3] == [5, 0, 5], "nothing came before the first batch"
    assert waits[3:] == pytest.approx([waits_for_more] * 2, abs=1e-9)
    assert list(polled) == [FIRST, second]


async def test_a_consumer_that_finds_nothing_seldom_polls_however_short_a_poll_was_to_be(cluster: MockCluster) -> None:
    waits: list[float] = []
    async with consuming(cluster) as consumer:

        async def find_nothing(_: object, timeout: float, **__: object) -> Any:  # noqa: ASYNC109 - aiokafka's own
            waits.append(timeout)
            return {}

        consumer._fetcher.fetched_records = find_nothing
        await consumer.getmany(timeout_ms=1)

    assert waits == [IDLE_POLL_MILLISECONDS / 1_000]


async def test_the_broker_may_hold_a_fetch_for_longer_while_a_consumer_is_idle(cluster: MockCluster) -> None:
    waits: list[int] = []
    async with consuming(cluster, fetch_max_wait_ms=7) as consumer:
        handed_over = [{}, {}, {FIRST: [Value(b"0")]}, {}, {}]

        async def hand_over(*_: object, **__: object) -> Any:
            waits.append(consumer._fetcher._fetch_max_wait_ms)
            return handed_over.pop(0)

        consumer._fetcher.fetched_records = hand_over
        while handed_over:
            await consumer.getmany(timeout_ms=1)

    assert waits == [7, 28, 28, 7, 7], "as set at first, and from the first record on until a poll finds nothing"


@pytest.mark.parametrize(("wait", "idle"), [(500, 2_000), (600, 2_000), (5_000, 5_000)])
async def test_no_fetch_is_held_for_longer_than_two_seconds_unless_that_is_set(
    cluster: MockCluster, wait: int, idle: int
) -> None:
    async with consuming(cluster, fetch_max_wait_ms=wait) as consumer:

        async def find_nothing(*_: object, **__: object) -> Any:
            return {}

        consumer._fetcher.fetched_records = find_nothing
        await consumer.getmany(timeout_ms=1)
        assert consumer._fetcher._fetch_max_wait_ms == idle


@dataclass
class Value:
    value: bytes


async def test_a_poll_ends_when_8_mb_are_together(cluster: MockCluster) -> None:
    count, size = 160, 100_000  # a batch may unpack to 16 MiB
    await publish(cluster, [bytes(size)] * count)
    sizes: list[int] = []
    async with consuming(cluster) as consumer:
        while sum(sizes) < count * size:
            sizes.append(sum(len(value) for value in await poll(consumer)))
            consumer.settle()

    assert max(sizes) < LARGEST_POLL_BYTES + SLICE_RECORDS * size
    assert sum(sizes) == count * size


async def test_a_consumer_that_stops_still_has_its_partitions_when_it_is_asked_to_commit_its_last_offsets(
    cluster: MockCluster,
) -> None:
    await publish(cluster, VALUES)
    async with consuming(cluster) as consumer:
        await poll(consumer)
        last = consumer.settle()

        async def commit_last() -> None:
            await consumer.commit_once(last)

        consumer._before_leaving = commit_last
        group = consumer._group_id
    successor: Any = AIOKafkaConsumer(bootstrap_servers=cluster.bootstrap_servers, group_id=group)
    await successor.start()
    try:
        assert await successor.committed(FIRST) == len(VALUES)
    finally:
        await successor.stop()


async def test_a_halted_consumer_polls_nothing_more(cluster: MockCluster) -> None:
    await publish(cluster, VALUES)
    async with consuming(cluster) as consumer:
        consumer.halt()

        with pytest.raises(ConsumerStoppedError):
            await consumer.getmany(timeout_ms=10)


@pytest.mark.parametrize("part", ["fetching", "coordination"])
async def test_a_consumer_of_which_a_part_has_died_polls_nothing_more(cluster: MockCluster, part: str) -> None:
    """aiokafka itself would return empty polls for ever, or fail at each."""
    async with consuming(cluster) as consumer:
        task = {"fetching": consumer._fetcher.error_future, "coordination": consumer._coordinator._coordination_task}[
            part
        ]
        task.cancel()
        await asyncio.wait([task])

        with pytest.raises(ConsumerStoppedError):
            await consumer.getmany(timeout_ms=10)
