"""Ctrl-C and its relatives end a program once, and in good order."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SHELL_SIGNAL_BASE = 128


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Turn the first ending signal into SystemExit and ignore those that follow, so that nothing disturbs the clean-up.

    The exit code is the shell's: 128 plus the signal's number. Only the main thread may call this.
    """
    before = {number: signal.signal(number, _end) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_code(returncode: int) -> int:
    """Exit code as the shell gives it, from one that Python makes negative for a signal."""
    return returncode if returncode >= 0 else SHELL_SIGNAL_BASE - returncode


def _end(number: int, _frame: FrameType | None) -> None:
    for ending in ENDING_SIGNALS:
        signal.signal(ending, signal.SIG_IGN)
    raise SystemExit(SHELL_SIGNAL_BASE + number)
