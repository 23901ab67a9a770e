"""A hand-written process: loops that consume, run one statement and acknowledge, and a relay of whole batches."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Record: TypeAlias = "ConsumerRecord[bytes, bytes]"
BATCH_RECORDS = 500
RELAYED_ROWS = 1_000

_DELETE_NEXT = """
    WITH deleted AS (
        DELETE FROM outbox WHERE position = ANY (ARRAY(SELECT position FROM outbox ORDER BY position LIMIT $1))
        RETURNING position, topic, key, payload)
    SELECT topic, key, payload FROM deleted ORDER BY position
"""


@dataclass(frozen=True)
class Stage:
    """One loop over a topic; `process` handles a batch in one transaction."""

    topic: str
    process: Callable[[Connection, Sequence[Record]], Awaitable[object]]


def run(prepare: Callable[[Connection], Awaitable[None]], *stages: Stage) -> None:
    """Run until the process is stopped."""
    uvloop.run(_run(prepare, stages))


async def _run(prepare: Callable[[Connection], Awaitable[None]], stages: Sequence[Stage]) -> None:
    bootstrap_servers, database_url = os.environ["KAFKA_BOOTSTRAP_SERVERS"], os.environ["DATABASE_URL"]
    connections = [await asyncpg.connect(database_url) for _ in (*stages, "relay")]
    await prepare(connections[0])
    consumers = [_consumer(stage.topic, bootstrap_servers) for stage in stages]
    await asyncio.gather(*(consumer.start() for consumer in consumers))
    print("ready", flush=True)
    filled = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for stage, consumer, connection in zip(stages, consumers, connections, strict=False):
            tasks.create_task(_consume(stage, consumer, connection, filled))
        tasks.create_task(_relay(connections[-1], bootstrap_servers, filled))


def _consumer(topic: str, bootstrap_servers: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap_servers,
        group_id=f"floor.{topic}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1_048_576,
    )


async def _consume(stage: Stage, consumer: AIOKafkaConsumer, connection: Connection, filled: asyncio.Event) -> None:
    while True:
        polled = await consumer.getmany(timeout_ms=1_000, max_records=BATCH_RECORDS)
        records = [record for partition in polled.values() for record in partition]
        if records:
            await stage.process(connection, records)
            filled.set()
            await consumer.commit()


async def _relay(connection: Connection, bootstrap_servers: str, filled: asyncio.Event) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, enable_idempotence=True, max_batch_size=256 * 1024)
    await producer.start()
    while True:
        filled.clear()
        async with connection.transaction():
            rows = await connection.fetch(_DELETE_NEXT, RELAYED_ROWS)
            await _send(producer, rows)
        if len(rows) < RELAYED_ROWS:
            await filled.wait()


async def _send(producer: AIOKafkaProducer, rows: Sequence[asyncpg.Record]) -> None:
    choose = DefaultPartitioner()
    partitions = {topic: sorted(await producer.partitions_for(topic)) for topic in {row["topic"] for row in rows}}
    batches: dict[tuple[str, int], BatchBuilder] = {}
    sent: list[asyncio.Future[object]] = []
    for topic, key, payload in rows:
        key_bytes = key.encode()
        place = topic, choose(key_bytes, partitions[topic], partitions[topic])
        batch = batches.get(place) or batches.setdefault(place, producer.create_batch())
        if batch.append(key=key_bytes, value=payload, timestamp=None) is None:
            sent.append(await _close(producer, batch, place))
            batch = batches[place] = producer.create_batch()
            batch.append(key=key_bytes, value=payload, timestamp=None)
    sent += [await _close(producer, batch, place) for place, batch in batches.items()]
    await asyncio.gather(*sent)


async def _close(producer: AIOKafkaProducer, batch: BatchBuilder, place: tuple[str, int]) -> asyncio.Future[object]:
    batch.close()
    topic, partition = place
    future: asyncio.Future[object] = await producer.send_batch(batch, topic, partition=partition)
    return future
