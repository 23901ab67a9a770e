"""Terms of policies, bitemporal (see the migration): rows are superseded, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from chassis.database import Connection
from contracts.policy import Area, Car, Home, Persons, Pet, PolicyChanged, PolicyTerms, Premium
from contracts.topic import Part

_COLUMNS: Final = (
    "policy_number",
    "recorded_in_version",
    "in_force",
    "known",
    "insured",
    "covers",
    "deductible_cents",
    "product_version",
    "premium",
)


class _Insured(Part, omit_defaults=True):
    """The column `insured`: what the terms insure, whatever the kind of the policy."""

    home: Home | None = None
    car: Car | None = None
    pet: Pet | None = None
    persons: Persons | None = None
    area: Area | None = None


_INSURED: Final = msgspec.json.Decoder(_Insured)
_PREMIUM: Final = msgspec.json.Decoder(Premium)


async def current(connection: Connection, *, policy_numbers: Collection[str]) -> Mapping[str, Sequence[PolicyTerms]]:
    """Return the terms that count now of each policy, by policy number, in the order of their dates."""
    rows = await connection.fetch(
        """
        SELECT *
          FROM policy_terms
         WHERE policy_number = ANY($1) AND upper_inf(known)
         ORDER BY policy_number, lower(in_force)
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
        SELECT *
          FROM policy_terms
         WHERE upper_inf(known) AND policy_number = ANY (ARRAY(
                   SELECT policy_number
                     FROM policy
                     JOIN customer USING (customer_id)
                    WHERE relation_number = ANY($1)
               ))
         ORDER BY policy_number, lower(in_force)
        """,
        list(relation_numbers),
    )
    return _by_policy(rows)


def _by_policy(rows: Iterable[asyncpg.Record]) -> Mapping[str, Sequence[PolicyTerms]]:
    found: dict[str, list[PolicyTerms]] = {}
    for row in rows:
        found.setdefault(row["policy_number"], []).append(terms_of(row))
    return found


def terms_of(row: asyncpg.Record) -> PolicyTerms:
    """Return the terms that a row of the table holds."""
    insured, in_force = _INSURED.decode(row["insured"]), row["in_force"]
    return msgspec.convert(
        {
            "effective_on": in_force.lower,
            "ends_on": in_force.upper,
            "recorded_at": row["known"].lower,
            "home": insured.home,
            "car": insured.car,
            "pet": insured.pet,
            "persons": insured.persons,
            "area": insured.area,
            "covers": row["covers"],
            "deductible_cents": row["deductible_cents"],
            "product_version": row["product_version"],
            "premium": None if row["premium"] is None else _PREMIUM.decode(row["premium"]),
        },
        PolicyTerms,
    )


async def insert(connection: Connection, *, added: Sequence[tuple[PolicyChanged, PolicyTerms]]) -> None:
    """Store terms, each with the version of its policy that brought them."""
    await connection.copy_records_to_table(
        "policy_terms", columns=_COLUMNS, records=[_record(policy, terms) for policy, terms in added]
    )


def _record(policy: PolicyChanged, terms: PolicyTerms) -> tuple[object, ...]:
    insured = _Insured(home=terms.home, car=terms.car, pet=terms.pet, persons=terms.persons, area=terms.area)
    return (
        policy.policy_number,
        policy.version,
        asyncpg.Range(terms.effective_on, terms.ends_on),
        asyncpg.Range(terms.recorded_at, None),
        msgspec.json.encode(insured).decode(),
        terms.covers,
        terms.deductible_cents,
        terms.product_version,
        None if terms.premium is None else msgspec.json.encode(terms.premium).decode(),
    )


async def supersede(
    connection: Connection, *, superseded: Sequence[tuple[PolicyChanged, PolicyTerms]], superseded_at: datetime
) -> None:
    """Mark terms as no longer counting, each with the version of its policy that leaves them out."""
    await connection.execute(
        """
        UPDATE policy_terms AS terms
           SET superseded_in_version = given.version, known = tstzrange(lower(known), $4)
          FROM unnest($1::text[], $2::date[], $3::integer[]) AS given (policy_number, effective_on, version)
         WHERE terms.policy_number = given.policy_number
           AND lower(terms.in_force) = given.effective_on
           AND upper_inf(terms.known)
        """,
        [policy.policy_number for policy, _ in superseded],
        [period.effective_on for _, period in superseded],
        [policy.version for policy, _ in superseded],
        superseded_at,
    )
