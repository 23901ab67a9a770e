"""A process that the supervisor started: exchange messages with it, wait for it, end it, start it again."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from devstack.errors import DevstackError
from devstack.process.command import Command
from devstack.waiting import wait_until

LOG_TAIL_LINES = 12
# PostgreSQL gives its processes five seconds before it kills them and removes its shared memory; nobody else would.
KILL_SECONDS = 10


@dataclass(eq=False)
class Child:
    """A process, the command it was started with, and the file that holds its output.

    A child whose command `has_pipes` exchanges messages with the launcher: JSON objects, one a line, on its standard
    input and output.
    """

    command: Command
    log_path: Path
    process: subprocess.Popen[bytes]
    _spawn_again: Callable[["Child"], None]
    _lock: Lock = field(default_factory=Lock)
    _unread: bytes = b""
    _is_reaped: bool = False

    @property
    def name(self) -> str:
        return self.command.name

    @property
    def pid(self) -> int:
        """Its process id, another one after each start."""
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None

    def start(self) -> None:
        """Start it again with the same command; what is left of the former process and its session is killed."""
        self.kill()
        self.reap()
        self._spawn_again(self)

    def replace_process(self, process: subprocess.Popen[bytes]) -> None:
        """Continue with `process`, which the supervisor started in the place of one that has been reaped."""
        self.process = process
        self._unread = b""
        self._is_reaped = False

    def send(self, signal_number: int) -> None:
        self.process.send_signal(signal_number)

    def stop(self, *, signal_number: int = signal.SIGTERM, grace_seconds: float = 10) -> int:
        """Send `signal_number`, kill it after `grace_seconds`; return its exit code, negative for a signal."""
        self.send(signal_number)
        try:
            self.process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        return self.reap()

    def kill(self) -> None:
        """Send its death signal, without waiting for the end."""
        if self.is_running():
            self.send(self.command.death_signal)

    def reap(self) -> int:
        """Wait until it has ended, by SIGKILL if need be; kill the rest of its session; return its exit code."""
        try:
            self.process.wait(KILL_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if not self._is_reaped:
            self._is_reaped = True
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._close_pipes()
        return self.process.returncode

    def wait_ready(self, condition: Callable[[], bool], *, deadline_seconds: float) -> None:
        """Wait until `condition` holds; raise with the end of its log when it ends first or takes too long."""
        wait_until(lambda: condition() or not self.is_running(), deadline_seconds=deadline_seconds)
        if not self.is_running():
            raise DevstackError(self.explain(f"ended with code {self.process.returncode} while it was starting"))
        if not condition():
            raise DevstackError(self.explain(f"was not ready after {deadline_seconds:g} s"))

    def wait_success(self, *, deadline_seconds: float) -> None:
        """Wait for a command that ends by itself; raise when it fails."""
        try:
            self.process.wait(deadline_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self.reap()
            raise DevstackError(self.explain(f"took longer than {deadline_seconds:g} s")) from None
        if self.reap() != 0:
            raise DevstackError(self.explain(f"failed with code {self.process.returncode}"))

    def request(self, message: Mapping[str, object], *, deadline_seconds: float = 10) -> dict[str, object]:
        """Send a message and return the answer to it."""
        with self._lock:
            if self.process.stdin is None:
                raise DevstackError(f"{self.name} receives no messages")
            try:
                self.process.stdin.write(json.dumps(message).encode() + b"\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                raise DevstackError(self.explain("has ended")) from None
            return self._read_message(deadline_seconds=deadline_seconds)

    def read_message(self, *, deadline_seconds: float) -> dict[str, object]:
        """Return the next message that it sends without being asked."""
        with self._lock:
            return self._read_message(deadline_seconds=deadline_seconds)

    def log_text(self, *, from_byte: int = 0) -> str:
        """Its output so far, without the first `from_byte` bytes; empty once the run has been cleaned up."""
        try:
            return self.log_path.read_bytes()[from_byte:].decode(errors="replace")
        except FileNotFoundError:
            return ""

    def explain(self, what_happened: str) -> str:
        """Return a sentence that `what_happened` to it, with the end of its output."""
        tail = self.log_text().splitlines()[-LOG_TAIL_LINES:]
        log = "; the end of its log:\n  " + "\n  ".join(tail) if tail else "; its log is empty"
        return f"{self.name} {what_happened}{log}"

    def _close_pipes(self) -> None:
        # A thread that waits for a message holds the lock. The process has ended, so that thread reads the end of the
        # pipe at once; had the pipe been closed under it, it would have waited until its deadline.
        with self._lock:
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()

    def _read_message(self, *, deadline_seconds: float) -> dict[str, object]:
        while b"\n" not in self._unread:
            self._unread += self._read_some(deadline_seconds=deadline_seconds)
        line, _, self._unread = self._unread.partition(b"\n")
        message = json.loads(line)
        if not isinstance(message, dict):
            raise DevstackError(self.explain(f"answered {line.decode()!r}"))
        return message

    def _read_some(self, *, deadline_seconds: float) -> bytes:
        if self.process.stdout is None:
            raise DevstackError(f"{self.name} sends no messages")
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(deadline_seconds):
                raise DevstackError(self.explain(f"did not answer within {deadline_seconds:g} s"))
        piece = os.read(self.process.stdout.fileno(), 65536)
        if not piece:
            raise DevstackError(self.explain("has ended"))
        return piece
