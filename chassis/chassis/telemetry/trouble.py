"""What a part of a service fails by, and since when: for `/ready`, for a gauge, and for a log that stays readable.

An outage of a minute is hundreds of failed attempts and one thing that happened. It is logged when it begins, once a
minute while it lasts, and when it is over; where a server is away, for all parts together (`servers`).
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import asyncpg
import structlog
from aiokafka.errors import (
    BrokerNotAvailableError,
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NodeNotReadyError,
    RequestTimedOutError,
)

from chassis.errors import DatabaseUnavailableError, describe, is_transient, places_of
from chassis.telemetry.servers import SERVERS, Servers

log = structlog.get_logger(__name__)

REPEAT_SECONDS = 60.0
SHORT_SECONDS = 5.0
"""What begins again soon after it was logged is logged when it lasts longer than this: a part that flaps is quiet."""
DISK_FULL = "53100"
_POSTGRESQL, _KAFKA, _OWN = "PostgreSQL", "Kafka", "this service"
_ERRORS_OF_POSTGRESQL = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    DatabaseUnavailableError,
)
_AWAY = (
    DatabaseUnavailableError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.CrashShutdownError,
    BrokerNotAvailableError,
    CoordinatorLoadInProgressError,  # it has come back, and does not know yet what groups have committed
    CoordinatorNotAvailableError,
    KafkaConnectionError,
    KafkaTimeoutError,
    NodeNotReadyError,
    RequestTimedOutError,
)
_SERVER_OF_PACKAGE = {"asyncpg": _POSTGRESQL, "aiokafka": _KAFKA, "faststream": _KAFKA}


@dataclass
class _Spell:
    """One unbroken row of failures."""

    began: float
    error: BaseException
    failures: int = 0
    is_logged: bool = False


class Trouble:
    """Follows whether one part works. The part reports every failure and every success; both cost next to nothing.

    Where a part fails because a server is away, the log says so once for all parts. A part that is `about_itself` says
    for itself what it fails by, whatever that is.
    """

    def __init__(
        self,
        part: str,
        *,
        about_itself: bool = False,
        servers: Servers = SERVERS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.part = part
        self._about_itself = about_itself
        self._servers = servers
        self._monotonic = monotonic
        self._spell: _Spell | None = None
        self._attempt_began: float | None = None
        self._quiet_until = 0.0

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Wrap one attempt, so that one that does not end is a problem, too. It tells neither success nor failure."""
        self._attempt_began = self._monotonic()
        try:
            yield
        finally:
            self._attempt_began = None

    def failed(self, error: BaseException, **more: str) -> None:
        """Take note that an attempt failed by `error`; a line that is logged says `more`, too."""
        now = self._monotonic()
        if self._spell is None:
            self._spell = _Spell(began=now, error=error)
        spell = self._spell
        spell.error = error
        spell.failures += 1
        if not self._about_itself and is_away(error):
            self._servers.unreached(server_of(error), part=self.part, error=describe(_cause_of(error)))
            return
        self._servers.reached(self.part)
        lasts = not spell.is_logged and now - spell.began > SHORT_SECONDS
        if now < self._quiet_until and not lasts:
            return
        self._quiet_until = now + REPEAT_SECONDS
        fields = {"part": self.part, "server": server_of(error), "error": describe(_cause_of(error)), **more}
        if spell.is_logged:
            log.warning("trouble.continued", **fields, failures=spell.failures, seconds=round(now - spell.began, 1))
        else:
            log.warning("trouble.began", **fields, failures=spell.failures, places=places_of(error))
        spell.is_logged = True

    def recovered(self) -> None:
        """Take note that it works."""
        spell, self._spell = self._spell, None
        if spell is not None:
            self._servers.reached(self.part)
        if spell is not None and spell.is_logged:
            seconds = round(self._monotonic() - spell.began, 1)
            log.warning("trouble.ended", part=self.part, failures=spell.failures, seconds=seconds)

    @property
    def seconds(self) -> float:
        """How long the part has failed without one success; 0 while it works."""
        return self._since(None if self._spell is None else self._spell.began)

    def problem(self, *, tolerated_seconds: float) -> str | None:
        """Return what fails, for how long and whose server it is; None when it works, or failed only just now."""
        if self._spell is not None and self.seconds > tolerated_seconds:
            return f"has failed for {self.seconds:.0f} s: {blame(self._spell.error)}"
        if (busy := self._since(self._attempt_began)) > tolerated_seconds:
            return f"has been at the same work for {busy:.0f} s"
        return None

    def _since(self, began: float | None) -> float:
        return 0.0 if began is None else self._monotonic() - began


def blame(error: BaseException) -> str:
    """Name the server an error came from and the error, without its message: `PostgreSQL, DeadlockDetected (40P01)`."""
    if getattr(error, "sqlstate", None) == DISK_FULL:
        return f"the disk of PostgreSQL is full, {describe(error)}"
    return f"{server_of(error)}, {describe(_cause_of(error))}"


def is_away(error: BaseException) -> bool:
    """Whether an error tells that a server is not there or does not answer, not what it has against something."""
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
        return is_transient(error)  # they tell of lost connections, and of wrong use of asyncpg
    if isinstance(error, KafkaError | asyncpg.PostgresError | DatabaseUnavailableError):
        return isinstance(error, _AWAY) or type(error) is KafkaError  # aiokafka's, when no broker gives metadata
    return isinstance(error, (OSError, TimeoutError, *_AWAY)) and server_of(error) != _OWN


def server_of(error: BaseException) -> str:
    """Name the server an error came from: `PostgreSQL`, `Kafka`, or `this service` when neither client raised it.

    An `OSError` or a timeout names no server, so the client library it came through tells whose it is.
    """
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, _ERRORS_OF_POSTGRESQL):
            return _POSTGRESQL
        if isinstance(found, KafkaError):
            return _KAFKA
        for frame, _ in traceback.walk_tb(found.__traceback__):
            package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
            if package in _SERVER_OF_PACKAGE:
                return _SERVER_OF_PACKAGE[package]
        found = found.__cause__ or found.__context__
    return _OWN


def _cause_of(error: BaseException) -> BaseException:
    """What the database said, where only that is known which follows from it."""
    return error.__cause__ if isinstance(error, DatabaseUnavailableError) and error.__cause__ else error
