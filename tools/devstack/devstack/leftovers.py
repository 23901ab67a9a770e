"""Clears up what a dead launcher left behind: processes, temporary directories, containers."""

import contextlib
import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from devstack.processes import command_line, wait_until
from devstack.run_record import ChildRecord, RunRecord
from devstack.temporary import remove_temporary_directory

RUN_PREFIX = "run-"


@contextlib.contextmanager
def locked(state_dir: Path) -> Iterator[None]:
    """Hold the state directory for one launcher at a time."""
    state_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def runs(state_dir: Path) -> list[tuple[Path, RunRecord]]:
    """Every run recorded in `state_dir`, the living and the dead."""
    directories = sorted(state_dir.glob(f"{RUN_PREFIX}*"))
    return [(directory, record) for directory in directories if (record := RunRecord.read(directory)) is not None]


def clean_dead_runs(state_dir: Path) -> list[str]:
    """Clear up after every launcher that is no more; return their run ids. The caller holds the lock."""
    dead = [(directory, record) for directory, record in runs(state_dir) if not record.launcher.is_alive()]
    for directory, record in dead:
        clear(directory, record)
    return [record.run_id for _, record in dead]


def clear(run_directory: Path, record: RunRecord) -> None:
    """End what the run left running and remove what it left on disk."""
    end_processes(record.processes)
    if record.containers:
        load_container_remover()(record.containers)
    for directory in record.directories:
        remove_temporary_directory(Path(directory))
    shutil.rmtree(run_directory, ignore_errors=True)


def load_container_remover() -> Callable[[Sequence[str]], None]:
    """Return the function that removes containers by name; it comes with Docker's client, which loads slowly."""
    from devstack.docker_stack import remove_containers  # noqa: PLC0415 - see above

    return remove_containers


def end_processes(children: list[ChildRecord]) -> None:
    """Kill the recorded processes that still run; a process that merely has the same pid is left alone."""
    alive = [child for child in children if _is_the_recorded_process(child)]
    for child in alive:
        child.identity.send(signal.SIGKILL)
    wait_until(lambda: not any(child.identity.is_alive() for child in alive), deadline_seconds=10)


def _is_the_recorded_process(child: ChildRecord) -> bool:
    started_with = command_line(child.identity.pid)
    return child.identity.is_alive() and Path(child.command[0]).name in {Path(part).name for part in started_with}
