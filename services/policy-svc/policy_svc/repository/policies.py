"""Policies: the version of each, and under its lock its terms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

import asyncpg

from chassis.database import Connection
from contracts.policy import PolicyChanged, PolicyKind
from policy_svc.domain.versions import LastVersions, VersionReason
from policy_svc.repository import terms


async def insert(
    connection: Connection,
    *,
    owners: Mapping[str, UUID],
    kinds: Mapping[str, PolicyKind],
    renews_on: Mapping[str, date | None] = MappingProxyType({}),
    recorded_at: datetime,
) -> set[str]:
    """Store the policies that are new, in version 1 and still without terms; return their numbers.

    `owners` holds the customer id, `kinds` the kind of every policy number. `renews_on`, where it is known already,
    spares writing the row again.
    """
    rows = await connection.fetch(
        """
        INSERT INTO policy (policy_number, version, customer_id, kind, recorded_at, renews_on)
        SELECT policy_number, 1, customer_id, kind, $4, renews_on
          FROM unnest($1::text[], $2::uuid[], $3::text[], $5::date[])
               AS given (policy_number, customer_id, kind, renews_on)
         ORDER BY policy_number COLLATE "C"
            ON CONFLICT (policy_number) DO NOTHING
        RETURNING policy_number
        """,
        list(owners),
        list(owners.values()),
        [kinds[number] for number in owners],
        recorded_at,
        [renews_on.get(number) for number in owners],
    )
    return {row["policy_number"] for row in rows}


async def numbers_of(connection: Connection, *, customer_id: UUID) -> set[str]:
    """Return the numbers of all policies that a customer has or had. The caller holds the customer's lock."""
    rows = await connection.fetch("SELECT policy_number FROM policy WHERE customer_id = $1", customer_id)
    return {row["policy_number"] for row in rows}


async def lock(connection: Connection, *, policy_numbers: Collection[str]) -> dict[str, PolicyChanged]:
    """Return these policies, by number, locked until the transaction ends; unknown numbers are left out."""
    rows = await connection.fetch(
        """
        SELECT policy_number, version, customer_id, kind
          FROM policy
         WHERE policy_number = ANY($1)
         ORDER BY policy_number
           FOR NO KEY UPDATE
        """,
        list(policy_numbers),
    )
    return await _with_terms(connection, rows)


async def find(connection: Connection, *, policy_number: str) -> PolicyChanged | None:
    """Return a policy as it is now, which nobody changes until the transaction ends; None when there is none."""
    rows = await connection.fetch(
        "SELECT policy_number, version, customer_id, kind FROM policy WHERE policy_number = $1 FOR SHARE",
        policy_number,
    )
    return (await _with_terms(connection, rows)).get(policy_number)


async def next_after(connection: Connection, *, after: str, limit: int) -> dict[str, PolicyChanged]:
    """Return up to `limit` policies that follow the number `after`, by number, without a lock.

    The caller's transaction sees one state, so that terms belong to their version.
    """
    rows = await connection.fetch(
        """
        SELECT policy_number, version, customer_id, kind
          FROM policy
         WHERE policy_number > $1
         ORDER BY policy_number
         LIMIT $2
        """,
        after,
        limit,
    )
    return await _with_terms(connection, rows)


async def lock_next(connection: Connection, *, after: str, limit: int) -> dict[str, PolicyChanged]:
    """Return up to `limit` policies that follow the number `after`, by number, locked until the transaction ends."""
    rows = await connection.fetch(
        """
        SELECT policy_number, version, customer_id, kind
          FROM policy
         WHERE policy_number > $1
         ORDER BY policy_number
         LIMIT $2
           FOR NO KEY UPDATE
        """,
        after,
        limit,
    )
    return await _with_terms(connection, rows)


async def lock_due(connection: Connection, *, on: date, limit: int) -> dict[str, PolicyChanged]:
    """Return up to `limit` policies that are to be renewed by `on`, by number, locked until the transaction ends.

    Those that somebody else has locked are left out: who fires the timer of a day must wait for nobody who sets it.
    """
    rows = await connection.fetch(
        """
        SELECT policy_number, version, customer_id, kind
          FROM policy
         WHERE renews_on <= $1
         ORDER BY policy_number
         LIMIT $2
           FOR NO KEY UPDATE SKIP LOCKED
        """,
        on,
        limit,
    )
    return await _with_terms(connection, rows)


async def is_any_due(connection: Connection, *, on: date) -> bool:
    """Return whether policies are to be renewed by `on`, whoever has locked them."""
    found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM policy WHERE renews_on <= $1)", on)
    return found


async def _with_terms(connection: Connection, rows: Sequence[asyncpg.Record]) -> dict[str, PolicyChanged]:
    terms_of = await terms.current(connection, policy_numbers=[row["policy_number"] for row in rows])
    return {
        row["policy_number"]: PolicyChanged(
            policy_number=row["policy_number"],
            version=row["version"],
            customer_id=row["customer_id"],
            kind=PolicyKind(row["kind"]),
            terms=tuple(terms_of[row["policy_number"]]),
        )
        for row in rows
    }


async def last_versions(connection: Connection, *, policy_numbers: Collection[str]) -> dict[str, LastVersions]:
    """Return by policy number which version of these policies each reason made last, and a file told again last."""
    rows = await connection.fetch(
        """
        SELECT policy_number, told_version, reason, max(policy_version.version) AS version
          FROM policy
          JOIN policy_version USING (policy_number)
         WHERE policy_number = ANY($1)
         GROUP BY policy_number, told_version, reason
        """,
        list(policy_numbers),
    )
    made: dict[str, dict[str, int]] = {}
    for row in rows:
        made.setdefault(row["policy_number"], {})[row["reason"]] = row["version"]
    told = {row["policy_number"]: row["told_version"] for row in rows}
    return {number: LastVersions(made=of_reason, told=told[number]) for number, of_reason in made.items()}


async def save_told(connection: Connection, *, policy_numbers: Collection[str]) -> None:
    """Store that a file told the present version of these policies again. The caller holds their locks."""
    await connection.execute(
        "UPDATE policy SET told_version = version WHERE policy_number = ANY($1)", list(policy_numbers)
    )


async def recorded_at(connection: Connection, *, policy_number: str) -> datetime:
    """Return when the present version of a policy was made: one that only drops a period has none of its own."""
    moment: datetime = await connection.fetchval(
        "SELECT recorded_at FROM policy WHERE policy_number = $1", policy_number
    )
    return moment


async def moment_of_change(connection: Connection, *, policy_numbers: Collection[str], now: datetime) -> datetime:
    """Return `now`, or just after the newest version of these policies where that is later.

    Who waited for a lock began before the version that it waited for. The caller holds the policies' locks.
    """
    moment: datetime = await connection.fetchval(
        "SELECT greatest($2, max(recorded_at) + '1 microsecond') FROM policy WHERE policy_number = ANY($1)",
        list(policy_numbers),
        now,
    )
    return moment


async def save_versions(
    connection: Connection,
    *,
    known: Mapping[str, PolicyChanged],
    changed: Mapping[str, PolicyChanged],
    renews_on: Mapping[str, date | None],
    reason: VersionReason,
    made_by: str,
    recorded_at: datetime,
) -> None:
    """Store the `changed` versions over the `known` ones, each by policy number. The caller holds the policies' locks.

    Terms that no longer count stay on record, marked with the version and the moment that superseded them.
    """
    superseded, added = [], []
    for number, policy in changed.items():
        before = set(known[number].terms) if number in known else set()
        superseded += [(policy, period) for period in before - set(policy.terms)]
        added += [(policy, period) for period in policy.terms if period not in before]
    await _raise_versions(
        connection, policies=changed, renews_on=renews_on, reason=reason, made_by=made_by, recorded_at=recorded_at
    )
    await terms.supersede(connection, superseded=superseded, superseded_at=recorded_at)
    await terms.insert(connection, added=added)


async def _raise_versions(
    connection: Connection,
    *,
    policies: Mapping[str, PolicyChanged],
    renews_on: Mapping[str, date | None],
    reason: VersionReason,
    made_by: str,
    recorded_at: datetime,
) -> None:
    numbers, versions = list(policies), [policy.version for policy in policies.values()]
    await connection.execute(
        """
        UPDATE policy
           SET version = given.version, renews_on = given.renews_on, recorded_at = $4
          FROM unnest($1::text[], $2::integer[], $3::date[]) AS given (policy_number, version, renews_on)
         WHERE policy.policy_number = given.policy_number
           AND (policy.version, policy.renews_on, policy.recorded_at)
               IS DISTINCT FROM (given.version, given.renews_on, $4)
        """,
        numbers,
        versions,
        [renews_on[number] for number in numbers],
        recorded_at,
    )
    await connection.execute(
        """
        UPDATE policy_version
           SET known = tstzrange(lower(known), $2)
         WHERE policy_number = ANY($1) AND upper_inf(known)
        """,
        [number for number, policy in policies.items() if policy.version > 1],
        recorded_at,
    )
    await connection.execute(
        """
        INSERT INTO policy_version (policy_number, version, known, reason, made_by)
        SELECT policy_number, version, tstzrange($3, NULL), $4, $5
          FROM unnest($1::text[], $2::integer[]) AS given (policy_number, version)
        """,
        numbers,
        versions,
        recorded_at,
        reason,
        made_by,
    )


async def renewal_days(connection: Connection, *, policy_numbers: Collection[str]) -> dict[str, date]:
    """Return when each of these policies is to be renewed; those that run out are left out."""
    rows = await connection.fetch(
        "SELECT policy_number, renews_on FROM policy WHERE policy_number = ANY($1) AND renews_on IS NOT NULL",
        list(policy_numbers),
    )
    return {row["policy_number"]: row["renews_on"] for row in rows}
