"""Where a consumer stands in each partition, stored in the transaction of the effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chassis.database import Connection
from chassis.errors import PositionMovedError

ADVANCE: Final = """
    UPDATE messaging.consumer_position AS stored SET next_offset = advance.end_offset
      FROM unnest($2::int[], $3::bigint[], $4::bigint[]) AS advance (partition, start_offset, end_offset)
     WHERE stored.consumer = $1
       AND stored.partition = advance.partition
       AND stored.next_offset = advance.start_offset
"""
"""Moves the positions that are where they should start; `arguments_of` are its arguments."""


@dataclass(frozen=True, slots=True)
class Advance:
    """What a poll consumes of one partition: the offsets from `start` up to `end`, without it."""

    partition: int
    start: int
    end: int


async def positions(connection: Connection, *, consumer: str) -> Mapping[int, int]:
    """The next offset of every partition that `consumer` has stood in."""
    rows = await connection.fetch(
        "SELECT partition, next_offset FROM messaging.consumer_position WHERE consumer = $1", consumer
    )
    return {row["partition"]: row["next_offset"] for row in rows}


async def insert(connection: Connection, *, consumer: str, offsets: Mapping[int, int]) -> None:
    """Store where `consumer` begins in partitions that are new to it.

    Raises:
        PositionMovedError: another instance has begun there.
    """
    status = await connection.execute(
        """
        INSERT INTO messaging.consumer_position (consumer, partition, next_offset)
        SELECT $1, partition, next_offset FROM unnest($2::int[], $3::bigint[]) AS begun (partition, next_offset)
            ON CONFLICT DO NOTHING
        """,
        consumer,
        list(offsets),
        list(offsets.values()),
    )
    _demand(len(offsets), status)


async def advance(connection: Connection, *, consumer: str, advances: Sequence[Advance]) -> None:
    """Move each position from its `start` to its `end`.

    Raises:
        PositionMovedError: one of them is not where it should start: the database was restored from a backup, or
            another instance consumes the partition now.
    """
    status = await connection.execute(ADVANCE, *arguments_of(advances, consumer=consumer))
    _demand(len(advances), status)


def arguments_of(advances: Sequence[Advance], *, consumer: str) -> tuple[str, list[int], list[int], list[int]]:
    """What `ADVANCE` is given as $1 to $4."""
    partitions = [one.partition for one in advances]
    return consumer, partitions, [one.start for one in advances], [one.end for one in advances]


def _demand(count: int, status: str) -> None:
    if int(status.rpartition(" ")[2]) != count:
        raise PositionMovedError
