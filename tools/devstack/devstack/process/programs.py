"""Runs the programs that a stack is for, such as services: commands to their end, the others until they are stopped."""

import asyncio
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from devstack.errors import DevstackError
from devstack.process.child import Child
from devstack.process.command import Command
from devstack.process.supervisor import Supervisor

READY_SECONDS = 90
COMMAND_SECONDS = 120
STOP_SECONDS = 25
PAUSE_SECONDS = 0.05
INHERITED_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program that runs until it is stopped.

    `environment` holds all it is given besides PATH, HOME, LANG and TMPDIR. `is_ready` receives what it has printed
    since it was started.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    is_ready: Callable[[str], bool]


@dataclass
class Programs:
    """Programs below one supervisor. Each appends its output to a file in `log_directory` that is named after it."""

    supervisor: Supervisor
    log_directory: Path
    children: dict[str, Child] = field(default_factory=dict)
    _readiness: dict[str, Callable[[], bool]] = field(default_factory=dict)

    async def run(self, name: str, *arguments: str, environment: Mapping[str, str]) -> None:
        """Run a command to its end; raise `DevstackError` with the end of its output when it fails."""
        child = self._spawn(name, arguments, environment)
        deadline = time.monotonic() + COMMAND_SECONDS
        # Waiting in another thread would delay the end of this process after a signal.
        while child.is_running():
            if time.monotonic() > deadline:
                child.kill()
                child.reap()
                raise DevstackError(child.explain(f"took longer than {COMMAND_SECONDS} s"))
            await asyncio.sleep(PAUSE_SECONDS)
        if (code := child.reap()) != 0:
            raise DevstackError(child.explain(f"failed with code {code}"))

    def start(self, program: Program) -> None:
        """Start `program`, without waiting until it is ready."""
        log_path = self._log_path(program.name)
        log_length = log_path.stat().st_size if log_path.exists() else 0
        child = self._spawn(program.name, program.arguments, program.environment)
        self.children[program.name] = child
        self._readiness[program.name] = lambda: program.is_ready(child.log_text(from_byte=log_length))

    async def wait_ready(self, *names: str) -> None:
        """Wait until these programs are ready; raise `DevstackError` when one ends first or takes too long."""
        await asyncio.gather(*map(self._wait_ready, names))

    def check_alive(self) -> None:
        """Raise `DevstackError` when a program has ended by itself."""
        for child in self.children.values():
            if not child.is_running():
                raise DevstackError(child.explain("has ended by itself"))

    async def stop(self, *names: str) -> dict[str, int]:
        """Send SIGTERM to these programs, to all when none is named; return their exit codes once they have ended."""
        stopping = [self.children.pop(name) for name in names or list(self.children)]
        # One signal each: a second one can reach a program after it has given up its handler, and make it fail.
        codes = await asyncio.gather(*(asyncio.to_thread(child.stop, grace_seconds=STOP_SECONDS) for child in stopping))
        return {child.name: code for child, code in zip(stopping, codes, strict=True)}

    async def _wait_ready(self, name: str) -> None:
        child, is_ready = self.children[name], self._readiness[name]
        deadline = time.monotonic() + READY_SECONDS
        while not await asyncio.to_thread(is_ready):
            if not child.is_running():
                raise DevstackError(child.explain("has ended while it was starting"))
            if time.monotonic() > deadline:
                raise DevstackError(child.explain(f"was not ready after {READY_SECONDS} s"))
            await asyncio.sleep(PAUSE_SECONDS)

    def _spawn(self, name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Child:
        self.log_directory.mkdir(parents=True, exist_ok=True)
        inherited = {variable: os.environ[variable] for variable in INHERITED_VARIABLES if variable in os.environ}
        return self.supervisor.start(
            Command(
                name=name,
                arguments=arguments,
                environment={**inherited, **environment},
                death_signal=signal.SIGTERM,
                log_path=self._log_path(name),
            )
        )

    def _log_path(self, name: str) -> Path:
        return self.log_directory / f"{name}.log"


def console_script(name: str) -> Path:
    """Return the path of a command that is installed beside the Python that runs this."""
    return Path(sys.executable).with_name(name)


def answers_ok(port: int, path: str) -> bool:
    """Whether a GET of `path` at this port of this machine is answered with 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False
