"""The programs of a run, started on a stack and measured."""

from __future__ import annotations

from pathlib import Path

from bench.processor_time import cpu_microseconds
from devstack.process.programs import Programs
from devstack.stack import Stack

_SERVERS = ("kafka", "postgres", "otlp-sink")


class RunFailedError(Exception):
    """A run that cannot be measured; the message is what went wrong."""


class Processes(Programs):
    """What a pipeline runs on `stack`; the output goes to `log_directory`."""

    def __init__(self, stack: Stack, log_directory: Path) -> None:
        super().__init__(stack.supervisor, log_directory)
        self.stack = stack

    def cpu_microseconds(self) -> dict[str, int]:
        """Return what every process of the pipeline, and every server, has used so far."""
        servers = {
            record.name: record.identity.pid
            for record in self.stack.supervisor.record.processes
            if record.name in _SERVERS
        }
        pids = servers | {name: child.pid for name, child in self.children.items()}
        return {name: cpu_microseconds(pid) for name, pid in pids.items()}
