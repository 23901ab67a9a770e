"""A started process: talk to it, wait for it, end it."""

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
from devstack.processes import wait_until

LOG_TAIL_LINES = 12
DISCARD_SECONDS = 5


@dataclass(eq=False)
class Child:
    """A process of ours and the file that holds what it says."""

    name: str
    process: subprocess.Popen[bytes]
    log_path: Path
    death_signal: signal.Signals
    _lock: Lock = field(default_factory=Lock)
    _unread: bytes = b""
    _is_over: bool = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def is_running(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def send(self, signal_number: int) -> None:
        """Send a signal if it still runs."""
        self.process.send_signal(signal_number)

    def stop(self, *, signal_number: int = signal.SIGTERM, grace_seconds: float = 10) -> int:
        """Ask it to end, insist after `grace_seconds`; return its exit code."""
        self.send(signal_number)
        try:
            self.process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            self.discard()
        return self.wait_discarded()

    def discard(self) -> None:
        """End it at once, without waiting."""
        if self.is_running():
            self.send(self.death_signal)

    def wait_discarded(self) -> int:
        """Wait until it has ended, by force if need be, together with what is left of its session."""
        try:
            self.process.wait(DISCARD_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._is_over:
            return self.process.returncode
        self._is_over = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._close_pipes()
        return self.process.returncode

    def wait_ready(self, condition: Callable[[], bool], *, deadline_seconds: float) -> None:
        """Wait until it serves; raise with the end of its log when it ends or takes too long."""
        wait_until(lambda: condition() or not self.is_running(), deadline_seconds=deadline_seconds)
        if not self.is_running():
            raise DevstackError(self._explain(f"ended with code {self.process.returncode} while it was starting"))
        if not condition():
            raise DevstackError(self._explain(f"was not ready after {deadline_seconds:g} s"))

    def wait_success(self, *, deadline_seconds: float) -> None:
        """Wait for a command that ends by itself; raise when it fails."""
        try:
            self.process.wait(deadline_seconds)
        except subprocess.TimeoutExpired:
            self.discard()
            self.wait_discarded()
            raise DevstackError(self._explain(f"took longer than {deadline_seconds:g} s")) from None
        if self.wait_discarded() != 0:
            raise DevstackError(self._explain(f"failed with code {self.process.returncode}"))

    def ask(self, question: Mapping[str, object], *, deadline_seconds: float = 10) -> dict[str, object]:
        """Send one JSON line and return the JSON line that answers it."""
        with self._lock:
            if self.process.stdin is None:
                raise DevstackError(f"{self.name} does not take commands")
            try:
                self.process.stdin.write(json.dumps(question).encode() + b"\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                raise DevstackError(self._explain("has ended")) from None
            return self._hear(deadline_seconds=deadline_seconds)

    def hear(self, *, deadline_seconds: float) -> dict[str, object]:
        """Return the next JSON line that it says of its own accord."""
        with self._lock:
            return self._hear(deadline_seconds=deadline_seconds)

    def log_text(self) -> str:
        """Everything it has said so far; nothing once the run has been cleared up."""
        try:
            return self.log_path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def _close_pipes(self) -> None:
        # Whoever is listening hears the end first: a pipe closed under a listener stays silent until his deadline.
        with self._lock:
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()

    def _hear(self, *, deadline_seconds: float) -> dict[str, object]:
        while b"\n" not in self._unread:
            self._unread += self._read_some(deadline_seconds=deadline_seconds)
        line, _, self._unread = self._unread.partition(b"\n")
        answer = json.loads(line)
        if not isinstance(answer, dict):
            raise DevstackError(self._explain(f"answered {line.decode()!r}"))
        return answer

    def _read_some(self, *, deadline_seconds: float) -> bytes:
        if self.process.stdout is None:
            raise DevstackError(f"{self.name} does not answer commands")
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(deadline_seconds):
                raise DevstackError(self._explain(f"did not answer within {deadline_seconds:g} s"))
        piece = os.read(self.process.stdout.fileno(), 65536)
        if not piece:
            raise DevstackError(self._explain("has ended"))
        return piece

    def _explain(self, what_happened: str) -> str:
        tail = self.log_text().splitlines()[-LOG_TAIL_LINES:]
        said = "; it said:\n  " + "\n  ".join(tail) if tail else ", and said nothing"
        return f"{self.name} {what_happened}{said}"
