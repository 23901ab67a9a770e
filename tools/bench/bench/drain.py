"""One run: load a backlog while nothing runs, start, and measure until the last message is settled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace

from bench import checker
from bench.backlog import count_records, empty_topics, publish
from bench.databases import Databases
from bench.ledger import Ledger
from bench.pipelines import Pipeline, create_tables, programs
from bench.processes import Processes, RunFailedError, load_average
from contracts.claim_reports import REPORT_RECEIVED
from contracts.envelope import Message

_DRAIN_SECONDS = 300
_SLOWEST_PER_SECOND = 50
_OUTBOX_SECONDS = 60
_BEGIN_PAUSE_SECONDS = 0.02
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 2.0


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is to come of the reports. Without `one_claim_each` a report may join another one's claim."""

    one_claim_each: bool
    problems: Callable[[checker.Harvest, Sequence[checker.Reported]], list[str]]


EACH_BY_ITSELF = Expected(one_claim_each=True, problems=checker.problems)
"""Whatever the order, every report opens a claim that is decided once."""
TOTALS = Expected(one_claim_each=False, problems=checker.problems_of_totals)
"""Claims of one policy depend on each other: what comes of each depends on their order, and the totals do not."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One pipeline's round that counts. `highest_resident_mib` is of each of its processes since it was started."""

    pipeline: Pipeline
    seconds: float
    claims: int
    cpu_microseconds_per_claim: dict[str, float]
    wal_bytes_per_claim: int
    highest_resident_mib: dict[str, float]
    load_before: float
    harvest: checker.Harvest

    @property
    def claims_per_second(self) -> float:
        """Claims from first effect to last settlement."""
        return self.claims / self.seconds


async def drain(
    pipeline: Pipeline,
    backlog: Sequence[Message],
    *,
    processes: Processes,
    databases: Databases,
    expected: Expected = EACH_BY_ITSELF,
    watch: AbstractAsyncContextManager[None] | None = None,
) -> Run:
    """Measure `pipeline` on `backlog` in new topics and databases."""
    urls = await renew(pipeline, processes=processes, databases=databases)
    return await drain_on(
        urls, pipeline, backlog, processes=processes, databases=databases, expected=expected, watch=watch
    )


async def drain_on(
    urls: Mapping[str, str],
    pipeline: Pipeline,
    backlog: Sequence[Message],
    *,
    processes: Processes,
    databases: Databases,
    expected: Expected = EACH_BY_ITSELF,
    watch: AbstractAsyncContextManager[None] | None = None,
) -> Run:
    """Measure `pipeline` on `backlog`; raise `RunFailedError` when the checker finds anything wrong.

    `watch` is entered when the first claim has taken effect, and left when the last message is settled.
    """
    load_before = load_average()
    await publish(processes.stack.kafka_bootstrap_servers, backlog)
    async with running(pipeline, processes=processes, databases=urls) as ledger:
        await until_begun(ledger, processes)
        before, wal_before = processes.cpu_microseconds(), await databases.wal_bytes()
        async with watch or nullcontext():
            await until_settled(ledger, processes, claims=len(backlog), expected=expected)
        after, wal_after = processes.cpu_microseconds(), await databases.wal_bytes()
        highest_resident_mib = processes.highest_resident_mib()
        await until_sent(ledger)
        answered = await count_records(processes.stack.kafka_bootstrap_servers, REPORT_RECEIVED)
        harvest = replace(await ledger.harvest(), answered=answered)
        seconds = await ledger.duration_seconds()
    check(pipeline, harvest, backlog, processes=processes, expected=expected)
    per_claim = {name: round((used - before[name]) / len(backlog), 1) for name, used in after.items()}
    return Run(
        pipeline=pipeline,
        seconds=seconds,
        claims=len(backlog),
        cpu_microseconds_per_claim=per_claim,
        wal_bytes_per_claim=round((wal_after - wal_before) / len(backlog)),
        highest_resident_mib=highest_resident_mib,
        load_before=load_before,
        harvest=harvest,
    )


async def renew(pipeline: Pipeline, *, processes: Processes, databases: Databases) -> Mapping[str, str]:
    """Make topics and databases anew, and let the message sinks count from zero; return the databases' URLs."""
    await empty_topics(processes.stack.kafka_bootstrap_servers)
    processes.message_sinks.take_received()
    return await databases.renew(prepared=pipeline.is_prepared)


@asynccontextmanager
async def running(pipeline: Pipeline, *, processes: Processes, databases: Mapping[str, str]) -> AsyncIterator[Ledger]:
    """Start the processes of `pipeline` on `databases`, and end them."""
    environment = processes.environment() | {"OTEL_BSP_SCHEDULE_DELAY": "1000"}
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


def check(
    pipeline: Pipeline,
    harvest: checker.Harvest,
    messages: Sequence[Message],
    *,
    processes: Processes,
    expected: Expected = EACH_BY_ITSELF,
) -> None:
    """Raise `RunFailedError` unless all is as `expected` of these reports, and the message sinks received each message.

    A pipeline with null senders sends nothing.
    """
    reported = [checker.Reported.of(message) for message in messages]
    wrong = expected.problems(harvest, reported)
    if pipeline is Pipeline.DRAIN:
        wrong = [*wrong, *checker.reception_problems(harvest, processes.message_sinks.take_received())]
    if wrong:
        raise RunFailedError("; ".join(wrong))


async def until_begun(ledger: Ledger, processes: Processes) -> None:
    """Wait until the first claim has taken effect."""
    async with asyncio.timeout(_DRAIN_SECONDS):
        while not await ledger.has_begun():
            processes.check_alive()
            await asyncio.sleep(_BEGIN_PAUSE_SECONDS)


async def until_settled(
    ledger: Ledger, processes: Processes, *, claims: int, expected: Expected = EACH_BY_ITSELF
) -> None:
    """Wait until every message about so many reports and the orders to pay of these is settled.

    It looks seldom: that costs PostgreSQL time too.
    """
    messages, begin = claims * len(checker.CHANNELS), time.monotonic()
    deadline_seconds = _DRAIN_SECONDS + claims / _SLOWEST_PER_SECOND
    while (settled := await ledger.settled_messages()) < messages:
        if not expected.one_claim_each and await ledger.has_told_all(reports=claims):
            break
        processes.check_alive()
        elapsed = time.monotonic() - begin
        if elapsed > deadline_seconds:
            raise RunFailedError(f"{settled} of {messages} messages settled after {deadline_seconds:.0f} s")
        await asyncio.sleep(pause_seconds(settled / messages, elapsed=elapsed))
    async with asyncio.timeout(deadline_seconds):
        while await ledger.untold_orders():
            processes.check_alive()
            await asyncio.sleep(_SHORTEST_PAUSE_SECONDS)


def pause_seconds(share_done: float, *, elapsed: float) -> float:
    """Return half of what the rest will take at the speed so far."""
    rest = elapsed * (1 - share_done) / share_done if share_done else _SHORTEST_PAUSE_SECONDS
    return min(max(rest / 2, _SHORTEST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)


async def until_sent(ledger: Ledger) -> None:
    """Wait until the outboxes are empty."""
    async with asyncio.timeout(_OUTBOX_SECONDS):
        while await ledger.left_in_outboxes():
            await asyncio.sleep(_SHORTEST_PAUSE_SECONDS)
