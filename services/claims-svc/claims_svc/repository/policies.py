"""The projection of policy-svc's policies. A transaction locks their rows before anything else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from uuid import UUID

from chassis.database import Connection
from contracts.codec import from_json, to_json
from contracts.policy import PolicyChanged

_CACHED_POLICIES = 4_096


async def insert_placeholders(connection: Connection, *, policy_numbers: Collection[str]) -> None:
    """Insert a row for every number that has none yet, so that it can be locked before policy-svc publishes it."""
    await connection.execute(
        """
        INSERT INTO policy (policy_number)
        SELECT policy_number FROM unnest($1::text[]) AS named (policy_number)
         -- Nearly all are there: to look is half of what it costs to meet them as conflicts.
         WHERE NOT EXISTS (SELECT FROM policy WHERE policy.policy_number = named.policy_number OFFSET 0)
         ORDER BY policy_number
            ON CONFLICT (policy_number) DO NOTHING
        """,
        list(set(policy_numbers)),
    )


async def lock(connection: Connection, *, policy_numbers: Collection[str]) -> Mapping[str, PolicyChanged | None]:
    """Lock these policies and return them by number; None: not published yet. A number without a row is left out."""
    rows = await connection.fetch(
        """
        SELECT policy.policy_number, policy.state
          FROM (SELECT policy_number FROM unnest($1::text[]) AS named (policy_number) ORDER BY policy_number) AS wanted
               CROSS JOIN LATERAL (
               SELECT * FROM policy WHERE policy_number = wanted.policy_number FOR UPDATE) AS policy
        """,
        list(set(policy_numbers)),
    )
    return {number: None if state is None else _policy(state) for number, state in rows}


async def lock_with_those_of_claims(
    connection: Connection,
    *,
    policy_numbers: Collection[str] = (),
    report_ids: Collection[UUID] = (),
    claim_ids: Collection[UUID] = (),
) -> Mapping[str, PolicyChanged | None]:
    """Lock these policies and those of the claims of these reports and claim ids; return them as `lock` does."""
    rows = await connection.fetch(
        """
        WITH claim_id AS (
             SELECT unnest($3::uuid[]) AS claim_id
             UNION ALL SELECT claim_id FROM unnest($2::uuid[]) AS given (report_id) CROSS JOIN LATERAL (
                   SELECT claim_id FROM opening_report WHERE report_id = given.report_id
                   UNION ALL
                   SELECT claim_id FROM joined_report WHERE report_id = given.report_id OFFSET 0) AS of_report
        ), wanted AS (
             SELECT unnest($1::text[]) AS policy_number
             UNION SELECT policy_number FROM claim_id CROSS JOIN LATERAL (
                   SELECT policy_number FROM claim WHERE claim.claim_id = claim_id.claim_id OFFSET 0) AS claim)
        SELECT policy.policy_number, policy.state
          FROM (SELECT policy_number FROM wanted ORDER BY policy_number) AS wanted CROSS JOIN LATERAL (
               SELECT * FROM policy WHERE policy_number = wanted.policy_number FOR UPDATE) AS policy
        """,
        list(policy_numbers),
        list(report_ids),
        list(claim_ids),
    )
    return {number: None if state is None else _policy(state) for number, state in rows}


async def customers(connection: Connection, *, policy_numbers: Collection[str]) -> Mapping[str, UUID]:
    """Return whose these policies are, by number; one that was not published yet is left out."""
    rows = await connection.fetch(
        """
        SELECT policy_number, (state ->> 'customer_id')::uuid AS customer_id
          FROM policy WHERE policy_number = ANY ($1) AND state IS NOT NULL
        """,
        list(policy_numbers),
    )
    return {row["policy_number"]: row["customer_id"] for row in rows}


async def store(connection: Connection, *, policies: Collection[PolicyChanged]) -> None:
    """Store `policies`, one version of each; an older version than the one stored changes nothing."""
    await connection.execute(
        """
        INSERT INTO policy (policy_number, version, state)
        SELECT * FROM unnest($1::text[], $2::integer[], $3::json[])
            ON CONFLICT (policy_number) DO UPDATE SET version = excluded.version, state = excluded.state
         WHERE excluded.version > policy.version
        """,
        [policy.policy_number for policy in policies],
        [policy.version for policy in policies],
        [to_json(policy).decode() for policy in policies],
    )


# Cached because the claims of one event read the same policies again and again, and a policy is frozen.
@lru_cache(maxsize=_CACHED_POLICIES)
def _policy(state: str) -> PolicyChanged:
    return from_json(PolicyChanged, state)


async def find(connection: Connection, *, policy_number: str) -> PolicyChanged | None:
    """Return the newest version of a policy, without locking it; None: it is not published yet."""
    state = await connection.fetchval("SELECT state FROM policy WHERE policy_number = $1", policy_number)
    return None if state is None else _policy(state)
