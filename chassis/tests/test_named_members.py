"""An instance with a name has its partitions back at once, hands them over at a stop, and gives way to its namesake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import ConsumerStoppedError
from aiokafka.protocol.group import LeaveGroupRequest
from specimen_driver import Driver, contact, until

from chassis.backoff import Backoff
from chassis.workarounds.complete_poll import CompletePollConsumer
from devstack.stack import Stack

pytestmark = pytest.mark.real_kafka

LONGER_THAN_ANYBODY_WAITS_MS = 120_000
"""The session of a member that was killed: whoever waited for its end would fail."""
PARTITIONS = 2


@pytest.fixture
async def topic(stack: Stack) -> str:
    name = f"named-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka_bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=PARTITIONS, replication_factor=1)])
    finally:
        await admin.close()
    return name


@asynccontextmanager
async def member(
    stack: Stack, topic: str, name: str, *, heartbeat_interval_ms: int = 200
) -> AsyncIterator[CompletePollConsumer]:
    """A member of the one group of `topic`, which polls."""

    async def place(_: AIOKafkaConsumer, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def nothing() -> None:
        pass

    consumer = CompletePollConsumer(
        topic,
        place=place,
        skip=nothing,
        before_leaving=nothing,
        backoff=Backoff(asyncio.Event()),
        bootstrap_servers=stack.kafka_bootstrap_servers,
        group_id=f"group-of-{topic}",
        group_instance_id=name,
        enable_auto_commit=False,
        auto_offset_reset="none",
        session_timeout_ms=LONGER_THAN_ANYBODY_WAITS_MS,
        heartbeat_interval_ms=heartbeat_interval_ms,
        metadata_max_age_ms=500,
    )
    await consumer.start()

    async def poll() -> None:
        while True:
            await consumer.getmany()

    polling = asyncio.create_task(poll())
    try:
        yield consumer
    finally:
        polling.cancel()
        await asyncio.wait([polling])
        if not polling.cancelled():
            assert isinstance(polling.exception(), ConsumerStoppedError)
        await consumer.stop()


async def die(consumer: CompletePollConsumer) -> None:
    """Say nothing more to the broker, as after a kill -9."""
    coordinator = consumer._coordinator
    for task in (coordinator._coordination_task, coordinator._heartbeat_task):
        task.cancel()
    await consumer._fetcher.close()
    await consumer._client.close()
    consumer._closed = True


def holds(consumer: CompletePollConsumer, partitions: int) -> bool:
    return len(consumer.assignment()) == partitions


async def test_who_was_killed_has_its_partitions_back_before_its_session_ends(driver: Driver) -> None:
    driver.environment |= {
        "KAFKA_MEMBER_NAME": "specimen-1",
        "KAFKA_SESSION_TIMEOUT_MS": str(LONGER_THAN_ANYBODY_WAITS_MS),
    }
    first, second = uuid4(), uuid4()
    await driver.start()
    await driver.publish([driver.message(contact(first, 1))])
    await until(lambda: _has(driver, 1), what="the first effect")
    driver.kill()
    await driver.launch()
    await driver.publish([driver.message(contact(second, 1))])

    await until(lambda: _has(driver, 2), what="the effect of what came after the kill", seconds=80)

    assert await driver.effects() == [(first, 1), (second, 1)]


async def _has(driver: Driver, count: int) -> bool:
    return len(await driver.effects()) == count


async def test_who_stops_hands_its_partitions_over_at_once(stack: Stack, topic: str) -> None:
    async with member(stack, topic, "second") as second:
        async with member(stack, topic, "first") as first:
            await until(lambda: holds(first, 1) and holds(second, 1), what="one partition each")

        await until(lambda: holds(second, PARTITIONS), what="all partitions are the second one's")


async def test_the_elder_of_two_with_one_name_ends_and_says_why(stack: Stack, topic: str) -> None:
    async with member(stack, topic, "same", heartbeat_interval_ms=3_000) as elder:
        await until(lambda: holds(elder, PARTITIONS), what="all partitions")  # who is still joining is told at once
        async with member(stack, topic, "same") as younger:
            await until(lambda: holds(younger, PARTITIONS), what="all partitions, before the elder one is told")
            joined_as = younger._coordinator.member_id
            await until(lambda: elder.is_halted, what="the elder one has ended")

            assert "NameTakenError" in (elder.trouble.problem(tolerated_seconds=0) or "")
            assert holds(younger, PARTITIONS)
            assert younger._coordinator.member_id == joined_as, "nobody took the name from it meanwhile"
            assert not younger.is_halted


async def test_whom_its_group_has_forgotten_joins_again(stack: Stack, topic: str) -> None:
    async with member(stack, topic, "forgotten") as consumer:
        coordinator = consumer._coordinator
        before = coordinator.member_id
        await coordinator._send_req(LeaveGroupRequest(coordinator.group_id, before))

        await until(
            lambda: coordinator.member_id not in {before, ""} and holds(consumer, PARTITIONS), what="a member again"
        )


async def test_a_leader_that_came_back_notices_new_partitions(stack: Stack, topic: str) -> None:
    async with member(stack, topic, "leader") as killed:
        await until(lambda: holds(killed, PARTITIONS), what="all partitions")
        await die(killed)
    async with member(stack, topic, "leader") as back:
        assert holds(back, PARTITIONS)
        admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka_bootstrap_servers)
        await admin.start()
        try:
            await admin.create_partitions({topic: NewPartitions(total_count=PARTITIONS + 1)})
        finally:
            await admin.close()

        await until(lambda: holds(back, PARTITIONS + 1), what="the new partition, too")
