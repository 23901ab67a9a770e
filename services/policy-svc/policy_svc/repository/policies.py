"""Policies: the version of each, and under its lock its terms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from contracts.policy import PolicyChanged
from policy_svc.repository import terms


async def insert(connection: Connection, *, owners: Mapping[str, UUID], recorded_at: datetime) -> set[str]:
    """Store the policies that are new, in version 1 and still without terms; return their numbers.

    `owners` holds the customer id of every policy number.
    """
    rows = await connection.fetch(
        """
        INSERT INTO policy (policy_number, version, customer_id, recorded_at)
        SELECT policy_number, 1, customer_id, $3
          FROM unnest($1::text[], $2::uuid[]) AS given (policy_number, customer_id)
         ORDER BY policy_number COLLATE "C"
            ON CONFLICT (policy_number) DO NOTHING
        RETURNING policy_number
        """,
        list(owners),
        list(owners.values()),
        recorded_at,
    )
    return {row["policy_number"] for row in rows}


async def lock(connection: Connection, *, policy_numbers: Collection[str]) -> dict[str, PolicyChanged]:
    """Return these policies, by number, locked until the transaction ends; unknown numbers are left out."""
    rows = await connection.fetch(
        """
        SELECT policy_number, version, customer_id
          FROM policy
         WHERE policy_number = ANY($1)
         ORDER BY policy_number
           FOR NO KEY UPDATE
        """,
        list(policy_numbers),
    )
    return await _with_terms(connection, rows)


async def lock_next(connection: Connection, *, after: str, limit: int) -> dict[str, PolicyChanged]:
    """Return up to `limit` policies that follow the number `after`, by number, locked until the transaction ends."""
    rows = await connection.fetch(
        """
        SELECT policy_number, version, customer_id
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


async def _with_terms(connection: Connection, rows: Sequence[asyncpg.Record]) -> dict[str, PolicyChanged]:
    terms_of = await terms.current(connection, policy_numbers=[row["policy_number"] for row in rows])
    return {
        row["policy_number"]: PolicyChanged(
            policy_number=row["policy_number"],
            version=row["version"],
            customer_id=row["customer_id"],
            terms=tuple(terms_of[row["policy_number"]]),
        )
        for row in rows
    }


async def save_versions(
    connection: Connection,
    *,
    known: Mapping[str, PolicyChanged],
    changed: Sequence[PolicyChanged],
    recorded_at: datetime,
) -> None:
    """Store the `changed` versions over the `known` ones, by policy number. The caller holds the policies' locks.

    Terms that no longer count stay on record, marked with the version and the moment that superseded them.
    """
    terms_before = {number: set(policy.terms) for number, policy in known.items()}
    superseded, added = [], []
    for policy in changed:
        before = terms_before.get(policy.policy_number, set())
        superseded += [(policy, period) for period in before - set(policy.terms)]
        added += [(policy, period) for period in policy.terms if period not in before]
    await _raise_versions(connection, policies=changed, recorded_at=recorded_at)
    await terms.supersede(connection, superseded=superseded, superseded_at=recorded_at)
    await terms.insert(connection, added=added)


async def _raise_versions(connection: Connection, *, policies: Sequence[PolicyChanged], recorded_at: datetime) -> None:
    await connection.execute(
        """
        UPDATE policy
           SET version = given.version, recorded_at = $3
          FROM unnest($1::text[], $2::integer[]) AS given (policy_number, version)
         WHERE policy.policy_number = given.policy_number AND policy.version < given.version
        """,
        [policy.policy_number for policy in policies],
        [policy.version for policy in policies],
        recorded_at,
    )
