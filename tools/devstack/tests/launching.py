"""Starts `devstack` as its users do, and looks for what it leaves behind."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack.process.run_record import RunRecord
from devstack.process.stale_runs import runs
from devstack.process.temporary_directories import MEMORY, PREFIX
from devstack.waiting import wait_until

START_SECONDS = 60
ADDRESSES = ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL")


@contextmanager
def devstack(*arguments: str, state_dir: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if name not in ADDRESSES}
    command, *rest = arguments
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack", command, "--dir", str(state_dir), *rest],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def started_run(state_dir: Path) -> RunRecord:
    """Record of the stack in `state_dir`, once it is up."""
    assert wait_until(lambda: any(record.allows_down for _, record in runs(state_dir)), deadline_seconds=START_SECONDS)
    [(_, record)] = runs(state_dir)
    return record


def temporary_directories(record: RunRecord) -> list[Path]:
    roots = (Path(tempfile.gettempdir()), MEMORY)
    return [path for root in roots for path in root.glob(f"{PREFIX}{record.run_id}*")]


def all_ended(record: RunRecord) -> bool:
    """Whether every process of the run, and what these started, has ended."""
    if any(child.identity.is_alive() for child in record.processes):
        return False
    return not any(directory in line for line in _command_lines() for directory in record.directories)


def _command_lines() -> Iterator[str]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                yield (entry / "cmdline").read_text(encoding="utf-8", errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
