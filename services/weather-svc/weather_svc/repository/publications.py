"""Replies of KNMI as they were received, and the publications in them."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.database import Connection
from weather_svc.domain.publication import Publication, Reply

_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b")
"""What zip and gzip files begin with: compressing them again saves nothing."""


class PublicationRow(NamedTuple):
    """Where figures come from. `address` holds no key; `member` is the name inside an archive."""

    publication_id: int
    sha256: str
    name: str
    member: str | None
    address: str | None
    data_set: str
    data_set_version: str
    licence: str
    resolution: str
    published_at: datetime
    published_by: str
    retrieved_at: datetime
    recorded_at: datetime


_COLUMNS = ", ".join(PublicationRow._fields)


class Known(NamedTuple):
    """A member that was recorded of a reply, None for the reply itself, and when it was said to be published."""

    member: str | None
    published_at: datetime


async def known(connection: Connection, *, sha256: str) -> frozenset[Known]:
    """Return what was recorded of the reply with these bytes."""
    rows = await connection.fetch("SELECT member, published_at FROM publication WHERE sha256 = $1", sha256)
    return frozenset(Known(*row) for row in rows)


async def save_reply(connection: Connection, reply: Reply) -> None:
    """Keep the bytes of `reply`, unless they are kept already."""
    is_archive = reply.body.startswith(_ARCHIVES)
    await connection.execute(
        "INSERT INTO raw_reply (sha256, coding, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        reply.sha256,
        "identity" if is_archive else "zlib",
        reply.body if is_archive else zlib.compress(reply.body),
    )


async def raw_reply(connection: Connection, *, sha256: str) -> bytes | None:
    """Return the bytes of a reply as they were received."""
    row = await connection.fetchrow("SELECT coding, body FROM raw_reply WHERE sha256 = $1", sha256)
    if row is None:
        return None
    body: bytes = row["body"]
    return zlib.decompress(body) if row["coding"] == "zlib" else body


async def insert(connection: Connection, publications: Sequence[Publication], *, now: datetime) -> list[int]:
    """Record that these were published, and return their ids in their order. Their replies are kept already.

    `now` is when the transaction began. What waited for others was not known before it could go on.
    """
    rows = await connection.fetch(
        """
        INSERT INTO publication (sha256, member, name, address, data_set, data_set_version, licence, resolution,
                                 published_at, published_by, retrieved_at, recorded_at, is_forced)
        SELECT sha256, member, name, address, data_set, data_set_version, licence, resolution, published_at,
               published_by, retrieved_at, $13::timestamptz + (clock_timestamp() - now()), is_forced
          FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                      $9::timestamptz[], $10::text[], $11::timestamptz[], $12::bool[])
               WITH ORDINALITY AS given (sha256, member, name, address, data_set, data_set_version, licence,
                                         resolution, published_at, published_by, retrieved_at, is_forced, place)
         ORDER BY place
        RETURNING publication_id
        """,
        [publication.reply.sha256 for publication in publications],
        [publication.member for publication in publications],
        [publication.reply.name for publication in publications],
        [publication.reply.address for publication in publications],
        [publication.data_set.name for publication in publications],
        [publication.data_set.version for publication in publications],
        [publication.data_set.licence for publication in publications],
        [publication.resolution for publication in publications],
        [publication.published_at for publication in publications],
        [publication.published_by for publication in publications],
        [publication.reply.retrieved_at for publication in publications],
        [publication.is_forced for publication in publications],
        now,
    )
    return [row["publication_id"] for row in rows]


async def by_id(connection: Connection, *, publication_ids: Collection[int]) -> Mapping[int, PublicationRow]:
    """Return the publications with these ids."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM publication WHERE publication_id = ANY ($1::bigint[])",  # noqa: S608 - names of columns
        list(publication_ids),
    )
    return {row["publication_id"]: PublicationRow(*row) for row in rows}


async def of_reply(connection: Connection, *, sha256: str) -> Sequence[PublicationRow]:
    """Return the publications of the reply with these bytes, member by member."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM publication WHERE sha256 = $1 ORDER BY publication_id",  # noqa: S608 - names of columns
        sha256,
    )
    return [PublicationRow(*row) for row in rows]


class Newest(NamedTuple):
    """The publication recorded last: its id, and the moment that tells it from one of another history."""

    publication_id: int
    recorded_at: datetime


async def newest(connection: Connection) -> Newest | None:
    """Return the publication recorded last; None when there is none."""
    row = await connection.fetchrow(
        "SELECT publication_id, recorded_at FROM publication ORDER BY publication_id DESC LIMIT 1"
    )
    return None if row is None else Newest(*row)


async def is_recorded(connection: Connection, *, publication: Newest) -> bool:
    """Whether this database has recorded this publication; not when it was restored from an older backup."""
    recorded: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM publication WHERE publication_id = $1 AND recorded_at = $2)", *publication
    )
    return recorded
