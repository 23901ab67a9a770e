"""Runs a command in the launcher's terminal, with a watchdog that ends whatever the command leaves running."""

import contextlib
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence

from devstack.process.child import Child
from devstack.process.command import Command
from devstack.process.signals import exit_code, postponed_signals, wait_for_end
from devstack.process.supervisor import Supervisor

STOP_SECONDS = 20


def run_in_foreground(supervisor: Supervisor, arguments: Sequence[str], *, environment: Mapping[str, str]) -> int:
    """Run the command to its end and return its exit code.

    The terminal sends Ctrl-C to the command itself; other ending signals stop the watchdog, and it the command.
    """
    command = Command(
        name="watchdog",
        arguments=[sys.executable, "-m", "devstack.process.watchdog", *arguments],
        environment=environment,
        death_signal=signal.SIGTERM,
        foreground=True,
    )
    with _interrupts_ignored():
        with postponed_signals():
            watchdog = supervisor.start(command)
        return _wait(watchdog)


def _wait(watchdog: Child) -> int:
    try:
        return exit_code(wait_for_end(watchdog.process))
    except SystemExit:
        watchdog.stop(grace_seconds=STOP_SECONDS)
        raise


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    # Not SIG_IGN, which every process started meanwhile would inherit.
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
