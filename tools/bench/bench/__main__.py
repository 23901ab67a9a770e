"""`make bench`: the services beside a frameless pipeline and a raw floor on one real Kafka and PostgreSQL; the door."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from types import MappingProxyType
from typing import cast

from bench import documents, goals, imported_policies, latency, report, results, scenarios
from bench.backlog import ALL_TOPICS
from bench.databases import Databases, restart_server
from bench.door import price
from bench.drain import drain
from bench.intake import measure as intake
from bench.latency import RATES, Rate
from bench.latency_picture import Curve, draw
from bench.login import flood
from bench.pipelines import ALWAYS_MEASURED, OUTPUT, Pipeline
from bench.portal import measure as portal
from bench.preparation import prepare
from bench.processes import Processes, RunFailedError
from bench.profiling import profile
from bench.rain import measure as rain
from bench.rounds import WarmUp, measure_round, warm_up
from bench.scenarios import Scenario, Scenarios, Sizes
from bench.sending import measure as sending
from bench.sending.measure import SendingStorm
from bench.storm import Storm, policies_for
from devstack.errors import DevstackError
from devstack.outside.issuer import Issuer
from devstack.process.signals import ended_by_signals
from devstack.stack import Stack

FAILED = 1
LATEST, PARTIAL = OUTPUT / "latest.json", OUTPUT / "partial.json"
PROFILE = OUTPUT / "profile"
LATENCY_PICTURE = OUTPUT / "latency.svg"
_KAFKA_HEAP = "1g"
_WITH = MappingProxyType(
    {Pipeline.DRAIN: "", Pipeline.NULL_SENDERS: ", null senders", Pipeline.RAW_FLOOR: ", raw floor"}
)
"""What is added to the name of a figure."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked of this run of the benchmark."""

    storm: Storm
    rounds: int
    pipelines: Sequence[Pipeline]
    warm_up_claims: int
    warm_up_seconds: float
    rates: Sequence[Rate]
    scenarios: Sequence[Scenario]
    sizes: Sizes
    profile: bool
    py_spy: str | None
    door: bool
    login_seconds: float | None
    intake: bool
    rain: bool
    documents: bool
    portal: bool
    sending: SendingStorm | None
    policies: imported_policies.Load | None

    @property
    def claims_are_drained(self) -> bool:
        """Whether anything is measured that needs servers and services."""
        return bool(self.rounds or self.rates or self.scenarios or self.profile)

    @property
    def services(self) -> Sequence[Pipeline]:
        """The pipelines whose scenarios are measured."""
        return [pipeline for pipeline in self.pipelines if pipeline.runs_services]

    @property
    def with_latency(self) -> Sequence[Pipeline]:
        """The pipelines whose latency is measured: what the machine could do is told beside it."""
        return [pipeline for pipeline in self.pipelines if pipeline is not Pipeline.FRAMELESS]


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
    parser.add_argument("--rounds", type=int, help="3, or 0 when something else is asked for")
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--warm-up-claims", type=int, default=4_000, help="of each pipeline, not counted")
    parser.add_argument("--warm-up-seconds", type=float, default=60, help="at least, for rounds and for each rate")
    parser.add_argument("--only", type=Pipeline, action="append", choices=list(Pipeline), help="repeat for several")
    parser.add_argument("--null-senders", action="store_true", help="also the services without sending any message")
    parser.add_argument("--latency", action="store_true", help="the services' latency at fixed rates")
    parser.add_argument(
        "--rate", type=_rate, action="append", help="reports a second and for how many seconds: 200:60 1000:30 1:60"
    )
    parser.add_argument("--scenarios", action="store_true", help="where a cliff could be, beside a plain drain")
    parser.add_argument(
        "--scenario", type=Scenario, action="append", choices=list(Scenario), help="only this one; repeat for several"
    )
    parser.add_argument("--old-claims", type=int, default=1_000_000, help="in the tables beforehand")
    parser.add_argument("--memory-seconds", type=float, default=600, help="of 200 reports a second")
    parser.add_argument("--door", action="store_true", help="what a request costs behind the door; without servers")
    parser.add_argument("--login", action="store_true", help="how long others wait under wrong logins; without Java")
    parser.add_argument("--login-seconds", type=float, default=30, help="of wrong logins, and as long without them")
    parser.add_argument("--intake", action="store_true", help="reports by HTTP, beside a floor; without Java")
    parser.add_argument("--rain", action="store_true", help="what rain evidence costs beside its goals; without Java")
    parser.add_argument("--policies", action="store_true", help="importing 100,000 of them, and looking one up")
    parser.add_argument("--imported", type=int, default=imported_policies.Load.policies, help="how many policies")
    parser.add_argument("--storm", action="store_true", help="25,000 decisions through notify-svc, and codes meanwhile")
    parser.add_argument("--storm-rate", type=float, default=SendingStorm.rate, help="what a provider takes a second")
    parser.add_argument("--storm-decisions", type=int, default=SendingStorm.decisions)
    parser.add_argument("--storm-instances", type=int, default=SendingStorm.instances, help="of notify-svc")
    parser.add_argument("--documents", action="store_true", help="what a PDF takes on demand; without servers")
    parser.add_argument("--portal", action="store_true", help="what pages cost, alone and 100 a second; without Java")
    parser.add_argument("--profile", action="store_true", help="drains watched by py-spy and pg_stat_statements")
    parser.add_argument("--py-spy", default=shutil.which("py-spy"), help="where it is, when not on the PATH")
    return parser


def _rate(text: str) -> Rate:
    per_second, _, seconds = text.partition(":")
    return Rate(per_second=int(per_second), seconds=float(seconds))


def _plan(arguments: argparse.Namespace) -> Plan:
    added = [Pipeline.NULL_SENDERS] if arguments.null_senders else []
    rates = [replace(rate, warm_up_seconds=arguments.warm_up_seconds) for rate in arguments.rate or RATES]
    rates = rates if arguments.latency or arguments.rate else []
    scenarios = arguments.scenario or (list(Scenario) if arguments.scenarios else [])
    sizes = Sizes(claims=arguments.claims, old_claims=arguments.old_claims, memory_seconds=arguments.memory_seconds)
    parts = (
        *(arguments.profile, arguments.door, arguments.login),
        *(arguments.intake, arguments.rain, arguments.documents, arguments.policies, arguments.storm),
        arguments.portal,
    )
    asked_for_others = bool(rates or scenarios or any(parts))
    rounds = arguments.rounds if arguments.rounds is not None else 0 if asked_for_others else 3
    most_claims = max(arguments.claims, arguments.warm_up_claims, *(rate.claims for rate in rates))
    policies = max(policies_for(most_claims), sizes.policies(scenarios))
    return Plan(
        storm=Storm(claims=arguments.claims, policies=policies),
        rounds=rounds,
        pipelines=arguments.only or [*ALWAYS_MEASURED, *added],
        warm_up_claims=arguments.warm_up_claims,
        warm_up_seconds=arguments.warm_up_seconds,
        rates=rates,
        scenarios=scenarios,
        sizes=sizes,
        profile=arguments.profile,
        py_spy=arguments.py_spy,
        door=arguments.door or not (asked_for_others or arguments.only),
        login_seconds=arguments.login_seconds if arguments.login else None,
        intake=arguments.intake,
        rain=arguments.rain,
        documents=arguments.documents,
        portal=arguments.portal,
        sending=_sending(arguments) if arguments.storm else None,
        policies=imported_policies.Load(policies=arguments.imported) if arguments.policies else None,
    )


def _sending(arguments: argparse.Namespace) -> SendingStorm:
    return SendingStorm(
        decisions=arguments.storm_decisions,
        rate=arguments.storm_rate or None,
        instances=arguments.storm_instances,
    )


def _run(plan: Plan) -> int:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "traces.jsonl").unlink(missing_ok=True)
    if plan.profile:
        shutil.rmtree(PROFILE, ignore_errors=True)
        PROFILE.mkdir()
    machine = report.machine()
    if plan.door:
        asyncio.run(_measure_door())
    if plan.login_seconds is not None:
        asyncio.run(_measure_login(flood.Flood(seconds=plan.login_seconds)))
    _measure_by_itself(plan)
    if plan.claims_are_drained:
        with (
            Stack(
                kind="jvm", topics=ALL_TOPICS, outside_world=True, output_dir=OUTPUT, durable=True, optimised=True
            ) as stack,
            Issuer() as issuer,
        ):
            asyncio.run(_measure(plan, Processes(stack, OUTPUT / "logs", issuer=issuer)))
    results.keep(LATEST, "machine", machine)
    return 0


def _measure_by_itself(plan: Plan) -> None:
    """Measure what one service does, without the others."""
    if plan.intake:
        asyncio.run(_measure_intake())
    if plan.rain:
        asyncio.run(_measure_rain())
    if plan.documents:
        asyncio.run(_measure_documents())
    if plan.portal:
        asyncio.run(_measure_portal())
    if plan.sending:
        asyncio.run(_measure_sending(plan.sending))
    if plan.policies:
        asyncio.run(_measure_policies(plan.policies))


async def _measure_door() -> None:
    figures = await price.measure(price.Load(), output=OUTPUT)
    results.keep(LATEST, "door", figures)
    print(price.table(figures), flush=True)


async def _measure_login(attack: flood.Flood) -> None:
    figures = await flood.measure(attack, output=OUTPUT)
    results.keep(LATEST, "login", figures)
    print(flood.table(figures), flush=True)


async def _measure_intake() -> None:
    found = await intake.measure(intake.Load(), output=OUTPUT)
    results.keep(LATEST, "intake", found)
    print(goals.table(cast("dict[str, report.Json]", found["figures"])), flush=True)


async def _measure_rain() -> None:
    results.keep(LATEST, "rain", await rain.measure(output=OUTPUT))


async def _measure_documents() -> None:
    figures = await documents.measure()
    results.keep(LATEST, "documents", figures)
    print(goals.table(figures), flush=True)


async def _measure_portal() -> None:
    figures = await portal.measure(portal.Load(), output=OUTPUT)
    results.keep(LATEST, "portal", figures)
    print(goals.table(figures), flush=True)


async def _measure_sending(storm: SendingStorm) -> None:
    found = await sending.measure(storm, output=OUTPUT)
    results.keep(LATEST, "sending", found)
    print(sending.table(found), flush=True)


async def _measure_policies(load: imported_policies.Load) -> None:
    results.keep(LATEST, "policies", await imported_policies.measure(load, output=OUTPUT))


async def _measure(plan: Plan, processes: Processes) -> None:
    databases = Databases(processes.stack)
    try:
        processes.message_sinks.start()
        await restart_server(processes.stack)
        urls = await databases.create_prepared()
        await prepare(processes, storm=plan.storm, databases=urls)
        if plan.rounds:
            await _measure_rounds(plan, processes, databases)
        if plan.rates:
            await _measure_latency(plan, processes, databases)
        if plan.scenarios:
            await _measure_scenarios(plan, processes, databases)
        if plan.profile:
            await _profile(plan, processes, databases)
    finally:
        await processes.stop()


async def _measure_rounds(plan: Plan, processes: Processes, databases: Databases) -> None:
    drain_once = partial(drain, processes=processes, databases=databases)
    seconds = await _warm_up(plan, plan.pipelines, processes, databases)
    backlog = plan.storm.reports()
    rounds = [
        await measure_round(number, pipelines=plan.pipelines, backlog=backlog, drain=drain_once)
        for number in range(plan.rounds)
    ]
    warmed: dict[str, report.Json] = {"claims_of_each_pipeline": plan.warm_up_claims, "seconds": round(seconds, 1)}
    figures = report.summary(rounds) | {"claims": plan.storm.claims, "warm_up": warmed}
    is_whole = set(plan.pipelines) >= set(ALWAYS_MEASURED)
    results.keep(LATEST if is_whole else PARTIAL, "rounds", figures)
    print(report.table(figures), flush=True)


async def _warm_up(plan: Plan, pipelines: Sequence[Pipeline], processes: Processes, databases: Databases) -> float:
    warming = WarmUp(backlog=plan.storm.of(plan.warm_up_claims).reports(), seconds=plan.warm_up_seconds)
    drain_once = partial(drain, processes=processes, databases=databases)
    return await warm_up(warming, pipelines=pipelines, drain=drain_once)


async def _measure_latency(plan: Plan, processes: Processes, databases: Databases) -> None:
    figures: dict[str, report.Json] = {}
    curves = []
    for rate, pipeline in product(plan.rates, plan.with_latency):
        name = f"{rate.per_second:,} a second{_WITH[pipeline]}"
        print(f"latency at {name}: {rate.claims / rate.per_second:.0f} s of sending", flush=True)
        measured = await latency.measure(
            rate, pipeline=pipeline, processes=processes, databases=databases, storm=plan.storm
        )
        figures[name] = measured.figures()
        curves.append(
            Curve(
                label=name,
                milliseconds=measured.milliseconds,
                goals_ms=measured.goals_ms,
                is_floor=pipeline is Pipeline.RAW_FLOOR,
            )
        )
        print(latency.table({name: figures[name]}), flush=True)
    results.keep(LATEST, "latency", figures)
    LATENCY_PICTURE.write_text(draw(curves), encoding="utf-8")
    print(f"the distribution: {LATENCY_PICTURE}", flush=True)


async def _measure_scenarios(plan: Plan, processes: Processes, databases: Databases) -> None:
    figures: dict[str, report.Json] = {}
    for pipeline in plan.services:
        measuring = Scenarios(
            pipeline=pipeline, processes=processes, databases=databases, storm=plan.storm, sizes=plan.sizes
        )
        await _warm_up(plan, [pipeline], processes, databases)
        plain = [await measuring.plain()]
        measured: dict[str, dict[str, report.Json]] = {}
        for scenario in plan.scenarios:
            print(f"scenario {scenario}{_WITH[pipeline]}", flush=True)
            measured |= await measuring.measure(scenario)
        # Before and after: the machine may have become slower meanwhile.
        plain.append(await measuring.plain())
        figures[f"plain{_WITH[pipeline]}"] = {"claims": plan.sizes.claims, **report.of_pipeline(plain)}
        figures |= {f"{name}{_WITH[pipeline]}": scenarios.compared(each, plain) for name, each in measured.items()}
    results.keep(LATEST, "scenarios", figures)
    print(scenarios.table(figures), flush=True)


async def _profile(plan: Plan, processes: Processes, databases: Databases) -> None:
    if plan.py_spy is None:
        print("py-spy is not on the PATH: statements only", flush=True)
    speed = await profile(
        plan.storm.reports(), py_spy=plan.py_spy, directory=PROFILE, processes=processes, databases=databases
    )
    print(f"profile, {speed:.0f} claims/s while watched: {PROFILE}", flush=True)


if __name__ == "__main__":
    main()
