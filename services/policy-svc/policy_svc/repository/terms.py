"""Terms of policies, bitemporal (see the migration): rows are superseded, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import asyncpg
import msgspec

from chassis.database import Connection
from contracts.policy import PolicyChanged, PolicyTerms

_COLUMNS = (
    "policy_number",
    "recorded_in_version",
    "recorded_at",
    "effective_on",
    "ends_on",
    "postcode",
    "house_number",
    "latitude_microdegrees",
    "longitude_microdegrees",
    "accuracy_metres",
    "home_type",
    "covers",
    "deductible_cents",
    "product_version",
)


async def current(connection: Connection, *, policy_numbers: Collection[str]) -> Mapping[str, Sequence[PolicyTerms]]:
    """Return the terms that count now of each policy, by policy number, in the order of their dates."""
    rows = await connection.fetch(
        """
        SELECT *
          FROM policy_terms
         WHERE policy_number = ANY($1) AND superseded_at IS NULL
         ORDER BY policy_number, effective_on
        """,
        list(policy_numbers),
    )
    return _by_policy(rows)


async def current_of_customers(
    connection: Connection, *, relation_numbers: Collection[str]
) -> Mapping[str, Sequence[PolicyTerms]]:
    """Return the terms that count now of all policies of these customers, as `current` does."""
    rows = await connection.fetch(
        """
        SELECT policy_terms.*
          FROM policy_terms
          JOIN policy USING (policy_number)
          JOIN customer USING (customer_id)
         WHERE relation_number = ANY($1) AND superseded_at IS NULL
         ORDER BY policy_number, effective_on
        """,
        list(relation_numbers),
    )
    return _by_policy(rows)


def _by_policy(rows: Iterable[asyncpg.Record]) -> Mapping[str, Sequence[PolicyTerms]]:
    terms_of: dict[str, list[PolicyTerms]] = {}
    for row in rows:
        terms_of.setdefault(row["policy_number"], []).append(_terms(row))
    return terms_of


def _terms(row: asyncpg.Record) -> PolicyTerms:
    columns = dict(row)
    home = columns | {"location": columns}
    return msgspec.convert(columns | {"home": home}, PolicyTerms)


async def insert(connection: Connection, *, added: Sequence[tuple[PolicyChanged, PolicyTerms]]) -> None:
    """Store terms, each with the version of its policy that brought them."""
    await connection.copy_records_to_table(
        "policy_terms", columns=_COLUMNS, records=[_record(policy, terms) for policy, terms in added]
    )


def _record(policy: PolicyChanged, terms: PolicyTerms) -> tuple[object, ...]:
    home, place = terms.home, terms.home.location
    return (
        policy.policy_number,
        policy.version,
        terms.recorded_at,
        terms.effective_on,
        terms.ends_on,
        home.postcode,
        home.house_number,
        place.latitude_microdegrees,
        place.longitude_microdegrees,
        place.accuracy_metres,
        home.home_type,
        terms.covers,
        terms.deductible_cents,
        terms.product_version,
    )


async def supersede(
    connection: Connection, *, superseded: Sequence[tuple[PolicyChanged, PolicyTerms]], superseded_at: datetime
) -> None:
    """Mark terms as no longer counting, each with the version of its policy that leaves them out."""
    await connection.execute(
        """
        UPDATE policy_terms AS terms
           SET superseded_in_version = given.version, superseded_at = $4
          FROM unnest($1::text[], $2::date[], $3::integer[]) AS given (policy_number, effective_on, version)
         WHERE terms.policy_number = given.policy_number
           AND terms.effective_on = given.effective_on
           AND terms.superseded_at IS NULL
        """,
        [policy.policy_number for policy, _ in superseded],
        [period.effective_on for _, period in superseded],
        [policy.version for policy, _ in superseded],
        superseded_at,
    )
