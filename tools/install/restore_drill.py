"""Restore every database to a moment before an accident, and say how long it took and what came back.

A PostgreSQL of its own archives its log. All services' databases are migrated, policies are imported, a backup is made,
more policies are imported, and then all are deleted by mistake. The backup and the archived log bring back the moment
before: nothing that was committed by then may be missing, and nothing of the accident may be there.
"""

import asyncio
import os
import secrets
import subprocess
import sys
import time
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from chassis.migrations.runner import migrate
from demo.input_files import DATA
from demo.platform import SERVICES
from devstack.postgres.binaries import server_account
from devstack.postgres.databases import create_database
from devstack.postgres.server import Postgres
from devstack.process.programs import console_script
from devstack.process.supervisor import Supervisor

LONGEST_SECONDS = 120.0
POLICIES = "SELECT count(*) FROM policy"
DONE, FAILED = 0, 1


def run_service(service: str, *arguments: str, url: str) -> str:
    """Run a command of a service on its database; return what it printed."""
    variables = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "LOG_LEVEL": "warning"}
    command = [str(console_script(service)), *arguments]
    return subprocess.run(command, check=True, env=variables, capture_output=True, text=True).stdout


async def migrate_database(service: str, url: str) -> bool:
    """Apply what the database lacks of the service's migrations; return whether it lacked any."""
    spec = find_spec(service.replace("-", "_"))
    assert spec is not None  # noqa: S101 - it is installed, or nothing of this would be
    assert spec.origin is not None  # noqa: S101
    connection = await asyncpg.connect(url)
    try:
        return bool(await migrate(connection, directory=Path(spec.origin).parent / "migrations"))
    finally:
        await connection.close()


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def until(url: str, query: str, *, what: str) -> None:
    """Wait until `query` is true."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not await ask(url, query):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {LONGEST_SECONDS:.0f} s: {what}")
        await asyncio.sleep(0.1)


class Drill:
    """One server with its archive and its backup, below `directory`, which the server's account owns."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._account = server_account()
        directory = supervisor.make_temporary_directory("restore", account=self._account)
        self._archive, self._backup = directory / "archive", directory / "backup"
        self._archive.mkdir()
        self._give(self._archive)
        archiving = ("archive_mode=on", f"archive_command=test ! -f {self._archive}/%f && cp %p {self._archive}/%f")
        self._server = Postgres(supervisor=supervisor, settings=archiving)
        self.urls: dict[str, str] = {}

    @property
    def admin_url(self) -> str:
        return self._server.database_url

    async def make_databases(self) -> None:
        self._server.start()
        for service in SERVICES:
            name = service.removesuffix("-svc")
            password = secrets.token_hex(16)
            self.urls[service] = await create_database(
                admin_url=self.admin_url, name=name, role=name, password=password
            )
            await migrate_database(service, self.urls[service])

    def back_up(self) -> None:
        """Copy all of the server while it works, and have the copy verified."""
        self._server.run_program(
            "pg_basebackup", f"--pgdata={self._backup}", "--checkpoint=fast", "--wal-method=none", "--no-sync"
        )
        self._server.run_program("pg_verifybackup", "--no-parse-wal", str(self._backup))

    async def lose_all(self) -> None:
        """Delete every policy, have that archived as well, and lose the server."""
        await ask(self.urls["policy-svc"], "TRUNCATE policy CASCADE")
        segment = await ask(self.admin_url, "SELECT pg_walfile_name(pg_switch_wal())")
        is_archived = f"SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver"  # noqa: S608 - of the server
        await until(self.admin_url, is_archived, what="the log is archived")
        self._server.kill()

    async def restore(self, moment: datetime) -> float:
        """Bring back the moment; return how many seconds that took."""
        began = time.monotonic()
        with (self._backup / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
            file.write(f"restore_command = 'cp {self._archive}/%f %p'\n")
            file.write(f"recovery_target_time = '{moment.isoformat()}'\n")
            file.write("recovery_target_action = 'promote'\n")
        (self._backup / "recovery.signal").touch()
        self._give(self._backup / "recovery.signal")
        self._server.continue_from(self._backup)
        self._server.start()
        await until(self.admin_url, "SELECT NOT pg_is_in_recovery()", what="the moment is there")
        return time.monotonic() - began

    def _give(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.uid, self._account.gid)


async def drill(supervisor: Supervisor) -> int:
    """Go through the accident; return the exit code."""
    one = Drill(supervisor)
    await one.make_databases()
    url = one.urls["policy-svc"]
    first, late = sorted((DATA / "policies").glob("*.jsonl"))[:2]
    run_service("policy-svc", "import", str(first), url=url)
    in_backup = await ask(url, POLICIES)
    one.back_up()
    run_service("policy-svc", "import", str(late), url=url)
    at_moment, moment = await ask(url, POLICIES), await ask(url, "SELECT clock_timestamp()")
    assert isinstance(moment, datetime)  # noqa: S101 - so the function says
    await one.lose_all()
    print(f"{in_backup} policies in the backup, {at_moment} at {moment.isoformat()}; then all were deleted.")
    seconds = await one.restore(moment)
    restored = await ask(url, POLICIES)
    lacking = [service for service in SERVICES if await migrate_database(service, one.urls[service])]
    is_right = restored == at_moment != in_backup and not lacking
    print(f"{restored} policies after {seconds:.1f} s; databases that lack migrations: {', '.join(lacking) or 'none'}.")
    print("Restored to the moment." if is_right else "NOT restored to the moment.")
    return DONE if is_right else FAILED


def main() -> int:
    """Return 0 when the moment came back whole, else 1."""
    with TemporaryDirectory(prefix="restore-drill-") as state, Supervisor(state_dir=Path(state)) as supervisor:
        return asyncio.run(drill(supervisor))


if __name__ == "__main__":
    sys.exit(main())
