"""The one clock. Everything that needs to know the time asks it, so that tests and drills can set it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until it is moved: for tests and drills."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment the clock was set to."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.at += by
