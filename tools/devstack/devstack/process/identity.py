"""Identity of a process. The kernel gives pids out again, so a recorded pid may by now belong to another process."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from devstack.waiting import wait_until


@dataclass(frozen=True)
class ProcessIdentity:
    """A process, distinguished from a later one with the same pid by its start time and the machine's boot.

    A pid means something in its own namespace only: a container's processes cannot be seen from another container that
    shares a directory with it.
    """

    pid: int
    start_ticks: int
    boot_id: str
    pid_namespace: str

    def is_alive(self) -> bool:
        """Whether this very process still runs.

        A zombie has ended. A process of another pid namespace cannot be checked from here and counts as alive, so that
        nobody cleans up after a launcher that still runs in its own container.
        """
        if self.boot_id != boot_id():
            return False
        return not self._is_in_our_namespace() or start_ticks(self.pid) == self.start_ticks

    def send(self, signal_number: int) -> None:
        """Send a signal, unless the process has ended and another one may have its pid."""
        if self._is_in_our_namespace() and self.is_alive():
            try:
                os.kill(self.pid, signal_number)
            except ProcessLookupError:
                return

    def end(self, *, grace_seconds: float) -> bool:
        """Send SIGTERM, and SIGKILL after `grace_seconds`; return False when the process survives both."""
        self.send(signal.SIGTERM)
        if not wait_until(lambda: not self.is_alive(), deadline_seconds=grace_seconds):
            self.send(signal.SIGKILL)
        return wait_until(lambda: not self.is_alive(), deadline_seconds=5)

    def _is_in_our_namespace(self) -> bool:
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
    """Arguments the process was started with; empty when it has ended, is a zombie, or is becoming another program."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return ()
    return tuple(part.decode(errors="replace") for part in raw.split(b"\0")[:-1])


def boot_id() -> str:
    """Random id of this boot of the machine; start times can be compared within one boot only."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def pid_namespace() -> str:
    """Name of the namespace in which this process sees pids."""
    return str(Path("/proc/self/ns/pid").readlink())
