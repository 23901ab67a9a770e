"""Which process is meant: a pid alone may by now belong to somebody else."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class ProcessIdentity:
    """A process, told apart from a later one with the same pid by its start time and the machine's boot.

    A pid means something in its own namespace only: a container's processes cannot be seen from another container that
    shares a directory with it.
    """

    pid: int
    start_ticks: int
    boot_id: str
    pid_namespace: str

    def is_alive(self) -> bool:
        """Whether this very process still runs; a zombie has ended, one that cannot be seen from here may be alive."""
        if self.boot_id != boot_id():
            return False
        return not self._is_in_sight() or start_ticks(self.pid) == self.start_ticks

    def send(self, signal_number: int) -> None:
        """Signal this process if it is still the one that was meant."""
        if self._is_in_sight() and self.is_alive():
            try:
                os.kill(self.pid, signal_number)
            except ProcessLookupError:
                return

    def end(self, *, grace_seconds: float) -> bool:
        """Ask it to end, insist after `grace_seconds`; False when it is still there."""
        self.send(signal.SIGTERM)
        if not wait_until(lambda: not self.is_alive(), deadline_seconds=grace_seconds):
            self.send(signal.SIGKILL)
        return wait_until(lambda: not self.is_alive(), deadline_seconds=5)

    def _is_in_sight(self) -> bool:
        return self.pid_namespace == pid_namespace()


def identify(pid: int) -> ProcessIdentity | None:
    """Identity of the running process `pid`, None when there is none."""
    ticks = start_ticks(pid)
    if ticks is None:
        return None
    return ProcessIdentity(pid=pid, start_ticks=ticks, boot_id=boot_id(), pid_namespace=pid_namespace())


def start_ticks(pid: int) -> int | None:
    """Start time of process `pid` in clock ticks since boot (proc(5), stat field 22); None when it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else int(fields[18])


def command_line(pid: int) -> tuple[str, ...]:
    """Arguments the process was started with; empty when it has ended or is a zombie."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return ()
    return tuple(part.decode(errors="replace") for part in raw.split(b"\0")[:-1])


def boot_id() -> str:
    """Random name the kernel gave to this boot: start times of another boot mean nothing."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def pid_namespace() -> str:
    """Name of the namespace in which this process sees pids."""
    return str(Path("/proc/self/ns/pid").readlink())


def wait_until(condition: Callable[[], bool], *, deadline_seconds: float, pause_seconds: float = PAUSE_SECONDS) -> bool:
    """Wait until `condition` holds; False when it did not within `deadline_seconds`."""
    deadline = time.monotonic() + deadline_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_seconds)
    return True
