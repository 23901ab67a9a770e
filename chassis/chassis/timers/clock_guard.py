"""Notices when the database's clock jumps, so that no timer fires early that cannot be taken back.

The clock is trusted as far as it agrees with the host's time at the start plus what has passed since by a clock that
never jumps. A jump that goes away by itself has done no harm; a lasting one needs an operator to confirm it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from chassis.clock import elapsed_seconds, host_time
from chassis.database import Connection
from chassis.telemetry import metrics

log = structlog.get_logger(__name__)

_ZERO = timedelta(0)


class ClockGuard:
    """Compares the moments it is shown with what they should be. One for each process.

    `anchor` is what the time should be now; None trusts the first moment, as drills with a clock of their own do.
    """

    def __init__(
        self, *, limit: timedelta, anchor: datetime | None, elapsed: Callable[[], float] = elapsed_seconds
    ) -> None:
        self._limit = limit
        self._elapsed = elapsed
        self._anchor = anchor
        self._anchored_at = elapsed()
        self._jumped_by = _ZERO

    @classmethod
    def by_host(cls, *, limit: timedelta) -> ClockGuard:
        """Return a guard that trusts the host's clock as it is now."""
        return cls(limit=limit, anchor=host_time())

    async def trusts(self, now: datetime, connection: Connection) -> bool:
        """Whether the database's moment `now` is where it should be, or an operator has confirmed that it is right."""
        difference = self._difference(now)
        if abs(difference) > self._limit and await _confirmed(connection, now=now, limit=self._limit):
            self._anchor, self._anchored_at, difference = now, self._elapsed(), _ZERO
        metrics.CLOCK_DIFFERENCE_SECONDS.set(difference.total_seconds())
        jumped_by = difference if abs(difference) > self._limit else _ZERO
        if jumped_by and not self._jumped_by:
            log.error("clock.jumped", difference_seconds=round(jumped_by.total_seconds()))
        if self._jumped_by and not jumped_by:
            log.info("clock.trusted_again")
        self._jumped_by = jumped_by
        return not jumped_by

    def _difference(self, now: datetime) -> timedelta:
        if self._anchor is None:
            self._anchor, self._anchored_at = now, self._elapsed()
        return now - self._anchor - timedelta(seconds=self._elapsed() - self._anchored_at)

    def problem(self) -> str | None:
        """Why timers wait; None while the clock is trusted."""
        if not self._jumped_by:
            return None
        where = "ahead of" if self._jumped_by > _ZERO else "behind"
        amount = timedelta(seconds=round(abs(self._jumped_by).total_seconds()))
        return (
            f"the database's clock is {amount} {where} what this host expects, so timers wait; "
            "correct the clock that is wrong, or run the command clock confirm"
        )


async def _confirmed(connection: Connection, *, now: datetime, limit: timedelta) -> bool:
    """Whether an operator has confirmed the clock as it is: by a moment that lies shortly before `now`."""
    confirmed: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM messaging.clock_confirmation WHERE confirmed_at BETWEEN $1 AND $2)",
        now - limit,
        now,
    )
    return confirmed
