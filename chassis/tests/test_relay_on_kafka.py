"""The relay on Apache Kafka, which has what the embedded broker lacks: transactions, fencing, settings of topics."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import ProducerFenced
from aiokafka.producer.message_accumulator import BatchBuilder
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)
from specimen.app import NAME, Settings, build, published_topic
from specimen_driver import Driver, until

from chassis.publishing import relay
from chassis.publishing.handoff import Handoff
from chassis.publishing.lease import Lease
from chassis.publishing.outbox import OutboxMessage, insert, list_undeliverable, next_rows, notify
from chassis.publishing.relay import Relay
from chassis.publishing.sender import Sender, TopicsFailedError
from chassis.testing import Harness, harness
from devstack.kafka.jvm import JvmKafka
from devstack.kafka.topics import TopicSpec
from devstack.process.supervisor import Supervisor
from devstack.stack import Stack

pytestmark = pytest.mark.real_kafka


@pytest.fixture
async def running(database: str, stack: Stack) -> AsyncIterator[Harness]:
    settings = Settings(kafka_bootstrap_servers=stack.kafka_bootstrap_servers, database_url=database)
    async with harness(build(settings)) as running:
        yield running


@pytest.fixture
def topic(stack: Stack) -> str:
    return create_topic(stack)


def create_topic(stack: Stack, name: str = "", **config: str) -> str:
    spec = TopicSpec(name or f"relay-{uuid4().hex[:8]}", config={key.replace("_", "."): config[key] for key in config})
    stack.create_topics([spec])
    return spec.name


async def fill(running: Harness, topic: str, *payloads: bytes, key: str = "one-key") -> list[UUID]:
    messages = [OutboxMessage(uuid4(), topic, key, "type", payload, None, datetime.now(UTC)) for payload in payloads]
    async with running.pool.acquire() as connection:
        await insert(connection, messages=messages)
        await notify(connection)
    return [message.event_id for message in messages]


async def published(stack: Stack, topic: str) -> list[UUID]:
    records = await Driver(stack, "").read(topic)
    return [UUID(dict(record.headers)["ce_id"].decode()) for record in records]


@asynccontextmanager
async def relaying(running: Harness) -> AsyncIterator[Relay]:
    stopping = asyncio.Event()
    leader = Relay(
        settings=running.service.settings,
        service=NAME,
        tracing=running.runtime.tracing,
        handoff=Handoff(),
        stopping=stopping,
    )
    task = asyncio.create_task(leader.run())
    try:
        yield leader
    finally:
        stopping.set()
        await asyncio.wait_for(task, 20)


@asynccontextmanager
async def sender_of(running: Harness) -> AsyncIterator[Sender]:
    """A sender that believes in its lease, whoever else does."""
    lease = Lease(f"lease-{uuid4()}")
    async with running.pool.acquire() as connection:
        await lease.acquire(connection)
        sender = Sender(running.service.settings, service=NAME, lease=lease)
        await sender.start()
        try:
            yield sender
        finally:
            await sender.abandon()


def rows(topic: str, *payloads: bytes) -> Sequence[OutboxMessage]:
    return [OutboxMessage(uuid4(), topic, "one-key", "type", payload, None, datetime.now(UTC)) for payload in payloads]


async def test_the_newest_producer_fences_every_older_one(running: Harness, stack: Stack, topic: str) -> None:
    old, new = rows(topic, b"old"), rows(topic, b"new")
    async with sender_of(running) as replaced, sender_of(running) as leading:
        await leading.send(new, longest_seconds=10)

        with pytest.raises(ProducerFenced):
            await replaced.send(old, longest_seconds=10)

    assert await published(stack, topic) == [new[0].event_id]


async def test_of_a_batch_that_fails_nothing_can_be_read(running: Harness, stack: Stack, topic: str) -> None:
    small = create_topic(stack, max_message_bytes="1000")
    sound, too_large = rows(topic, b"sound"), rows(small, os.urandom(2_000))
    async with sender_of(running) as sender:
        with pytest.raises(TopicsFailedError, match=small):
            await sender.send([*sound, *too_large], longest_seconds=10)
    async with sender_of(running) as sender:
        await sender.send(sound, longest_seconds=10)

    assert await published(stack, topic) == [sound[0].event_id]
    assert await published(stack, small) == []


async def test_a_topic_that_does_not_exist_waits_and_the_others_leave(
    running: Harness, stack: Stack, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LONGEST_SILENCE_SECONDS", 1.0)
    missing = f"missing-{uuid4().hex[:8]}"
    waiting = await fill(running, missing, b"1", b"2")
    others = await fill(running, topic, b"1", b"2")

    async with relaying(running) as leader:
        await until(lambda: all_published(stack, topic, others), what="the other topic's events")
        named = f"{missing} has been blocked for"
        await until(lambda: named in str(leader.problem()), what="the problem is named", seconds=40)
        create_topic(stack, missing)
        await until(lambda: all_published(stack, missing, waiting), what="the blocked topic's events", seconds=60)
        await until(lambda: leader.problem() is None, what="no problem is left")

    assert await published(stack, topic) == others
    assert await published(stack, missing) == waiting


async def all_published(stack: Stack, topic: str, ids: list[UUID]) -> bool:
    return set(ids) <= set(await published(stack, topic))


async def test_an_event_that_is_too_large_for_its_topic_holds_up_its_key_only(
    running: Harness, stack: Stack, topic: str
) -> None:
    small = create_topic(stack, max_message_bytes="1000")
    refused, behind = await fill(running, small, os.urandom(2_000), b"behind")
    others = [*await fill(running, small, b"another", key="another-key"), *await fill(running, topic, b"sound")]

    async with relaying(running):
        await until(lambda: all_published(stack, topic, others[1:]), what="the other topic's event")
        await until(lambda: all_published(stack, small, others[:1]), what="the other key's event")
        async with running.pool.acquire() as connection:
            (row,) = await list_undeliverable(connection)

    assert (row.event_id, row.held_up) == (refused, 1)
    assert behind not in await published(stack, small)


async def test_events_of_a_host_whose_clock_is_ahead_wait_until_the_broker_takes_them(
    running: Harness, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Topics of contracts are stamped by the broker; this one takes the time from the producer, as is Kafka's way."""
    strict = create_topic(stack, message_timestamp_type="CreateTime")
    append, ahead_ms = BatchBuilder.append, 2 * 3_600_000

    def append_ahead(batch: BatchBuilder, **more: Any) -> Any:
        return append(batch, **(more | {"timestamp": int(time.time() * 1_000) + ahead_ms}))

    monkeypatch.setattr(BatchBuilder, "append", append_ahead)
    ids = await fill(running, strict, b"1", b"2")

    async with relaying(running) as leader:
        await until(lambda: leader._blocked.names() == [strict], what="the topic is blocked")
        ahead_ms = 0
        await until(lambda: all_published(stack, strict, ids), what="the events", seconds=60)
        async with running.pool.acquire() as connection:
            assert await list_undeliverable(connection) == []

    assert await published(stack, strict) == ids


async def test_the_topics_of_contracts_take_events_from_a_host_whose_clock_is_off(stack: Stack) -> None:
    topic = replace(published_topic(f"relay-{uuid4().hex[:8]}"), partitions=1)
    stack.create_topics([topic])
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka_bootstrap_servers)
    await producer.start()
    try:
        for hours in (-20_000, 2):
            moment = int((datetime.now(UTC) + timedelta(hours=hours)).timestamp() * 1_000)
            await producer.send_and_wait(topic.name, b"{}", key=b"key", timestamp_ms=moment)
    finally:
        await producer.stop()

    records = await Driver(stack, "").read(topic.name)

    assert len(records) == 2
    assert all(abs(record.timestamp / 1_000 - time.time()) < 60 for record in records)


async def test_a_topic_the_service_may_not_write_waits_and_the_others_leave(database: str, tmp_path: Path) -> None:
    """The broker refuses to add the topic to the transaction, and adds none of the others either."""
    settings = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
    }
    with Supervisor(state_dir=tmp_path) as supervisor:
        kafka = JvmKafka(supervisor=supervisor, settings=settings)
        kafka.start()
        topics = ["a.allowed", "b.forbidden", "c.allowed"]
        kafka.create_topics([TopicSpec(topic, partitions=3) for topic in topics])
        grant(kafka, "b.forbidden", AclOperation.DESCRIBE)
        service = build(Settings(kafka_bootstrap_servers=kafka.bootstrap_servers, database_url=database))
        async with harness(service) as running:
            for topic in topics:
                for number in range(20):
                    await fill(running, topic, b"{}", key=f"key-{number}")

            with structlog.testing.capture_logs() as logs:
                async with relaying(running) as leader:
                    await until(lambda: waiting(running, {"b.forbidden"}), what="the other topics' events left")
                    assert leader._blocked.names() == ["b.forbidden"]
                    grant(kafka, "b.forbidden", AclOperation.WRITE)
                    await until(lambda: waiting(running, set()), what="the blocked topic's events left", seconds=60)

    told = {"trouble.began", "server.went_away"}
    restarts = [line for line in logs if line["event"] in told and line["part"] == "relay"]
    assert restarts == [], "the cause was found at once"


async def waiting(running: Harness, topics: set[str]) -> bool:
    """Whether the outbox holds events of just these topics."""
    async with running.pool.acquire() as connection:
        return {row.topic for row in (await next_rows(connection, limit=1_000)).values()} == topics


def grant(kafka: JvmKafka, topic: str, operation: AclOperation) -> None:
    binding = AclBinding(
        ResourceType.TOPIC,
        topic,
        ResourcePatternType.LITERAL,
        "User:ANONYMOUS",
        "*",
        operation,
        AclPermissionType.ALLOW,
    )
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers})
    admin.create_acls([binding])[binding].result()
