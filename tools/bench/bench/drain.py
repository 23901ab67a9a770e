"""One run: load a backlog while nothing runs, start, and measure until the last message is settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import orjson

from bench import checker
from bench.backlog import empty_topics, publish
from bench.databases import Databases
from bench.ledger import Ledger
from bench.pipelines import Pipeline, create_tables, programs
from bench.processes import Processes, RunFailedError
from contracts.envelope import Message

_DRAIN_SECONDS = 300
_OUTBOX_SECONDS = 60
_BEGIN_PAUSE_SECONDS = 0.02
_END_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Run:
    """One pipeline's round that counts."""

    pipeline: Pipeline
    seconds: float
    claims: int
    cpu_microseconds_per_claim: dict[str, float]
    harvest: checker.Harvest

    @property
    def claims_per_second(self) -> float:
        """Claims from first effect to last settlement."""
        return self.claims / self.seconds


async def drain(pipeline: Pipeline, *, processes: Processes, databases: Databases, backlog: Sequence[Message]) -> Run:
    """Measure `pipeline` on `backlog`; raise `RunFailedError` when the checker finds anything wrong."""
    stack = processes.stack
    await empty_topics(stack.kafka_bootstrap_servers)
    urls = await databases.renew(prepared=pipeline.is_prepared)
    await publish(stack.kafka_bootstrap_servers, backlog)
    async with running(pipeline, processes=processes, databases=urls) as ledger:
        before = await _until_begun(ledger, processes)
        await until_settled(ledger, processes, messages=checker.CHANNELS * len(backlog))
        after = processes.cpu_microseconds()
        await until_sent(ledger)
        harvest = await ledger.harvest()
        seconds = await ledger.duration_seconds()
    check(harvest, backlog)
    per_claim = {name: round((used - before[name]) / len(backlog), 1) for name, used in after.items()}
    return Run(
        pipeline=pipeline,
        seconds=seconds,
        claims=len(backlog),
        cpu_microseconds_per_claim=per_claim,
        harvest=harvest,
    )


@asynccontextmanager
async def running(pipeline: Pipeline, *, processes: Processes, databases: Mapping[str, str]) -> AsyncIterator[Ledger]:
    """Start the processes of `pipeline` on `databases`, and end them."""
    environment = processes.stack.environment() | {"OTEL_BSP_SCHEDULE_DELAY": "1000"}
    *others, first = programs(pipeline, environment=environment, databases=databases)
    await create_tables(pipeline, databases=databases)
    ledger = await Ledger.open(pipeline, databases=databases)
    try:
        for program in others:
            processes.start(program)
            await processes.wait_ready(program.name)
        processes.start(first)
        yield ledger
    finally:
        await ledger.close()
        await processes.stop()


def check(harvest: checker.Harvest, messages: Sequence[Message]) -> None:
    """Raise `RunFailedError` unless every report has one decision and two settled messages, and no event is left."""
    reports = [UUID(orjson.loads(message.value)["report_id"]) for message in messages]
    if wrong := checker.problems(harvest, reports=reports):
        raise RunFailedError("; ".join(wrong))


async def _until_begun(ledger: Ledger, processes: Processes) -> dict[str, int]:
    async with asyncio.timeout(_DRAIN_SECONDS):
        while not await ledger.has_begun():
            processes.check_alive()
            await asyncio.sleep(_BEGIN_PAUSE_SECONDS)
    return processes.cpu_microseconds()


async def until_settled(ledger: Ledger, processes: Processes, *, messages: int) -> None:
    """Wait until so many messages are settled."""
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while await ledger.settled_messages() < messages:
                processes.check_alive()
                await asyncio.sleep(_END_PAUSE_SECONDS)
    except TimeoutError:
        done = await ledger.settled_messages()
        raise RunFailedError(f"{done} of {messages} messages settled after {_DRAIN_SECONDS} s") from None


async def until_sent(ledger: Ledger) -> None:
    """Wait until the outboxes are empty."""
    async with asyncio.timeout(_OUTBOX_SECONDS):
        while await ledger.left_in_outboxes():
            await asyncio.sleep(_END_PAUSE_SECONDS)
