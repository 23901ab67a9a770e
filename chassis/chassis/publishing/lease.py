"""The right to lead, held by one process at a time and for seconds only, so that a frozen one is replaced."""

from __future__ import annotations

from uuid import uuid4

from chassis.clock import elapsed_seconds
from chassis.database import Connection

LEASE_SECONDS = 10.0
_RENEWED_BELOW_SECONDS = LEASE_SECONDS * 2 / 3


class LeaseLostError(Exception):
    """Another process leads, or may lead by now."""


class Lease:
    """A lease by the database's clock. Its holder counts the seconds itself, also those its machine sleeps through."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._holder = uuid4()
        self._connection: Connection | None = None
        self._ends_at = 0.0

    async def acquire(self, connection: Connection) -> bool:
        """Take or renew the lease; whether it is this one's now.

        It can be taken when it has expired, when its holder's session has ended, and when it would last longer than any
        lease does: then the database's clock was set back. That cannot be told by now(), the moment of this question:
        the holder may have renewed the lease since.
        """
        self._connection, asked_at = connection, elapsed_seconds()
        acquired = await connection.fetchval(
            """
            INSERT INTO messaging.lease AS held (name, holder, session, expires_at)
            VALUES ($1, $2, pg_backend_pid(), now() + make_interval(secs => $3))
                ON CONFLICT (name) DO UPDATE
               SET holder = excluded.holder, session = excluded.session, expires_at = excluded.expires_at
             WHERE held.holder = excluded.holder
                OR held.expires_at <= now()
                OR held.expires_at > clock_timestamp() + make_interval(secs => $3)
                OR NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = held.session)
            RETURNING true
            """,
            self._name,
            self._holder,
            LEASE_SECONDS,
        )
        self._ends_at = asked_at + LEASE_SECONDS if acquired else 0.0
        return acquired is not None

    async def renew(self, connection: Connection, *, enough_seconds: float = _RENEWED_BELOW_SECONDS) -> None:
        """Renew the lease when less than `enough_seconds` are left; raise `LeaseLostError` when another has it."""
        if self.remaining_seconds() < enough_seconds and not await self.acquire(connection):
            raise LeaseLostError

    def check(self) -> None:
        if not self.is_held:
            raise LeaseLostError

    @property
    def is_held(self) -> bool:
        """False when the lease has run out, and when the session that held it has ended."""
        return self.remaining_seconds() > 0 and self._connection is not None and not self._connection.is_closed()

    def remaining_seconds(self) -> float:
        return self._ends_at - elapsed_seconds()
