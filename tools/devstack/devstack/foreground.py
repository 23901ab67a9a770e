"""Runs a command in the launcher's terminal, and everything that comes of it on the launcher's leash."""

import contextlib
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence

from devstack.children import Child
from devstack.signals import exit_code, postponed_signals
from devstack.supervisor import Command, Supervisor

STOP_SECONDS = 20


def run_in_foreground(supervisor: Supervisor, arguments: Sequence[str], *, environment: Mapping[str, str]) -> int:
    """Run the command to its end and return its exit code.

    Ctrl-C reaches the command by itself; other ending signals are passed on by ending the keeper.
    """
    command = Command(
        name="keeper",
        arguments=[sys.executable, "-m", "devstack.keeper", *arguments],
        environment=environment,
        death_signal=signal.SIGTERM,
        foreground=True,
    )
    with _deaf_to_interrupts():
        with postponed_signals():
            keeper = supervisor.start(command)
        return _wait(keeper)


def _wait(keeper: Child) -> int:
    try:
        return exit_code(keeper.process.wait())
    except SystemExit:
        keeper.stop(grace_seconds=STOP_SECONDS)
        raise


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
