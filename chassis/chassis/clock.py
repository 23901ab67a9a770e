"""The one clock: the database's. Hosts disagree about the time, what all instances share does not.

Durations inside one process are measured by its monotonic clock. Every moment that is stored or compared comes from
here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from chassis.database import Connection


class Clock(Protocol):
    """Tells the time."""

    async def now(self, connection: Connection) -> datetime:
        """The present moment, in UTC; within a transaction the moment it began."""


class DatabaseClock:
    """The clock of the database server."""

    async def now(self, connection: Connection) -> datetime:
        """The moment the transaction of `connection` began; outside of one, the present moment."""
        moment: datetime = await connection.fetchval("SELECT now()")
        return moment


class SettableClock:
    """A clock that stands still until it is moved: for tests and drills."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    async def now(self, _: Connection) -> datetime:
        """The moment the clock was set to."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.at += by
