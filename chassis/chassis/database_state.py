"""Measures what the database knows about a service that operators must know: late events, records never read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import asyncpg

from chassis.clock import Clock
from chassis.consuming import gaps
from chassis.database import Connection, connect
from chassis.errors import CannotStartError
from chassis.migrations.runner import Migration, pending_migrations
from chassis.publishing import outbox
from chassis.settings import ServiceSettings
from chassis.telemetry.health import Problems
from chassis.telemetry.metrics import OUTBOX_OLDEST_AGE_SECONDS

LATE_SECONDS = 60.0


class DatabaseState:
    """Asks over a connection of its own: a pool whose connections are all in use says nothing about the database."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        service: str,
        migrations: Sequence[Migration],
        clock: Clock,
        report_failure: Callable[[BaseException], None],
    ) -> None:
        self._settings = settings
        self._service = service
        self._migrations = migrations
        self._clock = clock
        self._report_failure = report_failure
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def measure(self) -> Problems:
        """Set the gauge of the outbox; return what is late and what was never read.

        A database that a newer version has migrated meanwhile is the end of this service.
        """
        try:
            if self._connection is None:
                self._connection = await connect(self._settings, application_name=f"{self._service} watch")
            await pending_migrations(self._connection, known=self._migrations)
            age = await self._outbox_age_seconds(self._connection)
            open_gaps = await gaps.list_gaps(self._connection)
        except BaseException as error:
            self.close()
            if isinstance(error, CannotStartError):
                self._report_failure(error)
            raise
        OUTBOX_OLDEST_AGE_SECONDS.set(age)
        problems = {}
        if age > LATE_SECONDS:
            problems["outbox"] = f"has waited for {age:.0f} s"
        if open_gaps:
            remedy = f"run: {self._service} gaps list"
            problems["gaps"] = f"records were deleted before they were read, {len(open_gaps)} times; {remedy}"
        return problems

    async def _outbox_age_seconds(self, connection: Connection) -> float:
        oldest = await outbox.oldest_waiting(connection)
        return 0.0 if oldest is None else (await self._clock.now(connection) - oldest).total_seconds()

    def close(self) -> None:
        """Let go of the connection without waiting for the server."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
