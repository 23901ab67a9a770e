"""The table of durable timers: each fires when it is due, or later when the service was down at that moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.database import Connection
from chassis.telemetry.tracing import Trace

LONGEST_SLEEP_SECONDS = 1.0
"""Who waits for timers looks at them so often at least. Whoever sets one for later need not wake him."""


@dataclass(frozen=True, slots=True)
class Timer:
    """`kind` names the handler, `key` what it is about; `trace` is continued when the timer fires."""

    kind: str
    key: str
    due_at: datetime
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose moment has come. `attempts` counts the failures before."""

    kind: str
    key: str
    due_at: datetime
    attempts: int
    trace: Trace | None


async def upsert(connection: Connection, *, timers: Sequence[Timer]) -> None:
    """Set `timers`; one that exists is moved to its new moment."""
    last = {(timer.kind, timer.key): timer for timer in timers}
    ordered = [last[identity] for identity in sorted(last)]
    await connection.execute(
        """
        INSERT INTO messaging.timer (kind, key, due_at, traceparent)
        SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
            ON CONFLICT (kind, key) DO UPDATE
           SET due_at = excluded.due_at, traceparent = excluded.traceparent, attempts = 0, failure = NULL
        """,
        [timer.kind for timer in ordered],
        [timer.key for timer in ordered],
        [timer.due_at for timer in ordered],
        [timer.trace for timer in ordered],
    )


async def delete(connection: Connection, *, kind: str, keys: Sequence[str]) -> None:
    """Delete timers, whether they exist or not.

    One that fires at this very moment is skipped: its handler may wait for a row that the caller has locked.
    """
    await connection.execute(
        """
        DELETE FROM messaging.timer WHERE (kind, key) IN (
            SELECT kind, key FROM messaging.timer WHERE kind = $1 AND key = ANY ($2::text[]) FOR UPDATE SKIP LOCKED)
        """,
        kind,
        keys,
    )


async def first_due(connection: Connection, *, kinds: Sequence[str]) -> tuple[datetime, datetime | None]:
    """The database's present moment, and when the first timer of these kinds is due; None when there is none."""
    ((now, due_at),) = await connection.fetch(
        "SELECT now(), (SELECT min(due_at) FROM messaging.timer WHERE kind = ANY ($1::text[]))", kinds
    )
    return now, due_at


async def overdue(connection: Connection, *, now: datetime) -> Mapping[str, tuple[int, datetime]]:
    """Return how many timers are due, and since when the first one is, by kind; of whatever kinds there are."""
    rows = await connection.fetch(
        "SELECT kind, count(*) AS due, min(due_at) AS since FROM messaging.timer WHERE due_at <= $1 GROUP BY kind", now
    )
    return {row["kind"]: (row["due"], row["since"]) for row in rows}


async def due_kinds(connection: Connection, *, kinds: Sequence[str], now: datetime, among: int) -> Sequence[str]:
    """Which of `kinds` are due, by the first `among` timers that are."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT kind FROM (
               SELECT kind FROM messaging.timer
                WHERE due_at <= $2 AND kind = ANY ($1::text[]) ORDER BY due_at LIMIT $3) AS due
         ORDER BY kind
        """,
        kinds,
        now,
        among,
    )
    return [row["kind"] for row in rows]


async def pop_due(connection: Connection, *, kind: str, now: datetime, limit: int) -> Sequence[DueTimer]:
    """Delete up to `limit` due timers and return them, earliest first; meanwhile other instances skip them."""
    rows = await connection.fetch(
        """
        DELETE FROM messaging.timer
         WHERE (kind, key) IN (
               SELECT kind, key FROM messaging.timer
                WHERE due_at <= $2 AND kind = $1
                ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING kind, key, due_at, attempts, traceparent
        """,
        kind,
        now,
        limit,
    )
    return sorted((DueTimer(*row) for row in rows), key=lambda timer: (timer.due_at, timer.key))


async def pop(connection: Connection, *, timer: DueTimer, now: datetime) -> bool:
    """Delete this timer; False when it was moved, cancelled or fired meanwhile, or the clock went back before it."""
    row = await connection.fetchval(
        "DELETE FROM messaging.timer WHERE kind = $1 AND key = $2 AND due_at = $3 AND due_at <= $4 RETURNING key",
        timer.kind,
        timer.key,
        timer.due_at,
        now,
    )
    return row is not None


async def postpone(connection: Connection, *, timer: DueTimer, until: datetime, failure: str) -> None:
    """Move a timer whose handler failed, unless it was set anew meanwhile."""
    await connection.execute(
        """
        UPDATE messaging.timer SET due_at = $4, attempts = attempts + 1, failure = $5
         WHERE kind = $1 AND key = $2 AND due_at = $3
        """,
        timer.kind,
        timer.key,
        timer.due_at,
        until,
        failure,
    )
