"""Ctrl-C and its relatives end a program once, and in good order."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
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


class PostponedSignals:
    """Signals that came while others must not be disturbed."""

    def __init__(self) -> None:
        self._pending: list[int] = []
        self._handlers: dict[int, Callable[[int, FrameType | None], object]] = {}

    def deliver(self) -> None:
        """Let the first that came take effect here and now."""
        if self._pending:
            number = self._pending[0]
            self._pending.clear()
            self._handlers[number](number, None)

    def catch(self, number: signal.Signals) -> None:
        """Hold back a signal whose handler is a Python function; the others end the process anyway, or are ignored."""
        handler = signal.getsignal(number)
        if callable(handler):
            self._handlers[number] = handler
            signal.signal(number, self._note)

    def release(self) -> None:
        """Give every signal its handler back."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._pending.append(number)


@contextlib.contextmanager
def postponed_signals() -> Iterator[PostponedSignals]:
    """Hold back ending signals until `deliver` is called or the block ends.

    An exception that a signal raises anywhere in the locks of threads and futures can leave a lock held for ever.
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


def exit_code(returncode: int) -> int:
    """Exit code as the shell gives it, from one that Python makes negative for a signal."""
    return returncode if returncode >= 0 else SHELL_SIGNAL_BASE - returncode


def _end(number: int, _frame: FrameType | None) -> None:
    for ending in ENDING_SIGNALS:
        signal.signal(ending, signal.SIG_IGN)
    raise SystemExit(SHELL_SIGNAL_BASE + number)
