"""The least that handlers ask of a unit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import asyncpg
from uuid_utils.compat import uuid7

from chassis.timers.timer_table import Timer
from contracts.codec import to_json
from contracts.topic import Event
from contracts.topics import CATALOGUE

_OUTBOX = """
    INSERT INTO bare.outbox (event_id, topic, key, payload, trace)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[])
"""
_TIMERS = """
    INSERT INTO bare.timer (kind, key, due_at, trace)
    SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
        ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, trace = excluded.trace
"""


class BareWork:
    """A unit of work: what is published and scheduled in it is written before it commits."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.now = datetime.now(UTC)
        self.published: list[tuple[object, ...]] = []
        self._timers: dict[tuple[str, str], Timer] = {}

    def publish(self, *events: Event, trace: str | None) -> None:
        """Publish `events` after the commit."""
        for event in events:
            topic = CATALOGUE.topic_of(type(event))
            assert topic is not None, type(event)  # noqa: S101 - every event of the services has a topic
            payload = to_json(event)
            self.published.append((uuid7(), topic.name, topic.key_of(event), payload, trace))

    def schedule(self, *timers: Timer) -> None:
        """Set timers; none of them comes due in a run."""
        self._timers |= {(timer.kind, timer.key): timer for timer in timers}

    async def cancel(self, kind: str, keys: Iterable[str]) -> None:
        """Remove timers."""
        keys = list(keys)
        for key in keys:
            self._timers.pop((kind, key), None)
        await self.connection.execute("DELETE FROM bare.timer WHERE kind = $1 AND key = ANY ($2::text[])", kind, keys)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Nobody reads the log lines and metrics of a run without the framework."""

    async def flush(self) -> None:
        """Write what was published and scheduled."""
        if self.published:
            await self.connection.execute(_OUTBOX, *map(list, zip(*self.published, strict=True)))
        if self._timers:
            rows = [(timer.kind, timer.key, timer.due_at, timer.trace) for timer in self._timers.values()]
            await self.connection.execute(_TIMERS, *map(list, zip(*rows, strict=True)))
