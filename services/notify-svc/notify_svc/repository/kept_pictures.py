"""The pictures that mails showed: each once, under the id by which pages name it, and never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chassis.database import Connection


async def keep(connection: Connection, *, pictures: Mapping[str, bytes]) -> None:
    """Keep PNGs by their ids; one that is kept already is the same."""
    ids = sorted(pictures)
    missing = await connection.fetch(
        "SELECT content_id FROM unnest($1::text[]) AS shown (content_id) EXCEPT SELECT content_id FROM kept_picture "
        "WHERE content_id = ANY ($1::text[])",
        ids,
    )
    new = sorted(row["content_id"] for row in missing)
    await connection.execute(
        "INSERT INTO kept_picture SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING",
        new,
        [pictures[one] for one in new],
    )


async def read(connection: Connection, *, content_ids: Collection[str]) -> Mapping[str, bytes]:
    """Return those of these pictures that are kept: none that was sent before pictures were."""
    rows = await connection.fetch(
        "SELECT content_id, png FROM kept_picture WHERE content_id = ANY ($1::text[])", list(content_ids)
    )
    return {row["content_id"]: row["png"] for row in rows}
