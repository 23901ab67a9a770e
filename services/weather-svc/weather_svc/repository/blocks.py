"""Blocks of hourly figures: what each publication says of them, and what counts."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from chassis.database import Connection
from contracts.vocabulary import Network
from weather_svc.domain.blocks import Block, BlockKey, Published, Span, Statement, StationKey
from weather_svc.domain.folding import fold
from weather_svc.domain.hours import last_border
from weather_svc.domain.publication import KNMI_CORRECTS_FOR, Resolution

_RECORDING_LOCK_KEY: Final = 0x7261696E
ASSESSING_LOCK_KEY: Final = _RECORDING_LOCK_KEY + 1
"""Of the advisory locks: "rain" in ASCII, and the next."""


async def lock_for_recording(connection: Connection) -> None:
    """Keep others from recording until this transaction ends: publication ids become visible in their order."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _RECORDING_LOCK_KEY)


async def lock_for_assessing(connection: Connection) -> None:
    """Keep what was recorded from becoming visible until this transaction ends; others may assess."""
    await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", ASSESSING_LOCK_KEY)


async def wait_for_assessments(connection: Connection) -> None:
    """Wait until nobody assesses; the last thing a recording transaction does before it commits.

    Whoever looks for the answers that rest on what changed then finds all that were made without it.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", ASSESSING_LOCK_KEY)


class StoredBlock(NamedTuple):
    """What counts, and the publication folded in last: one that comes before it is not simply added."""

    block: Block
    newest: tuple[datetime, int]


async def stored(connection: Connection, *, keys: Collection[BlockKey]) -> dict[BlockKey, StoredBlock]:
    """Return what counts of these blocks; one of which nothing was published is left out."""
    rows = await _rows_of(
        connection,
        """
        SELECT wanted.*, figures, grades, suspicions, places, publication_ids, newest_published, newest_publication_id
          FROM unnest($1::text[], $2::int[], $3::int[]) AS wanted (network, station, block)
               JOIN counting_block USING (network, station, block)
        """,
        keys,
    )
    ids = {publication_id for row in rows for publication_id in row["publication_ids"]}
    published = await _published(connection, publication_ids=ids)
    return {
        _key_of(row): StoredBlock(_block_of(row, published), (row["newest_published"], row["newest_publication_id"]))
        for row in rows
    }


async def counting(connection: Connection, *, keys: Collection[BlockKey]) -> dict[BlockKey, Block]:
    """Return what counts of these blocks; one of which nothing was published is left out."""
    return {key: each.block for key, each in (await stored(connection, keys=keys)).items()}


class PublishedStatement(NamedTuple):
    """What a publication says of a block."""

    published: Published
    statement: Statement


async def statements(
    connection: Connection,
    *,
    keys: Collection[BlockKey],
    published_until: datetime | None = None,
    known_until: datetime | None = None,
) -> dict[BlockKey, list[PublishedStatement]]:
    """Return what was said of these blocks, in the order of publication; until a moment when one is given."""
    rows = await _rows_of(
        connection,
        """
        SELECT wanted.*, figures, suspicions, publication_id, published_at, resolution, is_forced
          FROM unnest($1::text[], $2::int[], $3::int[]) AS wanted (network, station, block)
               JOIN statement USING (network, station, block)
               JOIN publication USING (publication_id)
         WHERE ($4::timestamptz IS NULL OR published_at <= $4) AND ($5::timestamptz IS NULL OR recorded_at <= $5)
         ORDER BY published_at, publication_id
        """,
        keys,
        published_until,
        known_until,
    )
    found: dict[BlockKey, list[PublishedStatement]] = {}
    for row in rows:
        found.setdefault(_key_of(row), []).append(PublishedStatement(_published_of(row), _statement_of(row)))
    return found


async def as_of(
    connection: Connection,
    *,
    keys: Collection[BlockKey],
    published_until: datetime | None = None,
    known_until: datetime | None = None,
) -> dict[BlockKey, Block]:
    """Return what counted of these blocks by what had been published, or was known here, until a moment."""
    said = await statements(connection, keys=keys, published_until=published_until, known_until=known_until)
    return {key: fold(of_block, first_hour=key.first_hour) for key, of_block in said.items()}


async def changed_after(connection: Connection, *, publication_id: int) -> Sequence[BlockKey]:
    """Return the blocks of which something else counts since the publication of this id was recorded."""
    rows = await connection.fetch(
        "SELECT network, station, block FROM counting_block WHERE changed_by > $1", publication_id
    )
    return [_key_of(row) for row in rows]


async def insert_statements(connection: Connection, statements: Sequence[tuple[int, BlockKey, Statement]]) -> None:
    """Record what publications, by their ids, say of blocks."""
    await connection.copy_records_to_table(
        "statement",
        columns=("network", "station", "block", "publication_id", "figures", "suspicions"),
        records=[
            (
                key.station.network,
                key.station.number,
                key.number,
                publication_id,
                statement.figures.tobytes(),
                _unless_empty(statement.suspicions),
            )
            for publication_id, key, statement in statements
        ],
    )


async def save(
    connection: Connection, blocks: Mapping[BlockKey, Block], *, changed_by: int, newest: Mapping[BlockKey, Published]
) -> None:
    """Make these blocks what counts; `newest` is the last publication folded into each."""
    keys = list(blocks)
    await connection.execute(
        """
        INSERT INTO counting_block (network, station, block, figures, grades, suspicions, places, publication_ids,
                                    newest_published, newest_publication_id, changed_by)
        SELECT network, station, block, figures, grades, suspicions, places, string_to_array(ids, ',')::bigint[],
               newest_published, newest_publication_id, $11
          FROM unnest($1::text[], $2::int[], $3::int[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], $8::text[],
                      $9::timestamptz[], $10::bigint[])
               AS given (network, station, block, figures, grades, suspicions, places, ids, newest_published,
                         newest_publication_id)
            ON CONFLICT (network, station, block) DO UPDATE
           SET figures = excluded.figures, grades = excluded.grades, suspicions = excluded.suspicions,
               places = excluded.places, publication_ids = excluded.publication_ids,
               newest_published = excluded.newest_published,
               newest_publication_id = excluded.newest_publication_id, changed_by = excluded.changed_by
        """,
        [key.station.network for key in keys],
        [key.station.number for key in keys],
        [key.number for key in keys],
        [blocks[key].figures.tobytes() for key in keys],
        [bytes(blocks[key].grades) for key in keys],
        [_unless_empty(blocks[key].suspicions) for key in keys],
        [blocks[key].places.tobytes() for key in keys],
        [",".join(str(source.publication_id) for source in blocks[key].sources) for key in keys],
        [newest[key].published_at for key in keys],
        [newest[key].publication_id for key in keys],
        changed_by,
    )


async def note_changed_hours(connection: Connection, spans: Collection[Span]) -> None:
    """Remember the hours of which something else counts, for whoever finds the answers that rest on them."""
    await connection.copy_records_to_table(
        "changed_hours",
        columns=("network", "station", "first_hour", "last_hour"),
        records=[(span.station.network, span.station.number, span.hours.first, span.hours.last) for span in spans],
    )


async def _rows_of(
    connection: Connection, query: str, keys: Collection[BlockKey], *more: object
) -> Sequence[asyncpg.Record]:
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        query,
        [key.station.network for key in keys],
        [key.station.number for key in keys],
        [key.number for key in keys],
        *more,
    )
    return rows


async def _published(connection: Connection, *, publication_ids: Collection[int]) -> dict[int, Published]:
    rows = await connection.fetch(
        """
        SELECT publication_id, published_at, resolution, is_forced FROM publication
         WHERE publication_id = ANY ($1::bigint[])
        """,
        list(publication_ids),
    )
    return {row["publication_id"]: _published_of(row) for row in rows}


def _published_of(row: asyncpg.Record) -> Published:
    return Published(
        published_at=row["published_at"],
        publication_id=row["publication_id"],
        validated_until=last_border(row["published_at"] - KNMI_CORRECTS_FOR),
        is_ten_minute=row["resolution"] == Resolution.TEN_MINUTE,
        is_forced=row["is_forced"],
    )


def _key_of(row: asyncpg.Record) -> BlockKey:
    return BlockKey(StationKey(Network(row["network"]), row["station"]), row["block"])


def _block_of(row: asyncpg.Record, published: Mapping[int, Published]) -> Block:
    block = Block()
    block.figures = array("h", row["figures"])
    block.grades = bytearray(row["grades"])
    if row["suspicions"] is not None:
        block.suspicions = bytearray(row["suspicions"])
    block.places = array("H", row["places"])
    block.sources = [published[publication_id] for publication_id in row["publication_ids"]]
    return block


def _statement_of(row: asyncpg.Record) -> Statement:
    suspicions = None if row["suspicions"] is None else bytearray(row["suspicions"])
    return Statement(array("h", row["figures"]), suspicions)


def _unless_empty(suspicions: bytearray) -> bytes | None:
    return bytes(suspicions) if any(suspicions) else None
