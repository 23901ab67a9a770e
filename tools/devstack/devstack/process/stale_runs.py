"""Clean-up after a launcher that died: its processes, temporary directories and containers."""

import contextlib
import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from devstack.process.identity import command_line
from devstack.process.run_record import ChildRecord, RunRecord
from devstack.process.temporary_directories import remove_temporary_directory
from devstack.process.watchdog import descendants
from devstack.waiting import wait_until

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
    """Every run recorded in `state_dir`, stale or not, with its directory."""
    directories = sorted(state_dir.glob(f"{RUN_PREFIX}*"))
    return [(directory, record) for directory in directories if (record := RunRecord.read(directory)) is not None]


def clean_up_stale_runs(state_dir: Path) -> list[str]:
    """Clean up after every launcher that has ended; return the ids of their runs. The caller holds the lock."""
    stale = [(directory, record) for directory, record in runs(state_dir) if not record.launcher.is_alive()]
    for directory, record in stale:
        clean_up(directory, record)
    return [record.run_id for _, record in stale]


def clean_up(run_directory: Path, record: RunRecord) -> None:
    """End what the run left running and remove what it left on disk."""
    end_processes(record.processes)
    remove_resources(record)
    shutil.rmtree(run_directory, ignore_errors=True)


def remove_resources(record: RunRecord) -> None:
    """Remove the containers and temporary directories of a run."""
    if record.containers:
        # Docker's client takes longer to load than the rest of the devstack, and few runs have containers.
        from devstack.process.docker_client import remove_containers  # noqa: PLC0415 - see above

        remove_containers(record.containers)
    for directory in record.directories:
        remove_temporary_directory(Path(directory))


def end_processes(children: list[ChildRecord]) -> None:
    """Kill the recorded processes that still run; a process that merely has the same pid is left alone.

    What they started is killed before them: a watchdog that is killed ends nothing any more.
    """
    alive = [child for child in children if _is_the_recorded_process(child)]
    for child in alive:
        for pid in descendants(child.identity.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        child.identity.send(signal.SIGKILL)
    wait_until(lambda: not any(child.identity.is_alive() for child in alive), deadline_seconds=10)


def _is_the_recorded_process(child: ChildRecord) -> bool:
    # Any argument may be the program: until it has become the command, the process is a Python that runs a script.
    # While it becomes another program, it has no arguments that anybody can read.
    started_with = command_line(child.identity.pid)
    programs = {Path(part).name for part in started_with}
    return child.identity.is_alive() and (not programs or Path(child.command[0]).name in programs)
