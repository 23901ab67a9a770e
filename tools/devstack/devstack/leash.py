"""Becomes a command that cannot outlive its launcher.

Started as a script with: launcher's pid, death signal, `uid:gid` or `-`, command and its arguments. The standard
library alone is used, because it runs in Python's isolated mode without site-packages, which starts fastest.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(account: str) -> None:
    """Give up root for good: groups first, because a user who is not root may not drop them."""
    uid, gid = (int(part) for part in account.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def main(arguments: list[str]) -> None:
    """Tie this process to its launcher, then turn into the command."""
    launcher_pid, death_signal, account, *command = arguments
    if account != "-":
        become(account)
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
