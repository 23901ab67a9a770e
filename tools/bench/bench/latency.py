"""Open loop: reports at a fixed rate, and how long after its intended moment of sending a claim was settled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
from aiokafka import AIOKafkaProducer

from bench.backlog import empty_topics, publish
from bench.databases import Databases
from bench.drain import check, running, until_sent, until_settled
from bench.pipelines import Pipeline
from bench.processes import Processes
from bench.report import Json
from bench.storm import Storm
from contracts.envelope import Message

RATES_PER_SECOND = (200, 1_000)
SECONDS = 20
WARM_UP_CLAIMS = 1_000
MOST_CLAIMS = WARM_UP_CLAIMS + SECONDS * max(RATES_PER_SECOND)
_LEAD = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Milliseconds from the intended moment of sending to the commit that settled the second message."""

    rate_per_second: int
    milliseconds: Sequence[float]
    worst_publish_delay_ms: float

    def figures(self) -> dict[str, Json]:
        """Return the percentiles, and how late the worst report was sent."""
        ordered = sorted(self.milliseconds)
        percentiles = {
            f"p{share}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 1)
            for share in (50, 90, 99)
        }
        return {**percentiles, "max_ms": round(ordered[-1], 1), "publish_delay_ms": self.worst_publish_delay_ms}


async def measure(
    pipeline: Pipeline, *, rate_per_second: int, processes: Processes, databases: Databases, storm: Storm
) -> Latency:
    """Warm `pipeline` up, then send at `rate_per_second`; raise `RunFailedError` when the checker finds a fault."""
    bootstrap_servers = processes.stack.kafka_bootstrap_servers
    await empty_topics(bootstrap_servers)
    urls = await databases.renew(prepared=pipeline.is_prepared)
    warm_up = replace(storm, claims=WARM_UP_CLAIMS).reports()
    messages = replace(storm, claims=rate_per_second * SECONDS).reports(first=WARM_UP_CLAIMS)
    async with running(pipeline, processes=processes, databases=urls) as ledger:
        await publish(bootstrap_servers, warm_up)
        await until_settled(ledger, processes, claims=len(warm_up))
        sent = await _send(bootstrap_servers, messages, rate_per_second=rate_per_second)
        await until_settled(ledger, processes, claims=len(warm_up) + len(messages))
        await until_sent(ledger)
        settled_at = await ledger.settled_at()
        check(await ledger.harvest(), [*warm_up, *messages])
    return Latency(
        rate_per_second=rate_per_second,
        milliseconds=_milliseconds(sent.intended_at, settled_at),
        worst_publish_delay_ms=sent.worst_delay_ms,
    )


def _milliseconds(intended_at: Mapping[UUID, datetime], settled_at: Mapping[UUID, datetime]) -> list[float]:
    return [(settled_at[report_id] - moment).total_seconds() * 1_000 for report_id, moment in intended_at.items()]


@dataclass(frozen=True)
class _Sent:
    intended_at: Mapping[UUID, datetime]
    worst_delay_ms: float


async def _send(bootstrap_servers: str, messages: Sequence[Message], *, rate_per_second: int) -> _Sent:
    """Send each message at its moment, or at once when that has passed: a slow pipeline slows nobody down."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers)
    await producer.start()
    begin_at, worst = datetime.now(UTC) + _LEAD, timedelta(0)
    intended_at: dict[UUID, datetime] = {}
    try:
        for number, message in enumerate(messages):
            moment = begin_at + timedelta(seconds=number / rate_per_second)
            intended_at[UUID(orjson.loads(message.value)["report_id"])] = moment
            delay = datetime.now(UTC) - moment
            if delay < timedelta(0):
                await asyncio.sleep(-delay.total_seconds())
                delay = timedelta(0)
            worst = max(worst, delay)
            await producer.send(message.topic, message.value, key=message.key, headers=list(message.headers))
        await producer.flush()
    finally:
        await producer.stop()
    return _Sent(intended_at, round(worst.total_seconds() * 1_000, 1))
