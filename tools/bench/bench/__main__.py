"""`make bench`: the services beside a frameless pipeline and a raw floor, on one real Kafka and PostgreSQL."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from dataclasses import dataclass
from random import Random

from bench import checker, report
from bench.backlog import ALL_TOPICS
from bench.databases import Databases, note_commit_times
from bench.drain import Run, drain
from bench.latency import MOST_CLAIMS, RATES_PER_SECOND, Latency, measure
from bench.pipelines import OUTPUT, Pipeline
from bench.preparation import prepare
from bench.processes import Processes, RunFailedError
from bench.storm import Storm, policies_for
from devstack.errors import DevstackError
from devstack.process.signals import ended_by_signals
from devstack.stack import Stack

FAILED = 1
_KAFKA_HEAP = "1g"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked of this run of the benchmark."""

    storm: Storm
    rounds: int
    pipelines: list[Pipeline]
    latency: bool


def main() -> None:
    """Run the benchmark; exit 0 when every run counted."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--only", type=Pipeline, action="append", choices=list(Pipeline), help="repeat for several")
    parser.add_argument("--latency", action="store_true", help="also the services' latency at fixed rates")
    arguments = parser.parse_args()
    pipelines = arguments.only or list(Pipeline)
    most_claims = max(arguments.claims, MOST_CLAIMS if arguments.latency else 0)
    storm = Storm(claims=arguments.claims, policies=policies_for(most_claims))
    plan = Plan(storm=storm, rounds=arguments.rounds, pipelines=pipelines, latency=arguments.latency)
    os.environ.setdefault("DEVSTACK_KAFKA_HEAP", _KAFKA_HEAP)
    try:
        with ended_by_signals():
            sys.exit(_run(plan))
    except (DevstackError, RunFailedError) as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(FAILED)


def _run(plan: Plan) -> int:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "traces.jsonl").unlink(missing_ok=True)
    machine = report.machine()
    with Stack(
        kind="jvm", topics=ALL_TOPICS, outside_world=True, output_dir=OUTPUT, durable=True, optimised=True
    ) as stack:
        measured = asyncio.run(_measure(plan, stack))
    results = report.summary(measured.rounds, machine=machine | _size_of(plan.storm))
    if measured.latencies:
        results["latency"] = {f"{one.rate_per_second}_per_second": one.figures() for one in measured.latencies}
    name = "latest.json" if set(plan.pipelines) == set(Pipeline) else "partial.json"
    (OUTPUT / name).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(report.table(results))
    return 0


def _size_of(storm: Storm) -> dict[str, report.Json]:
    return {"claims": storm.claims, "policies": storm.policies}


@dataclass(frozen=True)
class _Measured:
    rounds: list[dict[Pipeline, Run]]
    latencies: list[Latency]


async def _measure(plan: Plan, stack: Stack) -> _Measured:
    processes = Processes(stack, OUTPUT / "logs")
    databases = Databases(stack)
    try:
        await note_commit_times(stack)
        urls = await databases.create_prepared()
        await prepare(processes, storm=plan.storm, databases=urls)
        rounds = [await _round(number, plan, processes, databases) for number in range(plan.rounds)]
        return _Measured(rounds, await _latencies(plan, processes, databases) if plan.latency else [])
    finally:
        await processes.stop()


async def _latencies(plan: Plan, processes: Processes, databases: Databases) -> list[Latency]:
    return [
        await measure(Pipeline.DRAIN, rate_per_second=rate, processes=processes, databases=databases, storm=plan.storm)
        for rate in RATES_PER_SECOND
    ]


async def _round(number: int, plan: Plan, processes: Processes, databases: Databases) -> dict[Pipeline, Run]:
    """Measure every pipeline once, in an order of its own, and compare what services and handlers decided."""
    backlog = plan.storm.reports()
    order = Random(number).sample(plan.pipelines, len(plan.pipelines))  # noqa: S311 - the same order for everybody
    runs: dict[Pipeline, Run] = {}
    for pipeline in order:
        runs[pipeline] = run = await drain(pipeline, processes=processes, databases=databases, backlog=backlog)
        print(f"round {number + 1}: {pipeline} {run.claims_per_second:.0f} claims/s", flush=True)
    if Pipeline.DRAIN in runs and Pipeline.FRAMELESS in runs:
        unlike = checker.differences(runs[Pipeline.DRAIN].harvest, runs[Pipeline.FRAMELESS].harvest)
        if unlike:
            raise RunFailedError(f"the pipelines decided {len(unlike)} things differently, first: {unlike[0]}")
    return runs


if __name__ == "__main__":
    main()
