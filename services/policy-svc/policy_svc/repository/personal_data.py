"""Every SQL statement about exports of personal data and their parts, which stay sealed here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from contracts.personal_data import CustomerDataProvided, Holder
from policy_svc.domain.personal_data import Export


async def insert(connection: Connection, *, export: Export) -> None:
    """Store a new export, whose customer the caller has locked."""
    await connection.execute(
        """
        INSERT INTO personal_data_export (export_id, customer_id, relation_number, requested_at)
        VALUES ($1, $2, $3, $4)
        """,
        export.export_id,
        export.customer_id,
        export.relation_number,
        export.requested_at,
    )


async def of_customer(connection: Connection, *, relation_number: str, rows: int) -> Sequence[Export]:
    """Return the latest exports of a customer."""
    found = await connection.fetch(
        "SELECT * FROM personal_data_export WHERE relation_number = $1 ORDER BY requested_at DESC LIMIT $2",
        relation_number,
        rows,
    )
    return [Export(**row) for row in found]


async def find(connection: Connection, *, export_id: UUID, relation_number: str) -> Export | None:
    """Return this export of this customer."""
    row = await connection.fetchrow(
        "SELECT * FROM personal_data_export WHERE export_id = $1 AND relation_number = $2", export_id, relation_number
    )
    return None if row is None else Export(**row)


async def lock_collecting(connection: Connection, *, export_ids: Collection[UUID]) -> dict[UUID, Export]:
    """Lock and return those of these exports that are not ready yet."""
    found = await connection.fetch(
        """
        SELECT * FROM personal_data_export
         WHERE export_id = ANY ($1) AND ready_at IS NULL ORDER BY export_id FOR NO KEY UPDATE
        """,
        list(export_ids),
    )
    return {row["export_id"]: Export(**row) for row in found}


async def set_ready(connection: Connection, *, export_id: UUID, now: datetime) -> None:
    """Mark an export, which the caller has locked, as ready."""
    await connection.execute("UPDATE personal_data_export SET ready_at = $2 WHERE export_id = $1", export_id, now)


async def delete_data(connection: Connection, *, export_ids: Collection[UUID], now: datetime) -> None:
    """Delete what was collected for these exports. That they were asked for stays on record."""
    await connection.execute("DELETE FROM personal_data_part WHERE export_id = ANY ($1)", list(export_ids))
    await connection.execute(
        "UPDATE personal_data_export SET deleted_at = $2 WHERE export_id = ANY ($1) AND deleted_at IS NULL",
        list(export_ids),
        now,
    )


async def insert_parts(connection: Connection, *, parts: Sequence[CustomerDataProvided]) -> None:
    """Store parts, each once."""
    await connection.execute(
        """
        INSERT INTO personal_data_part (export_id, holder, part, parts, sealed)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::text[])
            ON CONFLICT DO NOTHING
        """,
        [part.request_id for part in parts],
        [part.holder.value for part in parts],
        [part.part for part in parts],
        [part.parts for part in parts],
        [part.sealed for part in parts],
    )


async def answered(connection: Connection, *, export_id: UUID) -> frozenset[Holder]:
    """Return the services of which every part has come."""
    rows = await connection.fetch(
        "SELECT holder FROM personal_data_part WHERE export_id = $1 GROUP BY holder HAVING count(*) = max(parts)",
        export_id,
    )
    return frozenset(Holder(row["holder"]) for row in rows)


async def parts_of(connection: Connection, *, export_id: UUID) -> Sequence[CustomerDataProvided]:
    """Return every part that has come, those of a service together and in order."""
    rows = await connection.fetch(
        """
        SELECT export_id AS request_id, holder, part, parts, sealed
          FROM personal_data_part WHERE export_id = $1 ORDER BY holder, part
        """,
        export_id,
    )
    return [CustomerDataProvided(**{**row, "holder": Holder(row["holder"])}) for row in rows]
