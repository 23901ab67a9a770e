"""Which servers are away, by what all parts of this process see of them: one thing that happened, and said once.

A broker that is gone is noticed by every consumer, by the relay and by what measures. Each part tells `/ready` and the
gauge of its own trouble; the log tells of the server.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

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

    def reached(self, part: str) -> None:
        """Take note that `part` works: a server is back when no part that had lost it is still without it."""
        if not self._outages:
            return
        for server, outage in list(self._outages.items()):
            outage.parts.discard(part)
            if not outage.parts:
                del self._outages[server]
                if outage.is_logged:
                    seconds = round(self._monotonic() - outage.began, 1)
                    log.warning("server.came_back", server=server, failures=outage.failures, seconds=seconds)

    def forget(self) -> None:
        """Forget everything, as a process that has just begun."""
        self._outages.clear()
        self._quiet_until.clear()


SERVERS: Final = Servers()
"""Those of this process."""
