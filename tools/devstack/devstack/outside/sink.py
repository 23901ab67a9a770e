"""A stand-in server in a process of its own."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from devstack.process.child import Child
from devstack.process.command import Command
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.supervisor import Supervisor

START_SECONDS = 30
STOP_SECONDS = 5


class Sink:
    """Runs `devstack.outside.<module>` on a free port; it writes what it receives to `directory`."""

    host = LOOPBACK

    def __init__(
        self,
        *,
        supervisor: Supervisor,
        module: str,
        directory: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._supervisor = supervisor
        self._module = module
        self._directory = directory
        self._environment = {**os.environ, **(environment or {})}
        self._child: Child | None = None
        self.name = module.replace("_", "-")
        self.port = free_port()

    def start(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        options = ["--port", str(self.port), "--directory", str(self._directory)]
        command = Command(
            name=self.name,
            arguments=[sys.executable, "-m", f"devstack.outside.{self._module}", *options],
            environment=self._environment,
            has_pipes=True,
        )
        self._child = self._supervisor.start(command)
        self._child.read_message(deadline_seconds=START_SECONDS)

    def is_running(self) -> bool:
        return self._child is not None and self._child.is_running()

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(grace_seconds=STOP_SECONDS)

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.reap()
