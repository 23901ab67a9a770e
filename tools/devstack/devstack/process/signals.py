"""SIGINT, SIGTERM and SIGHUP end a program in good order, and only once."""

import contextlib
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from types import FrameType

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SHELL_SIGNAL_BASE = 128
NOTICED_SECONDS = 1.0
"""How long one system call may block where signals have handlers in Python.

Python runs a handler between its own instructions: of a signal that arrives after the last of them, just before the
system call, it learns when that call returns.
"""


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Turn the first ending signal into SystemExit and ignore those that follow, which would interrupt the clean-up.

    The exit code is the shell's: 128 plus the signal's number. Only the main thread may call this.
    """
    before = {number: signal.signal(number, _end) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class PostponedSignals:
    """Ending signals that arrived while they were held back."""

    def __init__(self) -> None:
        self._pending: list[int] = []
        self._handlers: dict[int, Callable[[int, FrameType | None], object]] = {}

    def deliver(self) -> None:
        """Call the handler of the first signal that has arrived, if any."""
        if self._pending:
            number = self._pending[0]
            self._pending.clear()
            self._handlers[number](number, None)

    def catch(self, number: signal.Signals) -> None:
        """Hold back a signal that has a Python handler; the default action and SIG_IGN stay as they are."""
        handler = signal.getsignal(number)
        if callable(handler):
            self._handlers[number] = handler
            signal.signal(number, self._note)

    def release(self) -> None:
        """Restore the handlers."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._pending.append(number)


@contextlib.contextmanager
def postponed_signals() -> Iterator[PostponedSignals]:
    """Hold back ending signals until `deliver` is called or the block ends.

    A handler that raises inside the code of a future or a thread pool can leave a lock of theirs held for ever.
    """
    signals = PostponedSignals()
    if threading.current_thread() is threading.main_thread():
        for number in ENDING_SIGNALS:
            signals.catch(number)
    try:
        yield signals
    finally:
        signals.release()
        signals.deliver()


def wait_for_end(process: subprocess.Popen[bytes]) -> int:
    """Wait until `process` has ended and return its code, negative for a signal; handlers run within a second."""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(NOTICED_SECONDS)


def exit_code(returncode: int) -> int:
    """Exit code as the shell gives it, from one that Python makes negative for a signal."""
    return returncode if returncode >= 0 else SHELL_SIGNAL_BASE - returncode


def _end(number: int, _frame: FrameType | None) -> None:
    for ending in ENDING_SIGNALS:
        signal.signal(ending, signal.SIG_IGN)
    raise SystemExit(SHELL_SIGNAL_BASE + number)
