"""The relay against a broker that refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from refusing_broker import CLUSTER_AUTHORIZATION_FAILED, MESSAGE_TOO_LARGE, UNKNOWN_SERVER_ERROR, RefusingBroker
from specimen.app import NAME, Settings, build
from specimen_driver import until

from chassis.publishing.outbox import OutboxMessage, insert, list_undeliverable, oldest_waiting
from chassis.publishing.relay import Relay
from chassis.testing import Harness, harness

TOPIC = "relay.v1"


@pytest.fixture(scope="module")
def broker() -> RefusingBroker:
    broker = RefusingBroker()
    broker.create_topic(name=TOPIC, partitions=1)
    return broker


@pytest.fixture
async def running(database: str, broker: RefusingBroker) -> AsyncIterator[Harness]:
    settings = Settings(
        kafka_bootstrap_servers=broker.bootstrap_servers, kafka_transactions=False, database_url=database
    )
    async with harness(build(settings)) as running:
        yield running


async def fill(running: Harness, count: int, *, payload: bytes) -> list[UUID]:
    rows = [OutboxMessage(uuid4(), TOPIC, "one-key", "type", payload, None, datetime.now(UTC)) for _ in range(count)]
    async with running.pool.acquire() as connection:
        await insert(connection, messages=rows)
    return [row.event_id for row in rows]


async def run_until_empty(running: Harness) -> None:
    stopping = asyncio.Event()
    relay = Relay(
        settings=running.service.settings,
        service=NAME,
        tracing=running.runtime.tracing,
        filled=asyncio.Event(),
        stopping=stopping,
    )
    task = asyncio.create_task(relay.run())

    async def empty() -> bool:
        async with running.pool.acquire() as connection:
            return await oldest_waiting(connection) is None

    try:
        await until(empty, what="outbox sent", seconds=60)
    finally:
        stopping.set()
        await asyncio.wait_for(task, 20)


async def undeliverable(running: Harness) -> list[UUID]:
    async with running.pool.acquire() as connection:
        return [event_id for event_id, *_ in await list_undeliverable(connection)]


async def published_ids(broker: RefusingBroker) -> list[UUID]:
    consumer: AIOKafkaConsumer[Any, Any] = AIOKafkaConsumer(
        bootstrap_servers=broker.bootstrap_servers, enable_auto_commit=False, fetch_max_wait_ms=20
    )
    await consumer.start()
    try:
        partition = TopicPartition(TOPIC, 0)
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


async def test_nothing_of_a_key_overtakes_what_the_broker_refused_once(
    running: Harness, broker: RefusingBroker
) -> None:
    ids = await fill(running, 900, payload=b"x" * 1_000)
    broker.refuse_next(UNKNOWN_SERVER_ERROR)

    await run_until_empty(running)

    published = await published_ids(broker)
    own = set(ids)
    first_time_seen = list(dict.fromkeys(event_id for event_id in published if event_id in own))
    assert first_time_seen == ids


@pytest.mark.parametrize("code", [UNKNOWN_SERVER_ERROR, CLUSTER_AUTHORIZATION_FAILED])
async def test_an_event_is_not_undeliverable_for_what_is_wrong_with_the_broker(
    running: Harness, broker: RefusingBroker, code: int
) -> None:
    ids = await fill(running, 1, payload=b"sound")
    broker.refuse_next(*[code] * 6)

    await run_until_empty(running)

    assert await undeliverable(running) == []
    assert set(ids) <= set(await published_ids(broker))


async def test_an_event_the_broker_will_never_accept_stays_behind_and_the_others_leave(
    running: Harness, broker: RefusingBroker
) -> None:
    refused, *others = await fill(running, 3, payload=b"sound")
    broker.refuse_next(MESSAGE_TOO_LARGE, MESSAGE_TOO_LARGE)  # in a batch, then alone

    await run_until_empty(running)

    assert await undeliverable(running) == [refused]
    assert [event_id for event_id in await published_ids(broker) if event_id in {refused, *others}] == others


async def test_one_refusal_does_not_make_the_relay_slow_for_a_thousand_events(
    running: Harness, broker: RefusingBroker
) -> None:
    broker.answer_after(60)
    await fill(running, 1_500, payload=b"small")
    broker.refuse_next(UNKNOWN_SERVER_ERROR)
    began = asyncio.get_running_loop().time()
    try:
        await run_until_empty(running)
    finally:
        broker.answer_after(0)

    assert asyncio.get_running_loop().time() - began < 20
