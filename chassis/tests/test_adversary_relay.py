"""The relay against a broker that refuses: a mock cluster in this process answers with the errors it is told."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from driving import until
from specimen.app import NAME, Settings, build

from chassis.publishing.outbox import OutboxMessage, insert
from chassis.publishing.relay import Relay
from chassis.testing import Harness, harness
from devstack.kafka.mock_cluster import MockCluster

PRODUCE = 0
UNKNOWN_SERVER_ERROR, CLUSTER_AUTHORIZATION_FAILED = -1, 31
TOPIC = "relay-adversary.v1"


class Refusing:
    """A mock cluster whose next answers can be errors."""

    def __init__(self) -> None:
        self.cluster = MockCluster()
        self.cluster.create_topic(name=TOPIC, partitions=1)

    def refuse_next(self, *codes: int) -> None:
        push = self.cluster._library.rd_kafka_mock_push_request_errors_array
        push.argtypes = [ctypes.c_void_p, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int)]
        push.restype = None
        push(self.cluster._cluster, PRODUCE, len(codes), (ctypes.c_int * len(codes))(*codes))


@pytest.fixture(scope="module")
def broker() -> Refusing:
    return Refusing()


@pytest.fixture
async def h(database: str, broker: Refusing) -> AsyncIterator[Harness]:
    settings = Settings(kafka_bootstrap_servers=broker.cluster.bootstrap_servers, database_url=database)
    async with harness(build(settings)) as running:
        yield running


async def fill(h: Harness, count: int, *, payload: bytes) -> list[UUID]:
    rows = [
        OutboxMessage(uuid4(), TOPIC, "one-key", "type", payload, None, h.service.clock.now()) for _ in range(count)
    ]
    async with h.pool.acquire() as connection:
        await insert(connection, messages=rows)
    return [row.event_id for row in rows]


async def run_until_empty(h: Harness) -> None:
    stopping = asyncio.Event()
    relay = Relay(
        settings=h.service.settings,
        service=NAME,
        tracing=h.runtime.tracing,
        filled=asyncio.Event(),
        stopping=stopping,
    )
    task = asyncio.create_task(relay.run())

    async def empty() -> bool:
        return not await h.pool.fetchval("SELECT count(*) FROM messaging.outbox WHERE undeliverable_reason IS NULL")

    try:
        await until(empty, what="outbox sent", seconds=60)
    finally:
        stopping.set()
        await asyncio.wait_for(task, 20)


async def ids_on_the_wire(broker: Refusing) -> list[UUID]:
    consumer: AIOKafkaConsumer[Any, Any] = AIOKafkaConsumer(
        bootstrap_servers=broker.cluster.bootstrap_servers, enable_auto_commit=False, fetch_max_wait_ms=20
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


async def test_nothing_of_a_key_overtakes_what_the_broker_refused_once(h: Harness, broker: Refusing) -> None:
    ids = await fill(h, 900, payload=b"x" * 1_000)
    broker.refuse_next(UNKNOWN_SERVER_ERROR)

    await run_until_empty(h)

    wire = await ids_on_the_wire(broker)
    mine = set(ids)
    first_time_seen = list(dict.fromkeys(event_id for event_id in wire if event_id in mine))
    assert first_time_seen == ids


@pytest.mark.parametrize("code", [UNKNOWN_SERVER_ERROR, CLUSTER_AUTHORIZATION_FAILED])
async def test_an_event_is_not_set_aside_for_what_is_wrong_with_the_broker(
    h: Harness, broker: Refusing, code: int
) -> None:
    ids = await fill(h, 1, payload=b"sound")
    broker.refuse_next(*[code] * 6)

    await run_until_empty(h)

    assert await h.pool.fetchval("SELECT count(*) FROM messaging.outbox WHERE undeliverable_reason IS NOT NULL") == 0
    assert set(ids) <= set(await ids_on_the_wire(broker))


async def test_one_refusal_does_not_make_the_relay_slow_for_a_thousand_events(h: Harness, broker: Refusing) -> None:
    set_rtt = broker.cluster._library.rd_kafka_mock_broker_set_rtt
    set_rtt.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.c_int]
    set_rtt(broker.cluster._cluster, 1, 60)
    await fill(h, 1_500, payload=b"small")
    broker.refuse_next(UNKNOWN_SERVER_ERROR)
    began = asyncio.get_running_loop().time()
    try:
        await run_until_empty(h)
    finally:
        set_rtt(broker.cluster._cluster, 1, 0)

    assert asyncio.get_running_loop().time() - began < 20
