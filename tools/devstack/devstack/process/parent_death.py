"""Ties a command to its launcher: the kernel sends it a signal when the launcher dies.

Run as a script, it sets the parent-death signal (prctl(2), PR_SET_PDEATHSIG) and then becomes the command. It uses the
standard library alone, because it runs in Python's isolated mode without site-packages, which starts fastest.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
SAME_ACCOUNT = "-"


def tied_to_this_process(
    arguments: Sequence[str], *, death_signal: signal.Signals, account: tuple[int, int] | None
) -> list[str]:
    """Return the arguments that run `arguments` through this script, as user and group `account` where one is given."""
    run_as = SAME_ACCOUNT if account is None else f"{account[0]}:{account[1]}"
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(death_signal)), run_as, *arguments]


def give_up_root(run_as: str) -> None:
    """Become the user and group `uid:gid` for good: groups first, because only root may drop them."""
    uid, gid = (int(part) for part in run_as.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def main(arguments: list[str]) -> None:
    """Tie this process to its launcher, then become the command."""
    launcher_pid, death_signal, run_as, *command = arguments
    if run_as != SAME_ACCOUNT:
        give_up_root(run_as)
    # The kernel forgets the death signal when the user changes, so it is set afterwards.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != int(launcher_pid):
        sys.exit("the launcher ended before its child had started")
    # Python ignores SIGPIPE, and an ignored signal stays ignored in the command.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 - becoming another program is this script's purpose
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
