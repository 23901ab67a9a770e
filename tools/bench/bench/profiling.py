"""Drains under observation: raw stacks and flame graphs of the services, and PostgreSQL's statements by their time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGINT
from types import MappingProxyType

import asyncpg

from bench.databases import Databases, restart_server
from bench.drain import drain
from bench.pipelines import STAGES, Pipeline
from bench.processes import Processes
from contracts.envelope import Message
from devstack.process.child import Child
from devstack.process.command import Command
from devstack.stack import Stack

_SAMPLES_A_SECOND = 99
_WRITE_SECONDS = 60
_FORMATS = MappingProxyType({"raw": "txt", "flamegraph": "svg"})
_STATEMENTS = """
    SELECT datname, calls, rows, plan_time, exec_time, wal_bytes, query
      FROM (SELECT dbid, calls, rows, total_plan_time AS plan_time, total_exec_time AS exec_time, wal_bytes, query
              FROM pg_stat_statements) AS statement
      JOIN pg_database ON oid = dbid
     WHERE datname LIKE 'bench\\_%'
     ORDER BY plan_time + exec_time DESC LIMIT 100
"""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What PostgreSQL did for one statement, all its executions together. Times in milliseconds."""

    database: str
    calls: int
    rows: int
    plan_ms: float
    execute_ms: float
    wal_bytes: int
    text: str


async def profile(
    backlog: Sequence[Message], *, py_spy: str | None, directory: Path, processes: Processes, databases: Databases
) -> float:
    """Drain `backlog` under observation and write what was seen to `directory`, which is there; return claims a second.

    Without `py_spy` there are no stacks. The server keeps `pg_stat_statements` until it is stopped.
    """
    await _rank_statements(processes.stack)
    drain_once = partial(drain, Pipeline.DRAIN, backlog, processes=processes, databases=databases)
    if py_spy is None:
        run = await drain_once()
    else:
        # A drain for each, because one observer of a process slows it less than two.
        await drain_once(watch=_stacks(processes, py_spy=py_spy, form="raw", directory=directory))
        run = await drain_once(watch=_stacks(processes, py_spy=py_spy, form="flamegraph", directory=directory))
    # The statements of the last one: those of databases that are gone are left out.
    statements = await _statements(processes.stack)
    (directory / "statements.txt").write_text(ranked(statements, claims=len(backlog)), encoding="utf-8")
    return run.claims_per_second


async def _rank_statements(stack: Stack) -> None:
    await restart_server(stack, {"shared_preload_libraries": "pg_stat_statements"})
    administrator = await asyncpg.connect(stack.database_url)
    try:
        await administrator.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await administrator.execute("ALTER SYSTEM SET pg_stat_statements.track_planning = on")
        await administrator.execute("SELECT pg_reload_conf()")
    finally:
        await administrator.close()


@asynccontextmanager
async def _stacks(processes: Processes, *, py_spy: str, form: str, directory: Path) -> AsyncIterator[None]:
    """Record the stacks of the services."""
    spies = [_spy(processes, py_spy, service, form, directory / f"{service}.{_FORMATS[form]}") for service in STAGES]
    try:
        yield
    finally:
        stopping = (asyncio.to_thread(spy.stop, signal_number=SIGINT, grace_seconds=_WRITE_SECONDS) for spy in spies)
        await asyncio.gather(*stopping)


def _spy(processes: Processes, py_spy: str, service: str, form: str, path: Path) -> Child:
    watched = ["--pid", str(processes.children[service].pid), "--rate", str(_SAMPLES_A_SECOND)]
    command = [py_spy, "record", *watched, "--duration", "unlimited", "--format", form, "--output", str(path)]
    return processes.supervisor.start(
        Command(name=f"py-spy-{service}-{form}", arguments=command, log_path=path.with_suffix(f".{form}.log"))
    )


async def _statements(stack: Stack) -> list[Statement]:
    administrator = await asyncpg.connect(stack.database_url)
    try:
        rows = await administrator.fetch(_STATEMENTS)
    finally:
        await administrator.close()
    return [
        Statement(
            database=row["datname"],
            calls=row["calls"],
            rows=row["rows"],
            plan_ms=row["plan_time"],
            execute_ms=row["exec_time"],
            wal_bytes=int(row["wal_bytes"]),
            text=row["query"],
        )
        for row in rows
    ]


def ranked(statements: Sequence[Statement], *, claims: int) -> str:
    """Return a line for each statement, with its costs a claim."""
    lines = ["µs/claim  of it planned  calls    rows/call  WAL B/claim  database  statement"]
    lines += [
        f"{(one.plan_ms + one.execute_ms) * 1_000 / claims:8.1f}  {one.plan_ms * 1_000 / claims:13.1f}  "
        f"{one.calls:7}  {one.rows / one.calls:9.1f}  {one.wal_bytes / claims:11.0f}  "
        f"{one.database}  {' '.join(one.text.split())}"
        for one in statements
    ]
    return "\n".join(lines) + "\n"
