"""Where a cliff could be: many claims of one policy or of each, new policy versions, old claims, bursts, a long run."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import StatisticsError, fmean, linear_regression

from bench import old_claims, open_loop, policy_changes
from bench.databases import Databases
from bench.drain import (
    TOTALS,
    Run,
    check,
    drain,
    drain_on,
    renew,
    running,
    until_sent,
    until_settled,
)
from bench.percentiles import percentiles
from bench.pipelines import Pipeline
from bench.processes import Processes, load_average
from bench.report import Json, of_pipeline
from bench.storm import Storm, policies_for
from contracts.envelope import Message

_SAMPLE_SECONDS = 30
_WARM_UP_SECONDS = 10


class Scenario(StrEnum):
    """What can be asked for."""

    ONE_POLICY = "one-policy"
    MANY_A_POLICY = "many-a-policy"
    POLICY_CHANGES = "policy-changes"
    OLD_CLAIMS = "old-claims"
    BURSTS = "bursts"
    MEMORY = "memory"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How large each scenario is. `claims` is the plain drain with which the others are compared."""

    claims: int
    old_claims: int = 1_000_000
    memory_seconds: float = 600
    memory_per_second: int = 200
    claims_a_policy: int = 30
    bursts: int = 12
    burst_pause_seconds: float = 5

    @property
    def crowd(self) -> int:
        """Claims on one policy: a tenth of all."""
        return self.claims // 10

    @property
    def decided(self) -> int:
        """Decided claims of which the policies change."""
        return self.claims // 10

    @property
    def many(self) -> int:
        """Claims of the drain with many claims a policy."""
        return self.claims * 3

    @property
    def burst(self) -> int:
        """Reports at one moment."""
        return self.claims // 10

    @property
    def pattern(self) -> int:
        """Claims that are copied."""
        return min(old_claims.PATTERN_CLAIMS, self.claims)

    def policies(self, scenarios: Sequence[Scenario]) -> int:
        """Return how many policies these scenarios need."""
        claims = {
            Scenario.OLD_CLAIMS: self.pattern + 2 * self.claims,
            Scenario.BURSTS: self.burst * (1 + self.bursts),
            Scenario.MEMORY: round(self.memory_per_second * self.memory_seconds),
        }
        return policies_for(max([self.claims, *(claims.get(scenario, 0) for scenario in scenarios)]))


@dataclass(frozen=True, kw_only=True)
class Scenarios:
    """Measures on one stack; all of them raise `RunFailedError` when the checker finds a fault."""

    pipeline: Pipeline
    processes: Processes
    databases: Databases
    storm: Storm
    sizes: Sizes

    async def plain(self) -> Run:
        """Drain what the others are compared with."""
        reports = self.storm.of(self.sizes.claims).reports()
        return await drain(self.pipeline, reports, processes=self.processes, databases=self.databases)

    async def measure(self, scenario: Scenario) -> dict[str, dict[str, Json]]:
        """Return the figures of what was measured, each under a name."""
        measuring = {
            Scenario.ONE_POLICY: self._one_policy,
            Scenario.MANY_A_POLICY: self._many_a_policy,
            Scenario.POLICY_CHANGES: self._policy_changes,
            Scenario.OLD_CLAIMS: self._old_claims,
            Scenario.BURSTS: self._bursts,
            Scenario.MEMORY: self._memory,
        }
        return await measuring[scenario]()

    async def _one_policy(self) -> dict[str, dict[str, Json]]:
        crowd = self.sizes.crowd
        run = await self._drain_totals(replace(self.storm, claims=self.sizes.claims, crowd=crowd))
        return {f"{crowd} claims on one policy": of_run(run)}

    async def _many_a_policy(self) -> dict[str, dict[str, Json]]:
        claims, each = self.sizes.many, self.sizes.claims_a_policy
        policies = policies_for(claims, claims_a_policy=each)
        run = await self._drain_totals(replace(self.storm, claims=claims, policies=policies, claims_a_policy=each))
        return {f"{each} claims a policy": of_run(run)}

    async def _policy_changes(self) -> dict[str, dict[str, Json]]:
        claims = self.sizes.decided
        storm = replace(self.storm, claims=claims, policies=policies_for(claims))
        followed = await policy_changes.measure(
            storm, pipeline=self.pipeline, processes=self.processes, databases=self.databases
        )
        return {f"new policies of {followed.claims} decided claims": followed.figures()}

    async def _drain_totals(self, storm: Storm) -> Run:
        return await drain(
            self.pipeline, storm.reports(), processes=self.processes, databases=self.databases, expected=TOTALS
        )

    async def _old_claims(self) -> dict[str, dict[str, Json]]:
        """Drain onto old claims twice: as loading left the tables, and after VACUUM ANALYZE."""
        claims, pattern = self.sizes.claims, self.sizes.pattern
        copies = -(-self.sizes.old_claims // pattern)
        urls = await renew(self.pipeline, processes=self.processes, databases=self.databases)
        await self._drain_on(urls, self.storm.of(pattern).reports())
        print(f"old claims: {copies * pattern} of them from {pattern} new ones", flush=True)
        rows = await self.databases.in_each(
            lambda service, connection: old_claims.fill(connection, copies=copies, label=service)
        )
        figures: dict[str, dict[str, Json]] = {}
        for name, first in (("as loaded", pattern), ("after VACUUM ANALYZE", pattern + claims)):
            if figures:
                await self.databases.in_each(lambda _, connection: connection.execute("VACUUM ANALYZE"))
            run = await self._drain_on(urls, self.storm.of(claims).reports(first=first))
            figures[f"{copies * pattern} old claims, {name}"] = of_run(run) | {"rows": {**rows}}
        return figures

    async def _drain_on(self, urls: Mapping[str, str], reports: Sequence[Message]) -> Run:
        return await drain_on(urls, self.pipeline, reports, processes=self.processes, databases=self.databases)

    async def _bursts(self) -> dict[str, dict[str, Json]]:
        """Send many reports at one moment, and as many again after a pause; the first burst warms the services."""
        burst, pause = self.sizes.burst, self.sizes.burst_pause_seconds
        moments = [_WARM_UP_SECONDS * bool(number) + pause * number for number in range(1 + self.sizes.bursts)]
        after_seconds = [moment for moment in moments for _ in range(burst)]
        load_before = load_average()
        latencies = (await self._send(after_seconds))[burst:]
        worst = [round(max(latencies[begin : begin + burst])) for begin in range(0, len(latencies), burst)]
        figures: dict[str, Json] = {
            "latency_ms": {**percentiles(latencies)},
            "worst_of_each_burst_ms": [*worst],
            "all_settled_before_the_next": max(worst) < pause * 1_000,
            "load_before": load_before,
        }
        return {f"{burst} reports at once every {pause:g} s": figures}

    async def _memory(self) -> dict[str, dict[str, Json]]:
        rate, seconds = self.sizes.memory_per_second, self.sizes.memory_seconds
        samples: dict[str, list[tuple[float, float]]] = defaultdict(list)
        load_before = load_average()
        after_seconds = [number / rate for number in range(round(rate * seconds))]
        latencies = await self._send(after_seconds, samples=samples)
        figures: dict[str, Json] = {
            "resident_mib": {name: [mib for _, mib in each] for name, each in samples.items()},
            "growth_mib_a_minute": {name: growth_a_minute(each) for name, each in samples.items()},
            "latency_ms": {**percentiles(latencies)},
            "load_before": load_before,
        }
        return {f"{rate} reports a second for {seconds:g} s": figures}

    async def _send(
        self, after_seconds: Sequence[float], *, samples: dict[str, list[tuple[float, float]]] | None = None
    ) -> list[float]:
        """Send reports at these moments and return their latencies in milliseconds; note memory in `samples`."""
        processes = self.processes
        urls = await renew(self.pipeline, processes=processes, databases=self.databases)
        messages = self.storm.of(len(after_seconds)).reports()
        async with running(self.pipeline, processes=processes, databases=urls) as ledger:
            await processes.wait_ready("claims-svc")
            async with _sampling(processes, samples):
                sent = await open_loop.send(
                    processes.stack.kafka_bootstrap_servers, messages, after_seconds=after_seconds
                )
            await until_settled(ledger, processes, claims=len(messages))
            await until_sent(ledger)
            settled_at, harvest = await ledger.settled_at(), await ledger.harvest()
        check(self.pipeline, harvest, messages, processes=processes)
        return open_loop.milliseconds(sent.intended_at, settled_at)


@asynccontextmanager
async def _sampling(processes: Processes, samples: dict[str, list[tuple[float, float]]] | None) -> AsyncIterator[None]:
    sampling = None if samples is None else asyncio.create_task(_sample(processes, samples))
    try:
        yield
    finally:
        if sampling is not None:
            sampling.cancel()


async def _sample(processes: Processes, samples: dict[str, list[tuple[float, float]]]) -> None:
    begin = asyncio.get_running_loop().time()
    while True:
        elapsed = asyncio.get_running_loop().time() - begin
        resident = processes.resident_mib()
        for name, mib in resident.items():
            samples[name].append((elapsed, mib))
        told = ", ".join(f"{name} {mib}" for name, mib in resident.items())
        print(f"memory after {elapsed:.0f} s, MiB: {told}", flush=True)
        await asyncio.sleep(_SAMPLE_SECONDS)


def growth_a_minute(samples: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the later half of the samples: the first half is what a service fills once."""
    try:
        seconds, mib = zip(*samples[len(samples) // 2 :], strict=True)
        return round(linear_regression(seconds, mib).slope * 60, 3)
    except (StatisticsError, ValueError):  # one sample or none has no slope
        return 0.0


def of_run(run: Run) -> dict[str, Json]:
    """Return the figures of one drain."""
    return {"claims": run.claims, **of_pipeline([run])}


def compared(figures: Mapping[str, Json], plain: Sequence[Run]) -> dict[str, Json]:
    """Add the ratio to the plain drains of the same run, where there is one; the goal is within 15 per cent."""
    speed = figures.get("claims_per_second")
    if not isinstance(speed, int):
        return {**figures}
    return {**figures, "ratio_to_plain": round(speed / fmean(run.claims_per_second for run in plain), 3)}


def table(figures: Mapping[str, Json]) -> str:
    """Return the scenarios as a few lines for a terminal."""
    lines = []
    for name, each in figures.items():
        if isinstance(each, dict):
            told = {key: value for key, value in each.items() if key in _TOLD}
            lines += [name, *(f"    {key}: {value}" for key, value in told.items())]
    return "\n".join(lines)


_TOLD = (
    "claims_per_second",
    "ratio_to_plain",
    "cpu_us_per_claim",
    "redetermined_per_second",
    "cpu_us_per_redetermined_claim",
    "wal_bytes_per_redetermined_claim",
    "wal_bytes_per_claim",
    "outcomes",
    "latency_ms",
    "worst_of_each_burst_ms",
    "all_settled_before_the_next",
    "growth_mib_a_minute",
    "load_before",
)
