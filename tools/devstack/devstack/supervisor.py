"""Starts processes that cannot outlive the launcher, and remembers them for the next one."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self, TypedDict

from devstack import leash
from devstack.children import Child
from devstack.errors import DevstackError
from devstack.leftovers import (
    RUN_PREFIX,
    clean_dead_runs,
    load_container_remover,
    locked,
)
from devstack.processes import ProcessIdentity, identify
from devstack.run_record import ChildRecord, RunRecord
from devstack.temporary import make_temporary_directory, remove_orphans, remove_temporary_directory

# The kernel sends a child's death signal when the *thread* that started it ends, so one thread that
# lives as long as the launcher starts them all.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="devstack-spawner")


@dataclass(frozen=True)
class Account:
    """The user a process runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to start and how it ends.

    `death_signal` is sent when the launcher dies and when the process is discarded. With `talks` the launcher holds
    pipes to its standard input and output; otherwise both streams go to the log. A command in the `foreground` keeps
    the launcher's terminal and hears its Ctrl-C.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] | None = None
    account: Account | None = None
    death_signal: signal.Signals = signal.SIGKILL
    talks: bool = False
    foreground: bool = False
    log_path: Path | None = None
    working_directory: Path | None = None


class Supervisor:
    """Owner of every process, temporary directory and container of one launcher."""

    def __init__(self, *, state_dir: Path) -> None:
        self._state_dir = state_dir.absolute()
        self._children: list[Child] = []
        self._closing = False
        self._record_lock = threading.Lock()
        run_id = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.record = RunRecord(run_id=run_id, launcher=_myself())
        self.run_directory = self._state_dir / f"{RUN_PREFIX}{run_id}"

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Clear up after dead launchers and begin a run of our own."""
        with locked(self._state_dir):
            clean_dead_runs(self._state_dir)
            remove_orphans()
            self.run_directory.mkdir(parents=True, mode=0o700)
            self.record.write(self.run_directory)

    def describe(self, *, stack: str, environment: Mapping[str, str]) -> None:
        """Note what runs here and under which addresses, for `devstack status`."""
        with self._noting():
            self.record.stack = stack
            self.record.environment = dict(environment)

    def obey_down(self) -> None:
        """Let `devstack down` end this run."""
        with self._noting():
            self.record.obeys_down = True

    def note_container(self, name: str) -> None:
        """Note a container before it exists, so that it is removed whatever happens."""
        with self._noting():
            self.record.containers.append(name)

    def start(self, command: Command) -> Child:
        """Start a process in a session of its own, out of reach of the terminal's Ctrl-C."""
        return _SPAWNER.submit(self._spawn, command).result()

    def run(self, command: Command, *, deadline_seconds: float) -> str:
        """Run a command to its end and return its output; a failure carries the end of that output."""
        child = self.start(command)
        child.wait_success(deadline_seconds=deadline_seconds)
        self._children.remove(child)
        return child.log_text()

    def make_temporary_directory(self, purpose: str, *, account: Account | None = None, lasting: bool = False) -> Path:
        """Make a private directory that ends with the run; `lasting` asks for a real disk instead of memory."""
        name = f"{self.record.run_id}-{purpose}"
        directory = make_temporary_directory(name, owner=self.record.launcher, lasting=lasting)
        with self._noting():
            self.record.directories.append(str(directory))
        if account is not None:
            os.chown(directory, account.uid, account.gid)
        return directory

    def close(self) -> None:
        """End every process at once and remove every trace; safe to call again."""
        self._closing = True
        _SPAWNER.submit(int).result()
        for child in reversed(self._children):
            child.discard()
        for child in self._children:
            child.wait_discarded()
        self._children.clear()
        if self.record.containers:
            load_container_remover()(self.record.containers)
        for directory in self.record.directories:
            remove_temporary_directory(Path(directory))
        with locked(self._state_dir):
            shutil.rmtree(self.run_directory, ignore_errors=True)
            if not any(self._state_dir.iterdir()):
                self._state_dir.rmdir()

    def _spawn(self, command: Command) -> Child:
        if self._closing:
            raise DevstackError(f"{command.name} was not started because the stack is being stopped")
        log_path = command.log_path or self.run_directory / f"{command.name}.log"
        with log_path.open("ab") as log:
            process = subprocess.Popen(
                _on_leash(command),
                **_streams(command, log=log),
                env=None if command.environment is None else dict(command.environment),
                cwd=command.working_directory,
                start_new_session=not command.foreground,
            )
        child = Child(name=command.name, process=process, log_path=log_path, death_signal=command.death_signal)
        self._children.append(child)
        self._remember(command, pid=process.pid)
        return child

    def _remember(self, command: Command, *, pid: int) -> None:
        identity = identify(pid)
        if identity is None:
            return
        with self._noting():
            alive = [child for child in self.record.processes if child.identity.is_alive()]
            started = ChildRecord(name=command.name, identity=identity, command=tuple(command.arguments))
            self.record.processes = [*alive, started]

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        """Change the record and save it: the servers start at the same time and note things at the same time."""
        with self._record_lock:
            yield
            self.record.write(self.run_directory)


class _Streams(TypedDict):
    stdin: int | None
    stdout: IO[bytes] | int | None
    stderr: IO[bytes] | None


def _streams(command: Command, *, log: IO[bytes]) -> _Streams:
    if command.foreground:
        return {"stdin": None, "stdout": None, "stderr": None}
    if command.talks:
        return {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log}
    return {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}


def _on_leash(command: Command) -> list[str]:
    account = "-" if command.account is None else f"{command.account.uid}:{command.account.gid}"
    trampoline = [sys.executable, "-I", "-S", str(Path(leash.__file__))]
    return [*trampoline, str(os.getpid()), str(int(command.death_signal)), account, *command.arguments]


def _myself() -> ProcessIdentity:
    identity = identify(os.getpid())
    if identity is None:
        raise DevstackError("this machine has no /proc, which the devstack needs: run it on Linux")
    return identity
