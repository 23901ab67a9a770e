"""Faults 13, 15, 16 and 18: a full disk, a replay from the beginning, a long outbox, a restored backup."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from devstack.errors import DevstackError
from devstack.postgres.binaries import server_account
from devstack.postgres.server import Postgres
from drill.checker import databases, look
from drill.checker.invariants import Violation, a_replay_changed
from drill.platform.services import SERVICES
from drill.report import Entry
from drill.run import Drill

_ROOM_BYTES = 96 * 1_048_576
_FULL_SECONDS = 12.0
_MOVE_SECONDS = 1.0
_SETTLE_SECONDS = 2.0
_ROOTS = "claims.proof-root.v1"
_ROWS = f"""
    INSERT INTO messaging.outbox (id, aggregatetype, aggregateid, type, payload, occurred_at)
    SELECT gen_random_uuid(), '{_ROOTS}', 'drill-' || number % 100, 'nl.waterschade.{_ROOTS}',
           convert_to('{{"drill": ' || number || '}}', 'UTF8'), now()
      FROM generate_series(1, $1::integer) AS number
"""  # noqa: S608 - our own names
_RESTORED = frozenset({"I2", "I4", "I5", "I9", "I11"})


@dataclass(frozen=True, kw_only=True)
class DiskFull:
    """The disk of PostgreSQL has no room left, and is given some again."""

    number: str = "13"
    name: str = "the disk of PostgreSQL is full"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        server = _postgres(drill)
        async with _on_small_disk(drill, server) as disk:
            ballast = disk / "ballast"
            _fill(ballast)
            began = time.monotonic()
            entry.done.append(
                f"{disk} has {shutil.disk_usage(disk).free} bytes left, {ballast.stat().st_size} of ballast"
            )
            seen = await _until_refused(drill, entry)
            ballast.unlink()
            entry.done.append(
                f"full for {time.monotonic() - began:.1f} s: {seen}; PostgreSQL runs: {server.is_running()}"
            )
            if not server.is_running():
                await asyncio.to_thread(server.start)
                entry.done.append("PostgreSQL was started again, without a statement by hand")
            await drill.services.ready(*SERVICES)
            entry.done.append(f"every service ready with {shutil.disk_usage(disk).free} bytes free")


@dataclass(frozen=True, kw_only=True)
class Replay:
    """Every consumer begins again at the first record that there is."""

    number: str = "15"
    name: str = "everything is consumed again from the beginning"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        services = drill.services
        await asyncio.sleep(drill.scale.lasts_seconds + _SETTLE_SECONDS)
        await _until_nothing_moves(drill)
        await _restart_all(drill)  # timers that fire at a start have then had their say about everything
        before, sent = await databases.fingerprints(services.databases), await drill.look()
        await services.stop()
        for service in SERVICES:
            moved = await _execute(
                services.databases[service], "UPDATE messaging.consumer_position SET next_offset = 0"
            )
            entry.done.append(f"{service}: {moved} positions set to 0")
        await _restart_all(drill)
        after, again = await databases.fingerprints(services.databases), await drill.look()
        entry.violations = [Violation("I12", what) for what in a_replay_changed(sent, again, tables=(before, after))]
        entry.done.append(f"{len(before)} tables hashed before and after")


@dataclass(frozen=True, kw_only=True)
class LongOutbox:
    """Many events wait in one outbox while claims go on."""

    rows: int
    number: str = "16"

    @property
    def name(self) -> str:
        return f"{self.rows:,} events wait in the outbox of claims-svc"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        url, began = drill.services.databases["claims-svc"], time.monotonic()
        await _execute(url, _ROWS, self.rows)
        await _execute(url, "NOTIFY outbox")
        inserted = time.monotonic()
        while True:
            (left,) = await databases.rows(
                url,
                f"SELECT count(*) AS rows FROM messaging.outbox WHERE aggregatetype = '{_ROOTS}'",  # noqa: S608
            )
            if not left["rows"]:
                break
            await asyncio.sleep(0.2)
        seconds = time.monotonic() - inserted
        entry.done.append(
            f"inserted in {inserted - began:.1f} s, drained in {seconds:.1f} s: {self.rows / seconds:,.0f} a second"
        )


@dataclass(frozen=True, kw_only=True)
class OlderBackup:
    """PostgreSQL comes back as it was before the reports that Kafka has: they are consumed again."""

    number: str = "18"
    name: str = "PostgreSQL is restored from a backup older than Kafka"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        server, services = _postgres(drill), drill.services
        entry.documented = _RESTORED
        entry.done.append("documented as lost (docs/runbooks/restore.md): what had left is made and told again")
        account = server_account()
        backup = drill.world.stack.supervisor.make_temporary_directory("backup", account=account) / "data"
        await asyncio.to_thread(
            server.run_program, "pg_basebackup", f"--pgdata={backup}", "--checkpoint=fast", "--wal-method=stream"
        )
        claims = "SELECT count(*) AS claims FROM claim"
        (then,) = await databases.rows(services.databases["claims-svc"], claims)
        await asyncio.sleep(drill.scale.lasts_seconds / 2)
        (lost,) = await databases.rows(services.databases["claims-svc"], claims)
        await asyncio.to_thread(server.kill)
        server.continue_from(backup)
        await asyncio.to_thread(server.start)
        entry.done.append(f"restored from {lost['claims']} claims to about the {then['claims']} of the backup")
        for service in SERVICES:
            with suppress(DevstackError):
                await services.command(service, "restored", "look")
        await services.ready(*SERVICES)
        (again,) = await databases.rows(services.databases["claims-svc"], claims)
        entry.done.append(f"every service ready with {again['claims']} claims, and consuming again")


def can_mount() -> str:
    """Return why no small disk can be mounted here; empty when one can."""
    with tempfile.TemporaryDirectory(prefix="drill-disk-") as directory:
        mounted = subprocess.run(_mount(Path(directory), 1_048_576), capture_output=True, text=True, check=False)
        if mounted.returncode:
            return mounted.stderr.strip() or "mount failed"
        subprocess.run(["umount", directory], check=True)
    return ""


def _mount(directory: Path, size: int) -> list[str]:
    return ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(directory)]


@asynccontextmanager
async def _on_small_disk(drill: Drill, server: Postgres) -> AsyncIterator[Path]:
    """Let PostgreSQL work on a disk with little room, and move it back afterwards."""
    (row,) = await databases.rows(drill.world.stack.database_url, "SHOW data_directory")
    data = Path(row["data_directory"])
    disk = Path(tempfile.mkdtemp(prefix="drill-disk-"))
    await asyncio.to_thread(server.stop)
    _mount_for(data, disk)
    try:
        await _move(data, disk / "data", server)
        await asyncio.to_thread(server.start)
        yield disk
    finally:
        await asyncio.to_thread(server.stop)
        shutil.rmtree(data)
        await _move(disk / "data", data, server)
        await asyncio.to_thread(server.start)
        _unmount(disk)


def _mount_for(data: Path, disk: Path) -> None:
    size = sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
    subprocess.run(_mount(disk, size + _ROOM_BYTES), check=True)


def _unmount(disk: Path) -> None:
    subprocess.run(["umount", str(disk)], check=True)
    disk.rmdir()


async def _move(source: Path, target: Path, server: Postgres) -> None:
    await asyncio.to_thread(subprocess.run, ["cp", "-a", str(source), str(target)], check=True)
    server.continue_from(target)


def _fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 65_536)
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(b"\0")


async def _until_refused(drill: Drill, entry: Entry) -> str:
    """Write until PostgreSQL says that it cannot; return what it says."""
    deadline, url = time.monotonic() + _FULL_SECONDS, drill.services.databases["policy-svc"]
    said = "nothing was refused"
    while time.monotonic() < deadline:
        try:
            await _execute(
                url, "CREATE TABLE IF NOT EXISTS ballast AS SELECT repeat('x', 2000) FROM generate_series(1, 5000)"
            )
            await _execute(url, "DROP TABLE IF EXISTS ballast")
        except (asyncpg.PostgresError, OSError) as error:
            said = f"{type(error).__name__}: {error}".splitlines()[0]
        await asyncio.sleep(_MOVE_SECONDS)
    if said.startswith("nothing"):
        entry.failure = "the disk was full, and PostgreSQL did not notice"
    return said


async def _restart_all(drill: Drill) -> None:
    await drill.services.stop()
    for service in SERVICES:
        drill.services.start(service)
    await drill.services.ready(*SERVICES)
    await _until_nothing_moves(drill)


def _postgres(drill: Drill) -> Postgres:
    server = drill.world.stack.postgres
    assert isinstance(server, Postgres)  # noqa: S101 - of both kinds of stack that the drill uses
    return server


async def _until_nothing_moves(drill: Drill) -> None:
    await look.until_nothing_moves(
        urls=drill.services.databases,
        reader=drill.reader,
        longest_seconds=drill.scale.longest_seconds,
    )


async def _execute(url: str, statement: str, *arguments: object) -> str:
    connection = await asyncpg.connect(url)
    try:
        status: str = await connection.execute(statement, *arguments)
        return status.rpartition(" ")[2]
    finally:
        await connection.close()
