"""The three pipelines: what each of them starts, on which databases."""

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
KNMI_HOURS = sorted((DATA / "knmi").glob("hours_*.txt"))
"""The committed figures."""
_FILES = {"claims-svc": [POLICIES], "weather-svc": KNMI_HOURS, "notify-svc": []}
"""What a process without prepared tables reads."""
STAGES = ("notify-svc", "weather-svc", "claims-svc")
"""The order of starting: when the first claim is opened, every process after it is ready."""


class Pipeline(StrEnum):
    """What is measured."""

    DRAIN = "drain"
    FRAMELESS = "frameless"
    RAW_FLOOR = "raw_floor"

    @property
    def outbox(self) -> str:
        """The table of what has not been sent yet."""
        return {"drain": "messaging.outbox", "frameless": "bare.outbox", "raw_floor": "outbox"}[self]

    @property
    def is_prepared(self) -> bool:
        """Whether it works on the services' own tables."""
        return self is not Pipeline.RAW_FLOOR


def programs(pipeline: Pipeline, *, environment: Mapping[str, str], databases: Mapping[str, str]) -> list[Program]:
    """Return the processes of `pipeline`, in the order in which they are started."""
    return [
        service_program(
            stage,
            environment=service_environment(stage, environment=environment, database_url=databases[stage]),
        )
        if pipeline is Pipeline.DRAIN
        else _module(pipeline, stage, environment=environment, database_url=databases[stage])
        for stage in STAGES
    ]


def service_environment(service: str, *, environment: Mapping[str, str], database_url: str) -> dict[str, str]:
    """Return the environment of a service: what any deployment would give it."""
    own = notify_service.SETTINGS if service == "notify-svc" else {}
    return {**environment, "DATABASE_URL": database_url, **own}


def service_program(service: str, *, environment: Mapping[str, str]) -> Program:
    """Return a service as it is deployed; only notify-svc has transports of the bench, see `notify_service`."""
    own_entry = [sys.executable, "-m", notify_service.__name__]
    command = own_entry if service == "notify-svc" else [str(console_script(service))]
    return Program(
        name=service,
        arguments=[*command, "run"],
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
    if pipeline is Pipeline.DRAIN:
        return
    for stage in STAGES:
        connection = await asyncpg.connect(databases[stage])
        try:
            await connection.execute(frameless.SCHEMA if pipeline is Pipeline.FRAMELESS else floor.SCHEMA[stage])
        finally:
            await connection.close()
