"""Kafka and PostgreSQL of every kind of stack: topics as declared, and the same address and data after an outage."""

import asyncio
import secrets

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from devstack.kafka.topics import TopicSpec
from devstack.pytest_plugin import TopicMaker
from devstack.stack import Stack


def unique(name: str) -> str:
    return f"{name}-{secrets.token_hex(4)}"


async def write(bootstrap: str, topic: str, *values: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)


async def read(bootstrap: str, topic: str, *, count: int) -> list[bytes | None]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        return [(await consumer.getone()).value for _ in range(count)]


async def test_a_topic_has_the_partitions_it_was_made_with(kafka_bootstrap: str, make_topics: TopicMaker) -> None:
    [one, seven] = make_topics(TopicSpec(unique("one"), 1), TopicSpec(unique("seven"), 7))

    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
        assert len(await producer.partitions_for(one)) == 1
        assert len(await producer.partitions_for(seven)) == 7


async def test_a_topic_made_again_keeps_its_records(kafka_bootstrap: str, make_topics: TopicMaker) -> None:
    spec = TopicSpec(unique("kept"), 2)
    make_topics(spec)
    await write(kafka_bootstrap, spec.name, b"loss")

    make_topics(spec)
    assert await read(kafka_bootstrap, spec.name, count=1) == [b"loss"]


@pytest.mark.parametrize("outage", ["stop", "kill"])
async def test_kafka_comes_back_with_its_records(stack: Stack, make_topics: TopicMaker, outage: str) -> None:
    [topic] = make_topics(TopicSpec(unique("outage"), 1))
    await write(stack.kafka_bootstrap_servers, topic, b"before")

    getattr(stack.kafka, outage)()
    stack.kafka.start()

    await write(stack.kafka_bootstrap_servers, topic, b"after")
    assert await read(stack.kafka_bootstrap_servers, topic, count=2) == [b"before", b"after"]


@pytest.mark.parametrize("outage", ["stop", "kill"])
async def test_postgres_comes_back_with_its_rows(stack: Stack, database: str, outage: str) -> None:
    terminated = asyncio.Event()
    connection = await asyncpg.connect(database)
    connection.add_termination_listener(lambda _connection: terminated.set())
    await connection.execute("CREATE TABLE kept AS SELECT 402 AS tenths_mm")

    getattr(stack.postgres, outage)()
    await asyncio.wait_for(terminated.wait(), 10)
    assert not stack.postgres.is_running()
    stack.postgres.start()

    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT tenths_mm FROM kept") == 402
    await connection.close()


@pytest.mark.real_kafka
async def test_a_topic_has_the_settings_it_was_made_with(kafka_bootstrap: str, make_topics: TopicMaker) -> None:
    [topic] = make_topics(TopicSpec(unique("compacted"), 1, {"cleanup.policy": "compact"}))

    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        await admin.close()
    [(_, _, _, _, entries)] = answer.resources
    assert {name: value for name, value, *_ in entries}["cleanup.policy"] == "compact"
