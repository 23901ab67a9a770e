"""Which servers are away, by what all parts of this process see of them: one thing that happened, and said once.

A broker that is gone is noticed by every consumer, by the relay and by what measures. Each part tells `/ready` and the
gauge of its own trouble; the log tells of the server.

Two gauges tell when it was last missed and reached, and not for how long it is away: of several processes one misses
it, and another is the next to have something for it. Who compares them knows what all of them saw last.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from chassis.telemetry.metrics import SERVER_MISSED_TIMESTAMP_SECONDS, SERVER_REACHED_TIMESTAMP_SECONDS

log = structlog.get_logger(__name__)

REPEAT_SECONDS: Final = 60.0
SHORT_SECONDS: Final = 5.0
"""A server that goes away again soon after the log told so is told of when it stays away for longer than this."""


@dataclass
class _Outage:
    """One unbroken time in which at least one part has not reached the server."""

    began: float
    parts: set[str] = field(default_factory=set)
    failures: int = 0
    is_logged: bool = False


class Servers:
    """Says in the log that a server went away, once a minute that it still is, and that it is back."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._outages: dict[str, _Outage] = {}
        self._quiet_until: dict[str, float] = {}

    def unreached(self, server: str, *, part: str, error: str) -> None:
        """Take note that `part` did not reach `server`; `error` names why, without what stood in a message."""
        SERVER_MISSED_TIMESTAMP_SECONDS.labels(server).set_to_current_time()
        SERVER_REACHED_TIMESTAMP_SECONDS.labels(server)  # it begins at 0: what is not there compares with nothing
        now = self._monotonic()
        outage = self._outages.setdefault(server, _Outage(now))
        outage.parts.add(part)
        outage.failures += 1
        lasts = not outage.is_logged and now - outage.began > SHORT_SECONDS
        if now < self._quiet_until.get(server, now) and not lasts:
            return
        self._quiet_until[server] = now + REPEAT_SECONDS
        if outage.is_logged:
            log.warning(
                "server.still_away",
                server=server,
                parts=sorted(outage.parts),
                error=error,
                failures=outage.failures,
                seconds=round(now - outage.began, 1),
            )
        else:
            log.warning("server.went_away", server=server, part=part, error=error)
        outage.is_logged = True

    def reached(self, part: str, *, server: str | None = None) -> None:
        """Take note that `part` works: a server is back when no part that had lost it is still without it.

        A part that uses one server, and that seldom, names it: then this process tells of it although others missed it.
        """
        if server is not None:
            SERVER_REACHED_TIMESTAMP_SECONDS.labels(server).set_to_current_time()
        if not self._outages:
            return
        for away, outage in list(self._outages.items()):
            outage.parts.discard(part)
            if not outage.parts:
                del self._outages[away]
                SERVER_REACHED_TIMESTAMP_SECONDS.labels(away).set_to_current_time()
                if outage.is_logged:
                    seconds = round(self._monotonic() - outage.began, 1)
                    log.warning("server.came_back", server=away, failures=outage.failures, seconds=seconds)

    def forget(self) -> None:
        """Forget everything, as a process that has just begun."""
        self._outages.clear()
        self._quiet_until.clear()


SERVERS: Final = Servers()
"""Those of this process."""
