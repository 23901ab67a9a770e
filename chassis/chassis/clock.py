"""The one clock: the database's. Hosts disagree about the time, what all instances share does not.

Every moment that is stored or compared comes from here. Leases are counted by `elapsed_seconds`, waits and time-outs by
the event loop.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from chassis.database import Connection

_ELAPSED_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed_seconds() -> float:
    """Seconds since some moment in the past. They go on while the process is stopped and, on Linux, the host sleeps.

    For what must not be outlived: a lease. The event loop's clock stands still while the host sleeps.
    """
    return time.clock_gettime(_ELAPSED_CLOCK)


def host_time() -> datetime:
    """This host's time of day: to be compared with the database's, or with a token's, which allows for leeway."""
    return datetime.now(UTC)


class Clock(Protocol):
    """Tells the time."""

    async def now(self, connection: Connection) -> datetime:
        """The present moment, in UTC; within a transaction the moment it began."""

    def reading(self, database_now: datetime) -> datetime:
        """What this clock shows when `now()` of PostgreSQL is `database_now`: for who has asked that beside more."""


class DatabaseClock:
    """The clock of the database server."""

    async def now(self, connection: Connection) -> datetime:
        """The moment the transaction of `connection` began; outside of one, the present moment."""
        moment: datetime = await connection.fetchval("SELECT now()")
        return moment

    def reading(self, database_now: datetime) -> datetime:
        """The very same."""
        return database_now


class SettableClock:
    """A clock that stands still until it is moved: for tests and drills."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    async def now(self, _: Connection) -> datetime:
        """The moment the clock was set to."""
        return self.at

    def reading(self, _: datetime) -> datetime:
        """The moment the clock was set to."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.at += by
