"""Who has seen or changed what of a customer: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from chassis.database import Connection
from contracts.access import Role


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """That somebody performed an operation on a customer's data."""

    record_id: UUID
    recorded_at: datetime
    policy_number: str | None
    role: str
    operation: str
    details: Mapping[str, str]


async def insert(  # noqa: PLR0913 - the columns
    connection: Connection,
    *,
    record_id: UUID,
    recorded_at: datetime,
    relation_number: str,
    policy_number: str | None,
    actor: str,
    role: str,
    operation: str,
    details: Mapping[str, str],
) -> None:
    """Store one record."""
    await connection.execute(
        """
        INSERT INTO access_record
               (record_id, recorded_at, relation_number, policy_number, actor, role, operation, details)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        record_id,
        recorded_at,
        relation_number,
        policy_number,
        actor,
        role,
        operation,
        msgspec.json.encode(details).decode(),
    )


async def insert_for_all(
    connection: Connection,
    *,
    recorded_at: datetime,
    actor: str,
    role: str,
    operation: str,
    details: Mapping[str, str],
) -> None:
    """Store one record for every customer that the transaction sees."""
    await connection.execute(
        """
        INSERT INTO access_record (record_id, recorded_at, relation_number, actor, role, operation, details)
        SELECT uuidv7(), $1, relation_number, $2, $3, $4, $5 FROM customer
        """,
        recorded_at,
        actor,
        role,
        operation,
        msgspec.json.encode(details).decode(),
    )


async def insert_made_by_command(
    connection: Connection,
    *,
    recorded_at: datetime,
    operation: str,
    relation_numbers: Sequence[str],
    policy_numbers: Sequence[str | None],
    details: Sequence[Mapping[str, str]],
) -> None:
    """Store a record for each of what a command of an operator changed, told by columns of one length."""
    await connection.execute(
        """
        INSERT INTO access_record
               (record_id, recorded_at, relation_number, policy_number, actor, role, operation, details)
        SELECT uuidv7(), $1, relation_number, policy_number, 'command', $2, $3, details::jsonb
          FROM unnest($4::text[], $5::text[], $6::text[]) AS changed (relation_number, policy_number, details)
        """,
        recorded_at,
        Role.OPERATOR,
        operation,
        list(relation_numbers),
        list(policy_numbers),
        [msgspec.json.encode(each).decode() for each in details],
    )


async def of_customer(
    connection: Connection, *, relation_number: str, before: tuple[datetime, UUID] | None, rows: int
) -> Sequence[AccessRecord]:
    """Return the records about a customer, the latest first: up to `rows` of those before a position."""
    found = await connection.fetch(
        """
        SELECT record_id, recorded_at, policy_number, role, operation, details
          FROM access_record
         WHERE relation_number = $1
           AND ($2::timestamptz IS NULL OR (recorded_at, record_id) < ($2, $3::uuid))
         ORDER BY recorded_at DESC, record_id DESC
         LIMIT $4
        """,
        relation_number,
        *(before or (None, None)),
        rows,
    )
    return [AccessRecord(**{**row, "details": msgspec.json.decode(row["details"])}) for row in found]
