"""Homes whose position is to be looked up. Order of locks: a policy before its rows here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from chassis.database import Connection
from contracts.vocabulary import PostalAddress

_COUNTS_KEPT_FOR = timedelta(hours=1)


class Pending(NamedTuple):
    """A home that this process has leased until `leased_until`; nobody else asks for it before."""

    policy_number: str
    postcode: str
    house_number: str
    leased_until: datetime
    failures: int

    @property
    def address(self) -> PostalAddress:
        return PostalAddress(postcode=self.postcode, house_number=self.house_number)


async def let_wait(
    connection: Connection,
    *,
    policy_numbers: Collection[str],
    homes: Collection[tuple[str, PostalAddress]],
    now: datetime,
) -> None:
    """Let of these policies exactly `homes` wait, each with its policy's number; those that wait already go on.

    The caller holds the policies' locks.
    """
    ordered = sorted((number, address.postcode, address.house_number) for number, address in homes)
    numbers, postcodes, house_numbers = ([home[part] for home in ordered] for part in range(3))
    await connection.execute(
        """
        DELETE FROM pending_position
         WHERE policy_number = ANY ($1)
           AND (policy_number, postcode, house_number)
               NOT IN (SELECT * FROM unnest($2::text[], $3::text[], $4::text[]))
        """,
        list(policy_numbers),
        numbers,
        postcodes,
        house_numbers,
    )
    if not ordered:
        return
    await connection.execute(
        """
        INSERT INTO pending_position (policy_number, postcode, house_number, pending_since, due_at)
        SELECT policy_number, postcode, house_number, $4, $4
          FROM unnest($1::text[], $2::text[], $3::text[]) AS given (policy_number, postcode, house_number)
            ON CONFLICT DO NOTHING
        """,
        numbers,
        postcodes,
        house_numbers,
        now,
    )


async def spend(connection: Connection, *, at_most: int, now: datetime) -> bool:
    """Count a look-up of this minute; False, counting nothing, when there have been `at_most`."""
    minute = now.replace(second=0, microsecond=0)
    lookups = await connection.fetchval(
        """
        INSERT INTO position_lookup_count AS counted (minute, lookups) VALUES ($1, 1)
            ON CONFLICT (minute) DO UPDATE SET lookups = counted.lookups + 1 WHERE counted.lookups < $2
        RETURNING lookups
        """,
        minute,
        at_most,
    )
    if lookups == 1:
        await connection.execute("DELETE FROM position_lookup_count WHERE minute < $1", now - _COUNTS_KEPT_FOR)
    return lookups is not None


async def lease(connection: Connection, *, now: datetime, leased_until: datetime) -> Pending | None:
    """Lease the home that became due last; None when none is due, or others have leased them.

    The newest first: whoever has just moved does not wait behind a whole import.
    """
    row = await connection.fetchrow(
        """
        WITH due AS (
            SELECT policy_number, postcode, house_number FROM pending_position
             WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
             ORDER BY due_at DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
        UPDATE pending_position AS pending SET leased_until = $2
          FROM due
         WHERE (pending.policy_number, pending.postcode, pending.house_number)
             = (due.policy_number, due.postcode, due.house_number)
        RETURNING pending.policy_number, pending.postcode, pending.house_number, leased_until, failures
        """,
        now,
        leased_until,
    )
    return None if row is None else Pending(*row)


async def give_back(connection: Connection, pending: Pending) -> None:
    """Let this home wait as it did before it was leased."""
    await _is_ours(
        connection,
        """
        UPDATE pending_position
           SET leased_until = NULL
         WHERE policy_number = $1 AND postcode = $2 AND house_number = $3 AND leased_until = $4
        RETURNING policy_number
        """,
        pending,
    )


async def settle(connection: Connection, pending: Pending) -> bool:
    """Note that this home waits no more; False, noting nothing, when the lease ended and somebody else has it."""
    return await _is_ours(
        connection,
        """
        DELETE FROM pending_position
         WHERE policy_number = $1 AND postcode = $2 AND house_number = $3 AND leased_until = $4
        RETURNING policy_number
        """,
        pending,
    )


async def put_off(connection: Connection, pending: Pending, *, problem: str, due_at: datetime) -> bool:
    """Note that there is no place yet, and when to ask again; False as `settle` does."""
    return await _is_ours(
        connection,
        """
        UPDATE pending_position
           SET leased_until = NULL, due_at = $6, failures = failures + 1, problem = $5
         WHERE policy_number = $1 AND postcode = $2 AND house_number = $3 AND leased_until = $4
        RETURNING policy_number
        """,
        pending,
        problem,
        due_at,
    )


async def _is_ours(connection: Connection, statement: str, pending: Pending, *more: object) -> bool:
    key = pending.policy_number, pending.postcode, pending.house_number, pending.leased_until
    return await connection.fetchval(statement, *key, *more) is not None


async def count(connection: Connection) -> int:
    """Return how many homes wait for their position."""
    waiting: int = await connection.fetchval("SELECT count(*) FROM pending_position")
    return waiting
