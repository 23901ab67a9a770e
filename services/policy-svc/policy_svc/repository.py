"""Every SQL statement of policy-svc."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Connection
from contracts.policy import ContactChanged, Home, PolicyChanged, PolicyTerms
from contracts.vocabulary import Location

_TERMS_COLUMNS = (
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


async def save_customers(
    connection: Connection, *, customers: Sequence[ContactChanged], recorded_at: datetime
) -> list[ContactChanged]:
    """Store new customers and changed ones; return only those, with the id and version they have now.

    A relation number that is known keeps its customer id, and its version goes up only when its data differ.
    The rows are locked in the order of their relation numbers, until the transaction ends.
    """
    rows = await connection.fetch(
        """
        INSERT INTO customer AS known
               (customer_id, version, relation_number, name, email, mobile_phone, language, recorded_at)
        SELECT customer_id, 1, relation_number, name, email, mobile_phone, language, $7
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
               AS given (customer_id, relation_number, name, email, mobile_phone, language)
         ORDER BY relation_number COLLATE "C"
            ON CONFLICT (relation_number) DO UPDATE
           SET version = known.version + 1, name = excluded.name, email = excluded.email,
               mobile_phone = excluded.mobile_phone, language = excluded.language, recorded_at = excluded.recorded_at
         WHERE (known.name, known.email, known.mobile_phone, known.language)
               IS DISTINCT FROM (excluded.name, excluded.email, excluded.mobile_phone, excluded.language)
        RETURNING customer_id, version, relation_number, name, email, mobile_phone, language
        """,
        [customer.customer_id for customer in customers],
        [customer.relation_number for customer in customers],
        [customer.name for customer in customers],
        [customer.email for customer in customers],
        [customer.mobile_phone for customer in customers],
        [customer.language for customer in customers],
        recorded_at,
    )
    return [ContactChanged.model_validate(dict(row)) for row in rows]


async def customer_ids(connection: Connection, *, relation_numbers: Collection[str]) -> dict[str, UUID]:
    """Return the customer id of every relation number that is known."""
    rows = await connection.fetch(
        "SELECT relation_number, customer_id FROM customer WHERE relation_number = ANY($1)", list(relation_numbers)
    )
    return {row["relation_number"]: row["customer_id"] for row in rows}


async def insert_policies(connection: Connection, *, owners: Mapping[str, UUID], recorded_at: datetime) -> set[str]:
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


async def lock_policies(connection: Connection, *, policy_numbers: Collection[str]) -> dict[str, PolicyChanged]:
    """Return the state of these policies, by number, and keep others from changing it until the transaction ends."""
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
    return await _states(connection, rows)


async def lock_next_policies(connection: Connection, *, after: str, limit: int) -> dict[str, PolicyChanged]:
    """Return the state of the policies that follow the number `after`, locked as `lock_policies` does."""
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
    return await _states(connection, rows)


async def lock_next_customers(connection: Connection, *, after: str, limit: int) -> list[ContactChanged]:
    """Return the customers that follow the relation number `after`, locked until the transaction ends."""
    rows = await connection.fetch(
        """
        SELECT customer_id, version, relation_number, name, email, mobile_phone, language
          FROM customer
         WHERE relation_number > $1
         ORDER BY relation_number
         LIMIT $2
           FOR NO KEY UPDATE
        """,
        after,
        limit,
    )
    return [ContactChanged.model_validate(dict(row)) for row in rows]


async def save_states(
    connection: Connection,
    *,
    known: Mapping[str, PolicyChanged],
    changed: Sequence[PolicyChanged],
    recorded_at: datetime,
) -> None:
    """Store the `changed` states over the `known` ones, by policy number. The caller holds the policies' locks.

    Terms that no longer count stay on record, marked with the version and the moment that ended them.
    """
    terms_before = {number: set(state.terms) for number, state in known.items()}
    gone = [
        (state, terms) for state in changed for terms in terms_before.get(state.policy_number, set()) - set(state.terms)
    ]
    added = [
        (state, terms)
        for state in changed
        for terms in state.terms
        if terms not in terms_before.get(state.policy_number, set())
    ]
    await _raise_versions(connection, states=changed, recorded_at=recorded_at)
    await _supersede_terms(connection, gone=gone, at=recorded_at)
    await connection.copy_records_to_table(
        "policy_terms", columns=_TERMS_COLUMNS, records=[_terms_record(state, terms) for state, terms in added]
    )


async def _raise_versions(connection: Connection, *, states: Sequence[PolicyChanged], recorded_at: datetime) -> None:
    await connection.execute(
        """
        UPDATE policy
           SET version = given.version, recorded_at = $3
          FROM unnest($1::text[], $2::integer[]) AS given (policy_number, version)
         WHERE policy.policy_number = given.policy_number AND policy.version < given.version
        """,
        [state.policy_number for state in states],
        [state.version for state in states],
        recorded_at,
    )


async def _supersede_terms(
    connection: Connection, *, gone: Sequence[tuple[PolicyChanged, PolicyTerms]], at: datetime
) -> None:
    await connection.execute(
        """
        UPDATE policy_terms AS terms
           SET superseded_in_version = given.version, superseded_at = $4
          FROM unnest($1::text[], $2::date[], $3::integer[]) AS given (policy_number, effective_on, version)
         WHERE terms.policy_number = given.policy_number
           AND terms.effective_on = given.effective_on
           AND terms.superseded_at IS NULL
        """,
        [state.policy_number for state, _ in gone],
        [terms.effective_on for _, terms in gone],
        [state.version for state, _ in gone],
        at,
    )


def _terms_record(state: PolicyChanged, terms: PolicyTerms) -> tuple[object, ...]:
    home, place = terms.home, terms.home.location
    return (
        state.policy_number,
        state.version,
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


async def _states(connection: Connection, policies: Sequence[asyncpg.Record]) -> dict[str, PolicyChanged]:
    rows = await connection.fetch(
        """
        SELECT *
          FROM policy_terms
         WHERE policy_number = ANY($1) AND superseded_at IS NULL
         ORDER BY policy_number, effective_on
        """,
        [policy["policy_number"] for policy in policies],
    )
    terms_of: dict[str, list[PolicyTerms]] = {}
    for row in rows:
        terms_of.setdefault(row["policy_number"], []).append(_terms(row))
    return {
        policy["policy_number"]: PolicyChanged(
            policy_number=policy["policy_number"],
            version=policy["version"],
            customer_id=policy["customer_id"],
            terms=tuple(terms_of[policy["policy_number"]]),
        )
        for policy in policies
    }


def _terms(row: asyncpg.Record) -> PolicyTerms:
    columns = dict(row)
    location = Location.model_validate(columns)
    home = Home.model_validate(columns | {"location": location})
    return PolicyTerms.model_validate(columns | {"home": home})
