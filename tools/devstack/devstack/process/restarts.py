"""Restarts servers and services that have ended, for drills in which a person kills them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from devstack import progress
from devstack.errors import DevstackError
from devstack.process.signals import postponed_signals

CHECK_SECONDS = 0.2
FIRST_PAUSE_SECONDS = 1
LONGEST_PAUSE_SECONDS = 30


class Restartable(Protocol):
    """A server or a service, such as a `Child`."""

    @property
    def name(self) -> str:
        """Name for a report."""

    def is_running(self) -> bool:
        """Whether it has been started and has not ended since."""

    def start(self) -> None:
        """Start it again; raise `DevstackError` when that fails."""


@dataclass
class _Restarts:
    """The restarts of one part: the first at once, later ones at growing intervals while it keeps ending."""

    part: Restartable
    first_pause_seconds: float
    pause_seconds: float = field(init=False)
    not_before: float = 0
    failure: str = ""

    def __post_init__(self) -> None:
        self.pause_seconds = self.first_pause_seconds

    def restart_if_ended(self, report: Callable[[str], None]) -> None:
        now = time.monotonic()
        if self.part.is_running():
            if now > self.not_before + LONGEST_PAUSE_SECONDS:
                self.pause_seconds = self.first_pause_seconds
        elif now >= self.not_before:
            self._restart(report)
            self.not_before = time.monotonic() + self.pause_seconds
            self.pause_seconds = min(2 * self.pause_seconds, LONGEST_PAUSE_SECONDS)

    def _restart(self, report: Callable[[str], None]) -> None:
        try:
            with postponed_signals():
                self.part.start()
        except DevstackError as error:
            # A failure that repeats itself is reported once.
            if str(error) != self.failure:
                self.failure = str(error)
                report(f"{self.part.name} has ended and cannot be started again: {error}")
        else:
            self.failure = ""
            report(f"{self.part.name} had ended and was started again")


def keep_running(
    parts: Sequence[Restartable],
    *,
    report: Callable[[str], None] = progress.report,
    first_pause_seconds: float = FIRST_PAUSE_SECONDS,
) -> NoReturn:
    """Start again every one of `parts` that has ended, until a signal's handler raises.

    The first restart comes at once, the next one after `first_pause_seconds`, and the pause doubles while a part keeps
    ending. `report` receives one line for every restart, and one for a restart that fails.
    """
    restarts = [_Restarts(part, first_pause_seconds) for part in parts]
    while True:
        for restart in restarts:
            restart.restart_if_ended(report)
        time.sleep(CHECK_SECONDS)
