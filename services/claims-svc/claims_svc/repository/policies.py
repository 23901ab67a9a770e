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
        SELECT policy_number FROM unnest($1::text[]) AS named (policy_number) ORDER BY policy_number
            ON CONFLICT (policy_number) DO NOTHING
        """,
        list(set(policy_numbers)),
    )


async def lock(
    connection: Connection,
    *,
    policy_numbers: Collection[str] = (),
    report_ids: Collection[UUID] = (),
    claim_ids: Collection[UUID] = (),
) -> Mapping[str, PolicyChanged | None]:
    """Lock these policies and those of the claims of these reports and claim ids; return them by number.

    None: not published yet.
    """
    rows = await connection.fetch(
        """
        SELECT policy_number, state FROM policy
         WHERE policy_number IN (
               SELECT unnest($1::text[])
               UNION SELECT policy_number FROM claim WHERE report_id = ANY ($2::uuid[])
               UNION SELECT policy_number FROM claim JOIN joined_report AS joined USING (claim_id)
                      WHERE joined.report_id = ANY ($2::uuid[])
               UNION SELECT policy_number FROM claim WHERE claim_id = ANY ($3::uuid[]))
         ORDER BY policy_number FOR UPDATE
        """,
        list(policy_numbers),
        list(report_ids),
        list(claim_ids),
    )
    return {number: None if state is None else _policy(state) for number, state in rows}


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
