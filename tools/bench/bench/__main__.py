"""`make bench`: the services beside a frameless pipeline and a raw floor, on one real Kafka and PostgreSQL."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from bench import report
from bench.backlog import ALL_TOPICS
from bench.databases import Databases, configure_server
from bench.drain import drain
from bench.latency import MOST_CLAIMS, RATES_PER_SECOND, measure
from bench.pipelines import ALWAYS_MEASURED, OUTPUT, Pipeline
from bench.preparation import prepare
from bench.processes import Processes, RunFailedError
from bench.rounds import WarmUp, measure_round, warm_up
from bench.storm import Storm, policies_for
from devstack.errors import DevstackError
from devstack.process.signals import ended_by_signals
from devstack.stack import Stack

FAILED = 1
_KAFKA_HEAP = "1g"
Results: TypeAlias = dict[str, report.Json]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked of this run of the benchmark."""

    storm: Storm
    rounds: int
    pipelines: Sequence[Pipeline]
    warm_up_claims: int
    warm_up_seconds: float
    latency: bool


def main() -> None:
    """Run the benchmark; exit 0 when every run counted."""
    plan = _plan(_parser().parse_args())
    os.environ.setdefault("DEVSTACK_KAFKA_HEAP", _KAFKA_HEAP)
    try:
        with ended_by_signals():
            sys.exit(_run(plan))
    except (DevstackError, RunFailedError) as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(FAILED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--warm-up-claims", type=int, default=4_000, help="of each pipeline, not counted")
    parser.add_argument("--warm-up-seconds", type=float, default=60, help="at least")
    parser.add_argument("--only", type=Pipeline, action="append", choices=list(Pipeline), help="repeat for several")
    parser.add_argument("--null-senders", action="store_true", help="also the services without sending any message")
    parser.add_argument("--latency", action="store_true", help="also the services' latency at fixed rates")
    return parser


def _plan(arguments: argparse.Namespace) -> Plan:
    added = [Pipeline.NULL_SENDERS] if arguments.null_senders else []
    most_claims = max(arguments.claims, arguments.warm_up_claims, MOST_CLAIMS if arguments.latency else 0)
    return Plan(
        storm=Storm(claims=arguments.claims, policies=policies_for(most_claims)),
        rounds=arguments.rounds,
        pipelines=arguments.only or [*ALWAYS_MEASURED, *added],
        warm_up_claims=arguments.warm_up_claims,
        warm_up_seconds=arguments.warm_up_seconds,
        latency=arguments.latency,
    )


def _run(plan: Plan) -> int:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "traces.jsonl").unlink(missing_ok=True)
    machine = report.machine() | {"claims": plan.storm.claims, "policies": plan.storm.policies}
    with Stack(
        kind="jvm", topics=ALL_TOPICS, outside_world=True, output_dir=OUTPUT, durable=True, optimised=True
    ) as stack:
        results = asyncio.run(_measure(plan, stack))
    results["machine"] = machine
    name = "latest.json" if set(plan.pipelines) >= set(ALWAYS_MEASURED) else "partial.json"
    (OUTPUT / name).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(report.table(results))
    return 0


async def _measure(plan: Plan, stack: Stack) -> Results:
    processes = Processes(stack, OUTPUT / "logs")
    databases = Databases(stack)
    try:
        processes.message_sinks.start()
        await configure_server(stack)
        urls = await databases.create_prepared()
        await prepare(processes, storm=plan.storm, databases=urls)
        results = await _measure_rounds(plan, processes, databases)
        if plan.latency:
            results["latency"] = await _measure_latency(plan, processes, databases)
        return results
    finally:
        await processes.stop()


async def _measure_rounds(plan: Plan, processes: Processes, databases: Databases) -> Results:
    drain_once = partial(drain, processes=processes, databases=databases)
    warming = WarmUp(backlog=plan.storm.of(plan.warm_up_claims).reports(), seconds=plan.warm_up_seconds)
    seconds = await warm_up(warming, pipelines=plan.pipelines, drain=drain_once)
    backlog = plan.storm.reports()
    rounds = [
        await measure_round(number, pipelines=plan.pipelines, backlog=backlog, drain=drain_once)
        for number in range(plan.rounds)
    ]
    return {**report.summary(rounds), "warm_up": {"claims": plan.warm_up_claims, "seconds": round(seconds, 1)}}


async def _measure_latency(plan: Plan, processes: Processes, databases: Databases) -> Results:
    measured = [
        await measure(Pipeline.DRAIN, rate_per_second=rate, processes=processes, databases=databases, storm=plan.storm)
        for rate in RATES_PER_SECOND
    ]
    return {f"{one.rate_per_second}_per_second": one.figures() for one in measured}


if __name__ == "__main__":
    main()
