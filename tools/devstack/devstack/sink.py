"""A server of the outside world in a process of its own."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from devstack.children import Child
from devstack.ports import LOOPBACK, free_port
from devstack.supervisor import Command, Supervisor

START_SECONDS = 30
STOP_SECONDS = 5


class Sink:
    """Runs `devstack.<module>` on a free port; what it receives ends in `directory`."""

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
        self.port = free_port()

    def start(self) -> None:
        """Start it, after `stop` or `kill` on the same port."""
        self._directory.mkdir(parents=True, exist_ok=True)
        options = ["--port", str(self.port), "--directory", str(self._directory)]
        command = Command(
            name=self._module.replace("_", "-"),
            arguments=[sys.executable, "-m", f"devstack.{self._module}", *options],
            environment=self._environment,
            talks=True,
        )
        self._child = self._supervisor.start(command)
        self._child.hear(deadline_seconds=START_SECONDS)

    def stop(self) -> None:
        """Let it end in good order."""
        if self._child is not None:
            self._child.stop(grace_seconds=STOP_SECONDS)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._child is not None:
            self._child.discard()
            self._child.wait_discarded()
