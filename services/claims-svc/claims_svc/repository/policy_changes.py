"""Versions of policies that their claims follow in slices. Whoever reads or writes them has locked the policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.database import Connection
from contracts.codec import from_json, to_json
from contracts.policy import PolicyChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """A version that claims are following; those up to `followed_to` have, None: none has been asked yet."""

    policy: PolicyChanged
    followed_to: UUID | None


async def insert(connection: Connection, *, policies: Collection[PolicyChanged]) -> Collection[str]:
    """Store versions to be followed; return the numbers of the policies that had none to follow before."""
    rows = await connection.fetch(
        """
        INSERT INTO policy_change (policy_number, version, state)
        SELECT * FROM unnest($1::text[], $2::integer[], $3::json[])
        RETURNING policy_number,
                  -- OFFSET 0 keeps this from being answered out of a hash of the whole table.
                  EXISTS (SELECT FROM policy_change AS before
                           WHERE before.policy_number = policy_change.policy_number OFFSET 0)
        """,
        [policy.policy_number for policy in policies],
        [policy.version for policy in policies],
        [to_json(policy).decode() for policy in policies],
    )
    return {policy_number for policy_number, is_followed_already in rows if not is_followed_already}


async def oldest(connection: Connection, *, policy_number: str) -> PolicyChange | None:
    """Return the version of a policy that is to be followed first; None: there is none."""
    row = await connection.fetchrow(
        "SELECT state, followed_to FROM policy_change WHERE policy_number = $1 ORDER BY version LIMIT 1", policy_number
    )
    if row is None:
        return None
    return PolicyChange(policy=from_json(PolicyChanged, row["state"]), followed_to=row["followed_to"])


async def of_policies(
    connection: Connection, *, policy_numbers: Collection[str]
) -> Mapping[str, Sequence[PolicyChanged]]:
    """Return the versions of these policies that are to be followed, oldest first, by policy number."""
    rows = await connection.fetch(
        """
        SELECT policy_number, state FROM policy_change
         WHERE policy_number = ANY ($1::text[]) ORDER BY policy_number, version
        """,
        list(policy_numbers),
    )
    versions: defaultdict[str, list[PolicyChanged]] = defaultdict(list)
    for policy_number, state in rows:
        versions[policy_number].append(from_json(PolicyChanged, state))
    return versions


async def advance(connection: Connection, *, policy: PolicyChanged, followed_to: UUID) -> None:
    """Record that the claims up to this one have followed this version."""
    await connection.execute(
        "UPDATE policy_change SET followed_to = $3 WHERE policy_number = $1 AND version = $2",
        policy.policy_number,
        policy.version,
        followed_to,
    )


async def delete(connection: Connection, *, policy: PolicyChanged) -> bool:
    """Delete a version that all claims have followed; return whether a later one is to be followed."""
    later: bool = await connection.fetchval(
        """
        WITH followed AS (DELETE FROM policy_change WHERE policy_number = $1 AND version = $2)
        SELECT EXISTS (SELECT FROM policy_change WHERE policy_number = $1 AND version > $2)
        """,
        policy.policy_number,
        policy.version,
    )
    return later
