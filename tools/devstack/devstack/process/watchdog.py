"""Process: runs a command and ends every process that the command leaves behind.

`devstack run` puts it between itself and the command. It is a subreaper (prctl(2), PR_SET_CHILD_SUBREAPER): the kernel
makes it the parent of every orphan below it, so that it finds even daemons of the command when the command, or the
launcher, has ended.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GRACE_SECONDS = 10
LOOK_SECONDS = 1.0
CANNOT_START = 127
FAILED = 1
# They are blocked and asked for: a handler would miss one that arrives just before a system call that blocks.
AWAITED_SIGNALS = frozenset({signal.SIGTERM, signal.SIGCHLD})


class Watchdog:
    """Runs one command, and stops it when the launcher asks for that or dies."""

    def __init__(self) -> None:
        self._launcher_pid = os.getppid()
        self._requests = 0

    def run(self, arguments: list[str]) -> int:
        """Run the command to its end and return its exit code, negative for a signal."""
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED_SIGNALS)
        # The terminal sends Ctrl-C to the command as well, which decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            command = subprocess.Popen(arguments, preexec_fn=_in_the_child)  # noqa: PLW1509 - one thread
        except OSError as error:
            print(f"devstack: {arguments[0]} cannot be started: {error.strerror}", file=sys.stderr)
            return CANNOT_START
        try:
            return self._wait_for(command)
        finally:
            self._end_descendants()

    def _wait_for(self, command: subprocess.Popen[bytes]) -> int:
        while (returncode := command.poll()) is None:
            if self._launcher_is_gone() or self._requests > 1:
                return FAILED
            if self._is_asked_to_stop():
                command.send_signal(signal.SIGTERM)
        return returncode

    def _end_descendants(self) -> None:
        """Stop every process below this one, by SIGKILL after `GRACE_SECONDS` or when the launcher asks twice."""
        _signal_descendants(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while not _has_no_child():
            self._is_asked_to_stop()
            if self._requests > 1 or time.monotonic() > deadline:
                _signal_descendants(signal.SIGKILL)

    def _is_asked_to_stop(self) -> bool:
        """Wait until a child ends or SIGTERM comes, and tell whether the launcher asks to stop.

        SIGTERM is also the death signal. The kernel sends it when a thread of the launcher ends, and again with the
        last; so whether the launcher is gone is asked of the kernel, and at least once in `LOOK_SECONDS`.
        """
        received = signal.sigtimedwait(AWAITED_SIGNALS, LOOK_SECONDS)
        is_asked = received is not None and received.si_signo == signal.SIGTERM and not self._launcher_is_gone()
        self._requests += is_asked
        return is_asked

    def _launcher_is_gone(self) -> bool:
        return os.getppid() != self._launcher_pid


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


def _signal_descendants(number: signal.Signals) -> None:
    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _in_the_child() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED_SIGNALS)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def main() -> None:
    returncode = Watchdog().run(sys.argv[1:])
    sys.exit(returncode if returncode >= 0 else 128 - returncode)


if __name__ == "__main__":
    main()
