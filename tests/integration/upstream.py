"""A system upstream that knows the published contracts and nothing else: it reports losses and reads the answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # comes without types

_PUBLISHED = Path(__file__).parents[2] / "contracts" / "generated"
_ASYNCAPI = json.loads((_PUBLISHED / "asyncapi.json").read_text())
_REPORTS, _RECEIVED, _REJECTED = "claims.loss-reported.v1", "claims.report-received.v1", "claims.report-rejected.v1"
_SCHEMAS = {
    topic: Draft202012Validator(json.loads((_PUBLISHED / f"{name}.schema.json").read_text()))
    for topic, name in ((_REPORTS, "LossReported"), (_RECEIVED, "ReportReceived"), (_REJECTED, "ReportRejected"))
}
_PATIENCE_SECONDS = 20


def is_by_contract(report: Mapping[str, Any]) -> bool:
    """Return whether the published schema takes this report."""
    return bool(_SCHEMAS[_REPORTS].is_valid(report))


@dataclass
class Upstream:
    """`sent` are the records it sent, `answers` all that came so far, as written; each keeps its published schema."""

    producer: AIOKafkaProducer
    sent: list[bytes]
    answers: list[dict[str, Any]] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def send(self, value: bytes, *, key: str) -> dict[str, Any]:
        """Publish a record as the contract describes it; return the answer to it."""
        example = _ASYNCAPI["components"]["messages"][_REPORTS]["examples"][0]["headers"]
        told = {name: text for name, text in example.items() if name != "traceparent"} | {"ce_id": str(uuid4())}
        headers = [(name, text.encode()) for name, text in told.items()]
        self.sent.append(value)
        sent = await self.producer.send_and_wait(_REPORTS, value, key=key.encode(), headers=headers)

        def found() -> dict[str, Any] | None:
            return next(filter(answers_it, self.answers), None)

        def answers_it(answer: Mapping[str, Any]) -> bool:
            if "claim_id" in answer:
                return bool(answer["report_id"] == key)
            return (answer["partition"], answer["offset"]) == (sent.partition, sent.offset)

        async with asyncio.timeout(_PATIENCE_SECONDS), self.came:
            await self.came.wait_for(lambda: found() is not None)
        answer = found()
        assert answer is not None
        return answer

    async def report(self, report: Mapping[str, Any]) -> dict[str, Any]:
        """Publish a report under its id; return the answer to it."""
        return await self.send(json.dumps(report).encode(), key=str(report.get("report_id", uuid4())))

    async def read(self, consumer: AIOKafkaConsumer) -> None:
        """Keep what comes until it is cancelled."""
        async for record in consumer:
            answer = json.loads(record.value)
            _SCHEMAS[record.topic].validate(answer)
            async with self.came:
                self.answers.append(answer)
                self.came.notify_all()


@asynccontextmanager
async def upstream_at(bootstrap_servers: str, *, sent: list[bytes]) -> AsyncIterator[Upstream]:
    """Connect to the broker; what is answered from now on is read."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers)
    consumer = AIOKafkaConsumer(
        *(_RECEIVED, _REJECTED),
        bootstrap_servers=bootstrap_servers,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        group_id=None,
    )
    await producer.start()
    await consumer.start()
    system = Upstream(producer, sent)
    reading = asyncio.create_task(system.read(consumer))
    try:
        yield system
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await consumer.stop()
        await producer.stop()
