"""The pipelines: what each of them starts, on which databases."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import asyncpg

from bench import floor, frameless, notify_service
from demo.input_files import DATA
from devstack.process.programs import Program, console_script

OUTPUT = Path("build/bench")
POLICIES = OUTPUT / "policies.jsonl"
KNMI_HOURS = [*sorted((DATA / "knmi").glob("hours_2021-07-*.txt")), DATA / "knmi" / "hours_of_other_storms.txt"]
"""The committed figures of the storm and the weeks before it."""
_FILES = {"claims-svc": [POLICIES], "weather-svc": KNMI_HOURS, "notify-svc": []}
"""What a process without prepared tables reads."""
_NO_CALLERS = {"API_ISSUER": "http://127.0.0.1:1", "API_JWKS_URL": "http://127.0.0.1:1/jwks.json"}
"""For an API that asks for tokens, where nobody comes with one and `environment` names no issuer."""
_OWN_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "notify-svc": notify_service.SETTINGS,
    "policy-svc": {
        "INSURER_PHONE": "088 123 45 67",
        "INSURER_ADDRESS": "Postbus 1, 1000 AA Amsterdam",
        "INSURER_CODE": "0421",
    },
}
STAGES = ("notify-svc", "weather-svc", "claims-svc")
"""The order of starting: when the first claim is opened, every process after it is ready."""


class Pipeline(StrEnum):
    """What is measured."""

    DRAIN = "drain"
    NULL_SENDERS = "null_senders"
    FRAMELESS = "frameless"
    RAW_FLOOR = "raw_floor"

    @property
    def runs_services(self) -> bool:
        """Whether the services themselves run, chassis and all."""
        return self in (Pipeline.DRAIN, Pipeline.NULL_SENDERS)

    @property
    def outbox(self) -> str:
        """The table of what has not been sent yet."""
        if self.runs_services:
            return "messaging.outbox"
        return "bare.outbox" if self is Pipeline.FRAMELESS else "outbox"

    @property
    def is_prepared(self) -> bool:
        """Whether it works on the services' own tables."""
        return self is not Pipeline.RAW_FLOOR


ALWAYS_MEASURED = (Pipeline.DRAIN, Pipeline.FRAMELESS, Pipeline.RAW_FLOOR)


def programs(pipeline: Pipeline, *, environment: Mapping[str, str], databases: Mapping[str, str]) -> list[Program]:
    """Return the processes of `pipeline`, in the order in which they are started."""
    if not pipeline.runs_services:
        return [_module(pipeline, stage, environment=environment, database_url=databases[stage]) for stage in STAGES]
    services = {
        stage: service_program(
            stage, environment=service_environment(stage, environment=environment, database_url=databases[stage])
        )
        for stage in STAGES
    }
    if pipeline is Pipeline.NULL_SENDERS:
        services["notify-svc"] = notify_service.with_null_senders(services["notify-svc"])
    return list(services.values())


def service_environment(service: str, *, environment: Mapping[str, str], database_url: str) -> dict[str, str]:
    """Return the environment of a service: what any deployment would give it."""
    return {**_NO_CALLERS, **environment, "DATABASE_URL": database_url, **_OWN_SETTINGS.get(service, {})}


def service_program(service: str, *, environment: Mapping[str, str]) -> Program:
    """Return a service as it is deployed."""
    return Program(
        name=service,
        arguments=[str(console_script(service)), "run"],
        environment=environment,
        is_ready=lambda output: '"event": "service.started"' in output,
    )


def _module(pipeline: Pipeline, stage: str, *, environment: Mapping[str, str], database_url: str) -> Program:
    package = {Pipeline.FRAMELESS: "frameless", Pipeline.RAW_FLOOR: "floor"}[pipeline]
    return Program(
        name=stage,
        arguments=[sys.executable, "-m", f"bench.{package}.{stage.removesuffix('-svc')}", *map(str, _FILES[stage])],
        environment={
            "KAFKA_BOOTSTRAP_SERVERS": environment["KAFKA_BOOTSTRAP_SERVERS"],
            "DATABASE_URL": database_url,
        },
        is_ready=lambda output: "ready" in output,
    )


async def create_tables(pipeline: Pipeline, *, databases: Mapping[str, str]) -> None:
    """Add the tables that `pipeline` has besides those of its databases."""
    if pipeline.runs_services:
        return
    for stage in STAGES:
        connection = await asyncpg.connect(databases[stage])
        try:
            await connection.execute(frameless.SCHEMA if pipeline is Pipeline.FRAMELESS else floor.SCHEMA[stage])
        finally:
            await connection.close()
