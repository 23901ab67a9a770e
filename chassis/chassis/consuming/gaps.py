"""Gaps: records that the broker deleted before a consumer had read them. An operator acknowledges each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection


@dataclass(frozen=True, slots=True)
class Gap:
    """The offsets from `first_offset` up to `next_offset`, without it, were never consumed."""

    gap_id: UUID
    consumer: str
    topic: str
    partition: int
    first_offset: int
    next_offset: int
    found_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_because: str | None = None


async def insert(connection: Connection, *, gaps: Sequence[Gap]) -> None:
    """Store gaps that were just found."""
    await connection.execute(
        """
        INSERT INTO messaging.consumer_gap (gap_id, consumer, topic, partition, first_offset, next_offset, found_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[],
                             $7::timestamptz[])
        """,
        [gap.gap_id for gap in gaps],
        [gap.consumer for gap in gaps],
        [gap.topic for gap in gaps],
        [gap.partition for gap in gaps],
        [gap.first_offset for gap in gaps],
        [gap.next_offset for gap in gaps],
        [gap.found_at for gap in gaps],
    )


async def list_gaps(connection: Connection, *, only_open: bool = True) -> Sequence[Gap]:
    """Gaps in the order in which they were found; open are those that nobody has acknowledged."""
    rows = await connection.fetch(
        """
        SELECT gap_id, consumer, topic, partition, first_offset, next_offset, found_at, acknowledged_at,
               acknowledged_because
          FROM messaging.consumer_gap WHERE NOT $1 OR acknowledged_at IS NULL ORDER BY found_at, gap_id
        """,
        only_open,
    )
    return [Gap(**dict(row)) for row in rows]


async def acknowledge(connection: Connection, *, ids: Collection[UUID], because: str) -> set[UUID]:
    """Close open gaps for the reason that an operator gives; return the ids of those that were open."""
    rows = await connection.fetch(
        """
        UPDATE messaging.consumer_gap SET acknowledged_at = now(), acknowledged_because = $2
         WHERE gap_id = ANY ($1::uuid[]) AND acknowledged_at IS NULL
        RETURNING gap_id
        """,
        ids,
        because,
    )
    return {row["gap_id"] for row in rows}
