"""Process: runs a command and ends every process that the command leaves behind.

`devstack run` puts it between itself and the command. It is a subreaper (prctl(2), PR_SET_CHILD_SUBREAPER): the kernel
makes it the parent of every orphan below it, so that it finds even daemons of the command when the command, or the
launcher, has ended.
"""

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from devstack.waiting import wait_until

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GRACE_SECONDS = 10
CANNOT_START = 127


class Watchdog:
    """Runs one command, and stops it when the launcher asks for that or dies."""

    def __init__(self) -> None:
        self._launcher_pid = os.getppid()
        self._command: subprocess.Popen[bytes] | None = None
        self._was_asked_to_stop = False

    def run(self, arguments: list[str]) -> int:
        """Run the command to its end and return its exit code, negative for a signal."""
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        signal.signal(signal.SIGTERM, self._stop)
        # The terminal sends Ctrl-C to the command as well, which decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._command = subprocess.Popen(arguments, preexec_fn=_in_the_child)  # noqa: PLW1509 - one thread
        except OSError as error:
            print(f"devstack: {arguments[0]} cannot be started: {error.strerror}", file=sys.stderr)
            return CANNOT_START
        try:
            return self._command.wait()
        finally:
            end_descendants()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        # SIGTERM comes from the launcher, or from the kernel as the death signal when the launcher has died.
        launcher_is_gone = os.getppid() != self._launcher_pid
        if launcher_is_gone or self._was_asked_to_stop:
            end_descendants(grace_seconds=0 if self._was_asked_to_stop else GRACE_SECONDS)
            os._exit(1)
        self._was_asked_to_stop = True
        if self._command is not None:
            self._command.send_signal(signal.SIGTERM)


def end_descendants(*, grace_seconds: float = GRACE_SECONDS) -> None:
    """Stop every process below this one, by SIGKILL after `grace_seconds`."""
    for pid in descendants(os.getpid()):
        _signal(pid, signal.SIGTERM)
    while not wait_until(_has_no_child, deadline_seconds=grace_seconds):
        for pid in descendants(os.getpid()):
            _signal(pid, signal.SIGKILL)
        grace_seconds = 1


def descendants(ancestor: int) -> list[int]:
    """Every process below `ancestor`, children before grandchildren."""
    parents = {pid: parent for pid in _all_pids() if (parent := _parent_of(pid)) is not None}
    found = [ancestor]
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == pid)
    return found[1:]


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _parent_of(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent = stat.rpartition(")")[2].split()[:2]
    return None if state in "ZX" else int(parent)


def _has_no_child() -> bool:
    """Collect the exit codes of children that have ended, and tell whether none is left.

    A subreaper without a child has no descendant either. A look through /proc could miss one: its parent may end
    between the two moments at which both are read.
    """
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return True
    return False


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _in_the_child() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def main() -> None:
    returncode = Watchdog().run(sys.argv[1:])
    sys.exit(returncode if returncode >= 0 else 128 - returncode)


if __name__ == "__main__":
    main()
