"""Processes of a run: started on the stack's leash, ready when they say so, measured and ended."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.processor_time import cpu_microseconds
from devstack.process.command import Command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devstack.process.child import Child
    from devstack.stack import Stack

SCRIPTS = Path(sys.executable).parent
_READY_SECONDS = 90
_COMMAND_SECONDS = 120
_STOP_SECONDS = 25
_SERVERS = ("kafka", "postgres", "otlp-sink")


@dataclass(frozen=True, kw_only=True)
class Program:
    """One process that stays; it has said `ready` when it takes messages."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    ready: str


class RunFailedError(Exception):
    """A run that cannot be measured; the text tells what went wrong."""


@dataclass
class Processes:
    """What a pipeline runs on `stack`; what they say goes to `log_directory`."""

    stack: Stack
    log_directory: Path
    children: dict[str, Child] = field(default_factory=dict)

    async def run(self, name: str, *arguments: str, environment: Mapping[str, str]) -> None:
        """Run a command to its end; raise `RunFailedError` with the end of what it said."""
        child = self._spawn(name, *arguments, environment=environment)
        try:
            async with asyncio.timeout(_COMMAND_SECONDS):
                while child.is_running():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            child.kill()
        if child.reap() != 0:
            raise RunFailedError(f"{' '.join(arguments)} failed:\n{child.log_text()[-2_000:]}")

    def start(self, program: Program) -> None:
        """Start a process that stays."""
        self.children[program.name] = self._spawn(program.name, *program.arguments, environment=program.environment)

    async def wait_ready(self, program: Program) -> None:
        """Wait until it takes messages."""
        child = self.children[program.name]
        async with asyncio.timeout(_READY_SECONDS):
            while program.ready not in child.log_text():
                self.check_alive()
                await asyncio.sleep(0.05)

    def check_alive(self) -> None:
        """Raise `RunFailedError` when a process has ended by itself."""
        for name, child in self.children.items():
            if not child.is_running():
                raise RunFailedError(f"{name} has ended by itself:\n{child.log_text()[-2_000:]}")

    async def stop(self) -> None:
        """End every process and wait for it."""
        for child in self.children.values():
            if child.is_running():
                child.send(signal.SIGTERM)
        for child in self.children.values():
            await asyncio.to_thread(child.stop, grace_seconds=_STOP_SECONDS)
        self.children.clear()

    def cpu_microseconds(self) -> dict[str, int]:
        """Return what every process of the pipeline, and every server, has used so far."""
        servers = {
            record.name: record.identity.pid
            for record in self.stack.supervisor.record.processes
            if record.name in _SERVERS
        }
        pids = servers | {name: child.pid for name, child in self.children.items()}
        return {name: cpu_microseconds(pid) for name, pid in pids.items()}

    def _spawn(self, name: str, *arguments: str, environment: Mapping[str, str]) -> Child:
        self.log_directory.mkdir(parents=True, exist_ok=True)
        log_path = self.log_directory / f"{name}.log"
        log_path.unlink(missing_ok=True)
        inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        return self.stack.supervisor.start(
            Command(
                name=name,
                arguments=list(arguments),
                environment={**inherited, **environment},
                death_signal=signal.SIGTERM,
                log_path=log_path,
            )
        )
