"""Open loop: reports at a fixed rate, and how long after its intended moment of sending a claim was settled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bench import open_loop
from bench.databases import Databases
from bench.drain import check, renew, running, until_sent, until_settled
from bench.ledger import SETTLED
from bench.percentiles import named, percentiles
from bench.pipelines import Pipeline
from bench.processes import Processes, load_average
from bench.report import Json
from bench.storm import Storm

_GOALS_MS: Mapping[int, Mapping[float, int]] = MappingProxyType(
    {200: {50.0: 70, 99.0: 150}, 1_000: {99.0: 300}, 1: {99.0: 60}}
)


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many reports a second, measured for so many seconds after a warm-up at the same rate."""

    per_second: int
    seconds: float
    warm_up_seconds: float = 60

    @property
    def warm_up_claims(self) -> int:
        """Reports before the first that is measured."""
        return round(self.per_second * self.warm_up_seconds)

    @property
    def claims(self) -> int:
        """All reports, those of the warm-up included."""
        return self.warm_up_claims + round(self.per_second * self.seconds)

    @property
    def goals_ms(self) -> Mapping[float, int]:
        """What is aimed at: milliseconds by percentile."""
        return _GOALS_MS.get(self.per_second, {})


RATES = (Rate(per_second=200, seconds=60), Rate(per_second=1_000, seconds=30), Rate(per_second=1, seconds=60))


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Milliseconds from the intended moment of sending to the commit that settled the second message.

    `steps_ms` says how long each step took from the commit of the one before, for the claims that took it;
    `busy_cores` how many processors each process kept busy meanwhile.
    """

    rate: Rate
    goals_ms: Mapping[float, int]
    milliseconds: Sequence[float]
    steps_ms: Mapping[str, Sequence[float]]
    sender_delays_ms: Sequence[float]
    busy_cores: Mapping[str, float]
    load_before: float

    def figures(self) -> dict[str, Json]:
        """Return the percentiles, what was aimed at, and how late the sender itself was."""
        latency = percentiles(self.milliseconds)
        goals = {named(share): most for share, most in self.goals_ms.items()}
        return {
            "latency_ms": {**latency},
            "goals_ms": {**goals},
            "goals_met": all(latency[name] <= most for name, most in goals.items()),
            "steps_ms": {step: {**percentiles(times, shares=(50.0, 99.0))} for step, times in self.steps_ms.items()},
            "busy_cores": {**self.busy_cores},
            "sender_delay_ms": {**percentiles(self.sender_delays_ms, shares=(50.0, 99.0))},
            "reports": len(self.milliseconds),
            "warm_up_seconds": self.rate.warm_up_seconds,
            "load_before": self.load_before,
        }


async def measure(
    rate: Rate, *, pipeline: Pipeline, processes: Processes, databases: Databases, storm: Storm
) -> Latency:
    """Send to the services at `rate`; raise `RunFailedError` when the checker finds a fault."""
    load_before = load_average()
    urls = await renew(pipeline, processes=processes, databases=databases)
    messages = storm.of(rate.claims).reports()
    moments = [number / rate.per_second for number in range(rate.claims)]
    async with running(pipeline, processes=processes, databases=urls) as ledger:
        await processes.wait_ready("claims-svc")
        sent, busy_cores = await asyncio.gather(
            open_loop.send(processes.stack.kafka_bootstrap_servers, messages, after_seconds=moments),
            _busy_cores(rate, processes),
        )
        await until_settled(ledger, processes, claims=len(messages))
        await until_sent(ledger)
        committed_at = await ledger.committed_at()
        harvest = await ledger.harvest()
    check(pipeline, harvest, messages, processes=processes)
    counted = dict(list(sent.intended_at.items())[rate.warm_up_claims :])
    return Latency(
        rate=rate,
        goals_ms=rate.goals_ms if pipeline.runs_services else {},
        milliseconds=open_loop.milliseconds(counted, committed_at[SETTLED]),
        steps_ms=open_loop.milliseconds_by_step(counted, committed_at),
        sender_delays_ms=sent.delays_ms[rate.warm_up_claims :],
        busy_cores=busy_cores,
        load_before=load_before,
    )


async def _busy_cores(rate: Rate, processes: Processes) -> dict[str, float]:
    await asyncio.sleep(rate.warm_up_seconds)
    before, began_at = processes.cpu_microseconds(), time.monotonic()
    await asyncio.sleep(rate.seconds)
    used, microseconds = processes.cpu_microseconds(), (time.monotonic() - began_at) * 1_000_000
    return {name: round((used[name] - before[name]) / microseconds, 2) for name in before}


def table(latencies: Mapping[str, Json]) -> str:
    """Return the latencies as a few lines for a terminal."""
    lines = []
    for name, figures in latencies.items():
        if isinstance(figures, dict):
            verdict = "" if not figures["goals_ms"] else " met" if figures["goals_met"] else " missed"
            goals, late = _listed(figures["goals_ms"]) or "none", _listed(figures["sender_delay_ms"])
            lines += [
                f"latency at {name}, ms: {_listed(figures['latency_ms'])}",
                *[f"    until {step}: {_listed(times)}" for step, times in _steps(figures)],
                f"    busy cores: {_listed(figures['busy_cores'])}",
                f"    goals: {goals}{verdict}; sender late by: {late}; load before: {figures['load_before']}",
            ]
    return "\n".join(lines)


def _steps(figures: Mapping[str, Json]) -> Iterable[tuple[str, Json]]:
    steps = figures["steps_ms"]
    return steps.items() if isinstance(steps, dict) else ()


def _listed(figures: Json) -> str:
    return ", ".join(f"{name} {figure}" for name, figure in figures.items()) if isinstance(figures, dict) else ""
