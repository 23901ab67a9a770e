"""What KNMI is asked and when next, how often it was asked, and which stations are left out.

Order of locks: polls by name, and nothing else in the same transaction but what recording locks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from chassis.database import Connection

_COUNTS_KEPT_FOR = timedelta(days=7)
_DUE = "CASE WHEN due_at > asked_at THEN least(due_at, $4) ELSE $4 END"
"""The next time, or sooner when it was hastened while it was asked."""


class Poll(NamedTuple):
    """A poll that this process has leased until `leased_until`; nobody else asks before.

    `answered_at`: when all that it asks for was last recorded. `etag` and `last_modified`: what the server said then.
    """

    name: str
    leased_until: datetime
    answered_at: datetime | None
    failing_since: datetime | None
    failures: int
    etag: str | None
    last_modified: str | None


async def add(connection: Connection, *, due: Mapping[str, datetime]) -> None:
    """Add polls that are not there yet, with the moment at which each is due first."""
    names = sorted(due)
    await connection.execute(
        """
        INSERT INTO poll (name, due_at) SELECT * FROM unnest($1::text[], $2::timestamptz[]) ON CONFLICT DO NOTHING
        """,
        names,
        [due[name] for name in names],
    )


async def lease(
    connection: Connection, *, names: Collection[str], now: datetime, leased_until: datetime
) -> Poll | None:
    """Lease the one of `names` that has been due longest; None when none is due, or others have leased them."""
    row = await connection.fetchrow(
        """
        WITH due AS (
            SELECT name FROM poll
             WHERE name = ANY ($1::text[]) AND due_at <= $2 AND (leased_until IS NULL OR leased_until <= $2)
             ORDER BY due_at, name LIMIT 1 FOR UPDATE SKIP LOCKED)
        UPDATE poll SET leased_until = $3, asked_at = $2
          FROM due
         WHERE poll.name = due.name
        RETURNING poll.name, poll.leased_until, answered_at, failing_since, failures, etag, last_modified
        """,
        list(names),
        now,
        leased_until,
    )
    return None if row is None else Poll(*row)


async def settle_answered(
    connection: Connection,
    poll: Poll,
    *,
    now: datetime,
    due_at: datetime,
    etag: str | None = None,
    last_modified: str | None = None,
) -> bool:
    """Note that all was recorded; False, noting nothing, when the lease ended and somebody else has it."""
    name = await connection.fetchval(
        f"""
        UPDATE poll
           SET leased_until = NULL, due_at = {_DUE}, answered_at = $3, etag = $5, last_modified = $6,
               failing_since = NULL, failures = 0, problem = NULL, reason = NULL
         WHERE name = $1 AND leased_until = $2
        RETURNING name
        """,  # noqa: S608 - the text above
        poll.name,
        poll.leased_until,
        now,
        due_at,
        etag,
        last_modified,
    )
    return name is not None


async def settle_failed(
    connection: Connection,
    poll: Poll,
    *,
    now: datetime,
    due_at: datetime,
    problem: str,
    reason: str,
    is_answered: bool = False,
) -> bool:
    """Note that asking failed; False, noting nothing, when the lease ended and somebody else has it.

    `is_answered`: another source answered instead, so nothing is missing although this one still fails.
    """
    name = await connection.fetchval(
        f"""
        UPDATE poll
           SET leased_until = NULL, due_at = {_DUE}, problem = $5, reason = $6,
               failing_since = coalesce(failing_since, $3), failures = failures + 1,
               answered_at = CASE WHEN $7 THEN $3 ELSE answered_at END
         WHERE name = $1 AND leased_until = $2
        RETURNING name
        """,  # noqa: S608 - the text above
        poll.name,
        poll.leased_until,
        now,
        due_at,
        problem,
        reason,
        is_answered,
    )
    return name is not None


async def hasten(connection: Connection, *, name: str, now: datetime, not_before: timedelta) -> None:
    """Let a poll be due now, or `not_before` after it was asked last. One that fails waits for its next attempt."""
    await connection.execute(
        """
        UPDATE poll SET due_at = least(due_at, greatest($2, asked_at + $3)) WHERE name = $1 AND failures = 0
        """,
        name,
        now,
        not_before,
    )


class FailingPoll(NamedTuple):
    """A poll whose source has failed since `failing_since`."""

    name: str
    failing_since: datetime
    problem: str
    reason: str


async def failing(connection: Connection, *, names: Collection[str]) -> Sequence[FailingPoll]:
    """Return those of `names` that fail, the one that has failed longest first."""
    rows = await connection.fetch(
        """
        SELECT name, failing_since, problem, reason FROM poll
         WHERE name = ANY ($1::text[]) AND failures > 0
         ORDER BY failing_since, name
        """,
        list(names),
    )
    return [FailingPoll(*row) for row in rows]


async def spend(connection: Connection, *, budget: str, at_most: int, now: datetime) -> bool:
    """Count a request of this hour; False, counting nothing, when there have been `at_most`."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    requests = await connection.fetchval(
        """
        INSERT INTO request_count AS counted (budget, hour, requests) VALUES ($1, $2, 1)
            ON CONFLICT (budget, hour) DO UPDATE SET requests = counted.requests + 1 WHERE counted.requests < $3
        RETURNING requests
        """,
        budget,
        hour,
        at_most,
    )
    if requests == 1:
        await connection.execute("DELETE FROM request_count WHERE hour < $1", now - _COUNTS_KEPT_FOR)
    return requests is not None


async def leave_out(connection: Connection, *, source: str, stations: Collection[int], left_until: datetime) -> None:
    """Do not ask `source` for `stations` until then."""
    await connection.execute(
        """
        INSERT INTO left_out_station (source, station, left_until)
        SELECT $1, station, $3 FROM unnest($2::int[]) AS closed (station) ORDER BY station
            ON CONFLICT (source, station) DO UPDATE SET left_until = excluded.left_until
        """,
        source,
        sorted(stations),
        left_until,
    )


async def left_out(connection: Connection, *, source: str, now: datetime) -> frozenset[int]:
    """Return the stations for which `source` is not asked."""
    rows = await connection.fetch(
        "SELECT station FROM left_out_station WHERE source = $1 AND left_until > $2", source, now
    )
    return frozenset(row["station"] for row in rows)
