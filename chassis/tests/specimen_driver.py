"""Runs the specimen as a process of its own and talks to it over Kafka and HTTP, as its neighbours would."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from specimen.app import MIGRATIONS, consumed_topic, published_topic

from chassis.migrations.runner import migrate
from contracts.envelope import Message, encode
from contracts.policy import ContactChanged
from contracts.vocabulary import Language
from devstack.stack import Stack

DEADLINE_SECONDS = float(os.environ.get("SPECIMEN_DEADLINE_SECONDS", "40"))
"""How long a test waits for what must happen. Mutants wait less: there it is expected not to."""
START_SECONDS = 40.0
"""How long the specimen may take to be ready, for mutants too: a start that is slow beside others breaks no promise."""
_TESTS = Path(__file__).parent


async def until(condition: Callable[[], Any], *, what: str, seconds: float = DEADLINE_SECONDS) -> Any:
    """Wait until `condition`, which may be a coroutine function, is true, and return what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if asyncio.iscoroutine(result):
            result = await result
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s still not: {what}")
        await asyncio.sleep(0.05)


def contact(customer_id: UUID, version: int, *, name: str = "Ada") -> ContactChanged:
    """One event for the specimen to consume."""
    return ContactChanged(
        customer_id=customer_id,
        version=version,
        relation_number="1",
        name=name,
        email=None,
        mobile_phone=None,
        language=Language.DUTCH,
    )


@dataclass
class Driver:
    """One test's specimen: its topics, its database, its process."""

    stack: Stack
    database_url: str
    suffix: str = field(default_factory=lambda: f"specimen-{uuid4().hex[:8]}")
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    log_path: Path = Path()

    def command(self, *arguments: str, keep_output: bool, **extra: str) -> subprocess.Popen[bytes]:
        """Start the specimen's console script with `arguments`; `extra` are environment variables."""
        environment = {
            **os.environ,
            **self.stack.environment(),
            "DATABASE_URL": self.database_url,
            "SPECIMEN_TOPICS": self.suffix,
            "PYTHONPATH": os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(_TESTS)))),
            **self.environment,
            **extra,
        }
        with self.log_path.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "specimen", *arguments],
                env=environment,
                stdout=subprocess.PIPE if keep_output else log,
                stderr=log,
            )

    async def run_command(self, *arguments: str, **extra: str) -> tuple[int, str]:
        """Run a command to its end; return its exit code and what it printed."""
        process = self.command(*arguments, keep_output=True, **extra)
        out, _ = await asyncio.to_thread(process.communicate, timeout=DEADLINE_SECONDS)
        return process.returncode, out.decode()

    async def migrate(self) -> None:
        """Bring the database up to date."""
        connection = await asyncpg.connect(self.database_url)
        try:
            await migrate(connection, directory=MIGRATIONS)
        finally:
            await connection.close()

    async def start(self, **extra: str) -> None:
        """Start the service and wait until it is ready."""
        await self.launch(**extra)
        await until(self._ready_unless_ended, what="ready", seconds=START_SECONDS)

    async def launch(self, **extra: str) -> None:
        """Start the service without waiting."""
        self.log_path.write_text("")
        self.process = self.command("run", keep_output=False, **extra)

    def kill(self) -> None:
        """Kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    async def wait_for_exit(self) -> int:
        """Wait until the process has ended by itself; return its exit code."""
        process = self.process
        assert process is not None
        await until(lambda: process.poll() is not None, what="process ended")
        return process.returncode

    async def terminate(self) -> int:
        """SIGTERM; return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await self.wait_for_exit()

    def close(self) -> None:
        """End the process if it is still there."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def log(self) -> str:
        """What the process has logged; nothing when it was not started."""
        return self.log_path.read_text() if self.log_path.exists() else ""

    def port(self) -> int:
        """The port it serves HTTP on, as its log says; 0 as long as it does not."""
        found = re.search(r'"port": (\d+)', self.log())
        return int(found[1]) if found else 0

    def get(self, path: str) -> tuple[int, dict[str, Any] | str]:
        """Ask the service over HTTP; 0 when it does not answer."""
        if not (port := self.port()):
            return 0, ""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                body = answer.read().decode()
                return answer.status, body if path == "/metrics" else json.loads(body)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())
        except OSError:
            return 0, ""

    async def ready(self) -> bool:
        """Whether /ready says so."""
        return (await asyncio.to_thread(self.get, "/ready"))[0] == 200

    async def _ready_unless_ended(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"ended before it was ready: {self.log()[-2000:]}"
        return await self.ready()

    async def not_ready(self) -> dict[str, Any] | None:
        """What /ready says when it says no."""
        status, body = await asyncio.to_thread(self.get, "/ready")
        return body if status == 503 and isinstance(body, dict) else None

    async def publish(self, messages: Sequence[Message | tuple[str, bytes | None, bytes | None, list[Any]]]) -> None:
        """Send messages in order; a tuple (topic, key, value, headers) is sent as it is."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.stack.kafka_bootstrap_servers, max_request_size=4 << 20, compression_type="lz4"
        )
        await producer.start()
        try:
            sent = []
            for message in messages:
                topic, key, value, headers = (
                    message
                    if isinstance(message, tuple)
                    else (message.topic, message.key, message.value, message.headers)
                )
                sent.append(await producer.send(topic, value, key=key, headers=list(headers)))
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    def message(self, event: ContactChanged, *, event_id: str | None = None, traceparent: str | None = None) -> Message:
        """The record that publishes `event`."""
        return encode(
            consumed_topic(self.suffix),
            event,
            event_id=event_id or str(uuid4()),
            source="/test",
            time=datetime.now(UTC),
            traceparent=traceparent,
        )

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Ask the service's database."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    async def effects(self) -> list[tuple[UUID, int]]:
        """Every effect that happened, in order."""
        return [tuple(row) for row in await self.rows("SELECT customer_id, version FROM effect ORDER BY effect_id")]

    async def published(self) -> list[ConsumerRecord[bytes, bytes]]:
        """Everything published so far, as an outside consumer reads it."""
        return await self.read(published_topic(self.suffix).name)

    async def ends(self, topic: str) -> dict[int, int]:
        """The offset behind the last record or marker of every partition."""
        consumer = AIOKafkaConsumer(topic, bootstrap_servers=self.stack.kafka_bootstrap_servers)
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            return {partition.partition: end for partition, end in ends.items()}
        finally:
            await consumer.stop()

    async def read(self, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
        """All records of a topic."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.stack.kafka_bootstrap_servers,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
            fetch_max_wait_ms=20,
            max_partition_fetch_bytes=8 << 20,
        )
        await consumer.start()
        try:
            await consumer._client.force_metadata_update()
            partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or {0}]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            records: list[ConsumerRecord[bytes, bytes]] = []
            for partition in partitions:
                consumer.seek(partition, 0)
            while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    records.extend(batch)
            return records
        finally:
            await consumer.stop()
