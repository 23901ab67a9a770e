"""Starts processes that end with the launcher, and records what has to be cleaned up when the launcher is killed."""

import contextlib
import os
import secrets
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Self, TypedDict

from devstack.errors import DevstackError
from devstack.process.child import Child
from devstack.process.command import Account, Command
from devstack.process.identity import ProcessIdentity, identify
from devstack.process.parent_death import tied_to_this_process
from devstack.process.run_record import ChildRecord, RunRecord
from devstack.process.stale_runs import RUN_PREFIX, clean_up_stale_runs, locked, remove_resources
from devstack.process.temporary_directories import make_temporary_directory, remove_orphans

# The kernel sends the parent-death signal when the *thread* that started the child ends. Therefore one thread, which
# lives as long as the launcher, starts them all.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="devstack-spawner")


class Supervisor:
    """Owner of every process, temporary directory and container of one launcher."""

    def __init__(self, *, state_dir: Path) -> None:
        self._state_dir = state_dir.absolute()
        self._children: list[Child] = []
        self._closing = False
        self._record_lock = threading.Lock()
        run_id = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.record = RunRecord(run_id=run_id, launcher=_this_process())
        self.run_directory = self._state_dir / f"{RUN_PREFIX}{run_id}"

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Clean up after launchers that died and begin a run."""
        with locked(self._state_dir):
            clean_up_stale_runs(self._state_dir)
            remove_orphans()
            self.run_directory.mkdir(parents=True, mode=0o700)
            self.record.write(self.run_directory)

    def describe(self, *, stack: str, environment: Mapping[str, str]) -> None:
        """Record what runs here and under which addresses, for `devstack status`."""
        with self._recording():
            self.record.stack = stack
            self.record.environment = dict(environment)

    def allow_down(self) -> None:
        """Let `devstack down` end this run."""
        with self._recording():
            self.record.allows_down = True

    def note_container(self, name: str) -> None:
        """Record a container before it exists, so that it is removed even if the launcher dies in between."""
        with self._recording():
            self.record.containers.append(name)

    def start(self, command: Command) -> Child:
        """Start a process in a session of its own, where the terminal's Ctrl-C does not reach it."""
        return _SPAWNER.submit(self._add_child, command).result()

    def run(self, command: Command, *, deadline_seconds: float) -> str:
        """Run a command to its end and return its output; a failure carries the end of that output."""
        child = self.start(command)
        child.wait_success(deadline_seconds=deadline_seconds)
        self._children.remove(child)
        return child.log_text()

    def make_temporary_directory(self, purpose: str, *, account: Account | None = None, on_disk: bool = False) -> Path:
        """Make a private directory that is removed with the run; `on_disk` asks for a real disk instead of memory."""
        name = f"{self.record.run_id}-{purpose}"
        directory = make_temporary_directory(name, owner=self.record.launcher, on_disk=on_disk)
        with self._recording():
            self.record.directories.append(str(directory))
        if account is not None:
            os.chown(directory, account.uid, account.gid)
        return directory

    def close(self) -> None:
        """Kill every process and remove all they left; safe to call again."""
        self._closing = True
        # A process that is being started at this moment is in the list when the spawner comes to its next task.
        _SPAWNER.submit(int).result()
        for child in reversed(self._children):
            child.kill()
        for child in self._children:
            child.reap()
        self._children.clear()
        remove_resources(self.record)
        with locked(self._state_dir):
            shutil.rmtree(self.run_directory, ignore_errors=True)
            if not any(self._state_dir.iterdir()):
                self._state_dir.rmdir()

    # Children get their processes on the spawner's thread, so that `close` never misses one.

    def _add_child(self, command: Command) -> Child:
        process = self._spawn(command)
        log_path = self._log_path(command)
        child = Child(command=command, log_path=log_path, process=process, _spawn_again=self._spawn_again)
        self._children.append(child)
        return child

    def _spawn_again(self, child: Child) -> None:
        _SPAWNER.submit(lambda: child.replace_process(self._spawn(child.command))).result()

    def _spawn(self, command: Command) -> subprocess.Popen[bytes]:
        if self._closing:
            raise DevstackError(f"{command.name} was not started because the stack is being stopped")
        account = None if command.account is None else (command.account.uid, command.account.gid)
        with self._log_path(command).open("ab") as log:
            process = subprocess.Popen(
                tied_to_this_process(command.arguments, death_signal=command.death_signal, account=account),
                **_streams(command, log=log),
                env=None if command.environment is None else dict(command.environment),
                cwd=command.working_directory,
                start_new_session=not command.foreground,
            )
        self._record_process(command, pid=process.pid)
        return process

    def _log_path(self, command: Command) -> Path:
        return command.log_path or self.run_directory / f"{command.name}.log"

    def _record_process(self, command: Command, *, pid: int) -> None:
        identity = identify(pid)
        if identity is None:
            return
        with self._recording():
            alive = [child for child in self.record.processes if child.identity.is_alive()]
            started = ChildRecord(name=command.name, identity=identity, command=tuple(command.arguments))
            self.record.processes = [*alive, started]

    @contextlib.contextmanager
    def _recording(self) -> Iterator[None]:
        """Change the record and write it; locked, because servers start at the same time."""
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
    if command.has_pipes:
        return {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log}
    return {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}


def _this_process() -> ProcessIdentity:
    identity = identify(os.getpid())
    if identity is None:
        raise DevstackError("this machine has no /proc, which the devstack needs: run it on Linux")
    return identity
