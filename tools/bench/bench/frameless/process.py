"""A bare service process: a loop per topic, one relay, and nothing to watch or mend them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

import asyncpg
import structlog
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from bench.frameless.work import BareWork
from chassis.consuming.delivery import Delivery
from chassis.unit_of_work import Work
from contracts.codec import from_json
from contracts.envelope import headers_of
from contracts.topic import TYPE_PREFIX, Topic

Handler: TypeAlias = Callable[[Sequence[Delivery[Any]], "Work"], Awaitable[None]]
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
BATCH_RECORDS = 500
RELAYED_ROWS = 1_000
IDLE_SECONDS = 0.2
# A plan kept from when the tables were empty scans them whole for every row once they are not.
_SERVER_SETTINGS = {"plan_cache_mode": "force_custom_plan", "jit": "off"}
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_ERRORS_ONLY = 40

_INBOX = """
    INSERT INTO bare.inbox (consumer, event_id) SELECT $1, unnest($2::text[])
        ON CONFLICT DO NOTHING RETURNING event_id
"""
_NEXT = "SELECT * FROM bare.outbox ORDER BY position LIMIT $1"
_SENT = "DELETE FROM bare.outbox WHERE position = ANY ($1::bigint[])"


@dataclass(frozen=True)
class Bare:
    """What the loops of a process share. `filled` wakes the relay, `effected` whoever works on what was stored."""

    pool: Pool
    filled: asyncio.Event
    effected: asyncio.Event

    async def commit(self, act: Callable[[BareWork], Awaitable[None]]) -> None:
        """Run `act` in one transaction with all it publishes."""
        async with self.pool.acquire() as connection, connection.transaction():
            work = BareWork(cast("asyncpg.Connection", connection))
            await act(work)
            await work.flush()
        self.effected.set()
        if work.published:
            self.filled.set()


def run(
    handlers: Sequence[tuple[Topic[Any], Handler]],
    *loops: Callable[[Bare], Awaitable[None]],
) -> None:
    """Run until the process is stopped."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_ERRORS_ONLY))
    uvloop.run(_run(handlers, loops))


async def _run(
    handlers: Sequence[tuple[Topic[Any], Handler]], loops: Sequence[Callable[[Bare], Awaitable[None]]]
) -> None:
    bootstrap_servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=4, max_size=8, server_settings=_SERVER_SETTINGS
    ) as pool:
        bare = Bare(pool, asyncio.Event(), asyncio.Event())
        consumers = [_consumer(topic, bootstrap_servers) for topic, _ in handlers]
        await asyncio.gather(*(consumer.start() for consumer in consumers))
        print("ready", flush=True)
        async with asyncio.TaskGroup() as tasks:
            for consumer, (topic, handle) in zip(consumers, handlers, strict=True):
                tasks.create_task(_consume(consumer, topic, handle, bare))
            tasks.create_task(_relay(bare, bootstrap_servers))
            for loop in loops:
                tasks.create_task(cast("Any", loop(bare)))


def _consumer(topic: Topic[Any], bootstrap_servers: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        topic.name,
        bootstrap_servers=bootstrap_servers,
        group_id=f"frameless.{topic.name}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1_048_576,
    )


async def _consume(consumer: AIOKafkaConsumer, topic: Topic[Any], handle: Handler, bare: Bare) -> None:
    while True:
        polled = await consumer.getmany(timeout_ms=1_000, max_records=BATCH_RECORDS)
        records = [record for partition in polled.values() for record in partition]
        if not records:
            continue
        deliveries = {delivery.event_id: delivery for record in records for delivery in [_read(topic, record)]}

        async def process(work: BareWork, deliveries: dict[str, Delivery[Any]] = deliveries) -> None:
            rows = await work.connection.fetch(_INBOX, topic.name, list(deliveries))
            new = {row["event_id"] for row in rows}
            fresh = [delivery for event_id, delivery in deliveries.items() if event_id in new]
            if fresh:
                await handle(fresh, cast("Work", work))

        await bare.commit(process)
        await consumer.commit()


def _read(topic: Topic[Any], record: ConsumerRecord[bytes, bytes]) -> Delivery[Any]:
    headers = dict(record.headers)
    trace = headers.get("traceparent")
    return Delivery(
        event=from_json(topic.event, record.value or b""),
        event_id=headers["ce_id"].decode(),
        source="",
        time=_LONG_AGO,
        trace=trace.decode() if trace else None,
        record=record,
    )


async def _relay(bare: Bare, bootstrap_servers: str) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        enable_idempotence=True,
        linger_ms=2,
        max_batch_size=256 * 1024,
        compression_type="lz4",
    )
    await producer.start()
    async with bare.pool.acquire() as connection:
        while True:
            bare.filled.clear()
            rows = await connection.fetch(_NEXT, RELAYED_ROWS)
            sent = [await _hand_over(producer, row) for row in rows]
            await asyncio.gather(*sent)
            if rows:
                await connection.execute(_SENT, [row["position"] for row in rows])
            if len(rows) < RELAYED_ROWS:
                await bare.filled.wait()


async def _hand_over(producer: AIOKafkaProducer, row: asyncpg.Record) -> asyncio.Future[object]:
    headers = headers_of(
        event_id=str(row["event_id"]),
        source="/frameless",
        event_type=TYPE_PREFIX + row["topic"],
        time=datetime.now(UTC),
        traceparent=row["trace"],
    )
    future: asyncio.Future[object] = await producer.send(
        row["topic"], row["payload"], key=row["key"].encode(), headers=headers
    )
    return future
