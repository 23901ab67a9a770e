"""Policies as they are and were known: read without a lock, each in one statement, so that versions never mix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import asyncpg

from chassis.database import Connection
from contracts.policy import PolicyChanged, PolicyKind, PolicyTerms
from policy_svc.domain.versions import VersionReason
from policy_svc.repository.terms import terms_of


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a policy: what made it, and from when until when it was the known one."""

    version: int
    recorded_at: datetime
    superseded_at: datetime | None
    reason: VersionReason
    made_by: str
    terms: Sequence[PolicyTerms]
    terms_before: Sequence[PolicyTerms]


async def as_known(connection: Connection, *, policy_number: str, at: datetime | None) -> PolicyChanged | None:
    """Return a policy as it was known at a moment, None for now; None when there was no such policy then."""
    rows = await connection.fetch(
        """
        SELECT policy.customer_id, policy.kind, policy_version.version, policy_terms.*
          FROM policy
          JOIN policy_version USING (policy_number)
          JOIN policy_terms USING (policy_number)
         WHERE policy_number = $1
           AND CASE WHEN $2::timestamptz IS NULL THEN upper_inf(policy_version.known) AND upper_inf(policy_terms.known)
                    ELSE policy_version.known @> $2 AND policy_terms.known @> $2 END
         ORDER BY lower(in_force)
        """,
        policy_number,
        at,
    )
    return next(iter(_policies(rows)), None)


async def of_customer(
    connection: Connection, *, relation_number: str, at: datetime | None, after: str | None, rows: int
) -> list[PolicyChanged]:
    """Return a customer's policies as they were known at a moment, None for now: up to `rows` of those after a number.

    They come by number. What was not on record then is not among them.
    """
    found = await connection.fetch(
        """
        SELECT policy.customer_id, policy.kind, policy.version, policy_terms.*
          FROM (SELECT policy_number, policy.customer_id, policy.kind, policy_version.version
                  FROM policy
                  JOIN customer USING (customer_id)
                  JOIN policy_version USING (policy_number)
                 WHERE relation_number = $1 AND ($2::text IS NULL OR policy_number > $2)
                   AND CASE WHEN $4::timestamptz IS NULL THEN upper_inf(policy_version.known)
                            ELSE policy_version.known @> $4 END
                 ORDER BY policy_number
                 LIMIT $3) AS policy
          JOIN policy_terms USING (policy_number)
         WHERE CASE WHEN $4::timestamptz IS NULL THEN upper_inf(policy_terms.known) ELSE policy_terms.known @> $4 END
         ORDER BY policy_number, lower(in_force)
        """,
        relation_number,
        after,
        rows,
        at,
    )
    return _policies(found)


def _policies(rows: Iterable[asyncpg.Record]) -> list[PolicyChanged]:
    """Return the policies of rows that stand in the order of their numbers and days."""
    policies = []
    for number, of_policy in groupby(rows, key=lambda row: row["policy_number"]):
        first, *others = of_policy
        policies.append(
            PolicyChanged(
                policy_number=number,
                version=first["version"],
                customer_id=first["customer_id"],
                kind=PolicyKind(first["kind"]),
                terms=tuple(terms_of(row) for row in (first, *others)),
            )
        )
    return policies


async def versions(connection: Connection, *, policy_number: str, before: int | None, rows: int) -> Sequence[Version]:
    """Return the versions of a policy, the latest first: up to `rows` of those before a version."""
    found = await connection.fetch(
        """
        SELECT version, known, reason, made_by
          FROM policy_version
         WHERE policy_number = $1 AND ($2::bigint IS NULL OR version < $2)
         ORDER BY version DESC
         LIMIT $3
        """,
        policy_number,
        before,
        rows,
    )
    if not found:
        return ()
    periods = await connection.fetch(
        """
        SELECT *
          FROM policy_terms
         WHERE policy_number = $1 AND recorded_in_version <= $2
           AND (superseded_in_version IS NULL OR superseded_in_version >= $3)
         ORDER BY lower(in_force)
        """,
        policy_number,
        found[0]["version"],
        found[-1]["version"],
    )
    recorded = [(row["recorded_in_version"], row["superseded_in_version"], terms_of(row)) for row in periods]
    return [
        Version(
            version=row["version"],
            recorded_at=row["known"].lower,
            superseded_at=row["known"].upper,
            reason=VersionReason(row["reason"]),
            made_by=row["made_by"],
            terms=_terms_in(row["version"], recorded),
            terms_before=_terms_in(row["version"] - 1, recorded),
        )
        for row in found
    ]


def _terms_in(version: int, recorded: Iterable[tuple[int, int | None, PolicyTerms]]) -> Sequence[PolicyTerms]:
    return [
        terms
        for first, superseded, terms in recorded
        if first <= version and (superseded is None or superseded > version)
    ]
