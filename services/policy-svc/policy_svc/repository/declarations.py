"""Declarations of pet insurances, as they were told last. What they were before is kept by the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import asyncpg
import msgspec

from chassis.database import Connection
from contracts.policy import PolicyKind
from policy_svc.domain.declarations import Declaration


async def store(
    connection: Connection, *, declarations: Sequence[Declaration], recorded_at: datetime
) -> Collection[str]:
    """Store declarations that are new or tell something else; return the numbers of those."""
    rows = await connection.fetch(
        """
        INSERT INTO declaration AS known
               (declaration_number, policy_number, practice, treated_on, received_on, decided_on, paid_on, items,
                recorded_at)
        SELECT declaration_number, policy_number, practice, treated_on, received_on, decided_on, paid_on, items::jsonb,
               $9
          FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::date[], $6::date[], $7::date[], $8::text[])
               AS given (declaration_number, policy_number, practice, treated_on, received_on, decided_on, paid_on,
                         items)
         ORDER BY declaration_number COLLATE "C"
            ON CONFLICT (declaration_number) DO UPDATE
           SET practice = excluded.practice, treated_on = excluded.treated_on, received_on = excluded.received_on,
               decided_on = excluded.decided_on, paid_on = excluded.paid_on, items = excluded.items,
               recorded_at = excluded.recorded_at
         WHERE (known.practice, known.treated_on, known.received_on, known.decided_on, known.paid_on, known.items)
               IS DISTINCT FROM (excluded.practice, excluded.treated_on, excluded.received_on, excluded.decided_on,
                                 excluded.paid_on, excluded.items)
        RETURNING declaration_number
        """,
        [declaration.declaration_number for declaration in declarations],
        [declaration.policy_number for declaration in declarations],
        [declaration.practice for declaration in declarations],
        [declaration.treated_on for declaration in declarations],
        [declaration.received_on for declaration in declarations],
        [declaration.decided_on for declaration in declarations],
        [declaration.paid_on for declaration in declarations],
        [msgspec.json.encode(declaration.items).decode() for declaration in declarations],
        recorded_at,
    )
    return {row["declaration_number"] for row in rows}


async def lock(connection: Connection, *, declaration_numbers: Collection[str]) -> Mapping[str, Declaration]:
    """Return the declarations that are known, by their numbers; they are locked until the transaction ends."""
    rows = await connection.fetch(
        """
        SELECT *
          FROM declaration
         WHERE declaration_number = ANY($1)
         ORDER BY declaration_number
           FOR NO KEY UPDATE
        """,
        list(declaration_numbers),
    )
    return {row["declaration_number"]: _declaration(row) for row in rows}


async def kinds_of_policies(connection: Connection, *, policy_numbers: Collection[str]) -> Mapping[str, PolicyKind]:
    """Return the kind of each policy that is known, by its number."""
    rows = await connection.fetch(
        "SELECT policy_number, kind FROM policy WHERE policy_number = ANY($1)", list(policy_numbers)
    )
    return {row["policy_number"]: PolicyKind(row["kind"]) for row in rows}


async def of_policy(
    connection: Connection, *, policy_number: str, before: tuple[date, str] | None, rows: int
) -> Sequence[Declaration]:
    """Return the declarations of a policy, the latest treatment first: up to `rows` of those before a position."""
    found = await connection.fetch(
        """
        SELECT *
          FROM declaration
         WHERE policy_number = $1
           AND ($2::date IS NULL OR (treated_on, declaration_number) < ($2, $3::text))
         ORDER BY treated_on DESC, declaration_number DESC
         LIMIT $4
        """,
        policy_number,
        *(before or (None, None)),
        rows,
    )
    return [_declaration(row) for row in found]


async def find(connection: Connection, *, policy_number: str, declaration_number: str) -> Declaration | None:
    """Return one declaration of a policy; None when it has no such one."""
    row = await connection.fetchrow(
        "SELECT * FROM declaration WHERE policy_number = $1 AND declaration_number = $2",
        policy_number,
        declaration_number,
    )
    return None if row is None else _declaration(row)


def _declaration(row: asyncpg.Record) -> Declaration:
    return msgspec.convert({**row, "items": msgspec.json.decode(row["items"])}, Declaration)
