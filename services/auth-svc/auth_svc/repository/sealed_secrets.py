"""Every SQL statement about what is sealed by STORAGE_KEYS, wherever it stands: to seal it by another key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chassis.database import Connection

_PLACES: Final[Mapping[str, tuple[str, str]]] = {
    "account": ("account_id", "totp_secret"),
    "undo": ("account_id", "totp_secret"),
    "totp_enrolment": ("account_id", "secret"),
    "staff_activation": ("digest", "totp_secret"),
    "signing_key": ("kid", "sealed_key"),
}
"""By table: what names a row, and what is sealed in it."""
TABLES = tuple(_PLACES)


async def some(connection: Connection, *, table: str, after: str, limit: int) -> Mapping[str, str]:
    """Return up to `limit` secrets by the name of their row, in its order and `after` one; the first are after ""."""
    key, sealed = _PLACES[table]
    rows = await connection.fetch(
        f"""
        SELECT {key}::text AS key, {sealed} AS sealed FROM {table}
         WHERE {key}::text > $1 AND {sealed} IS NOT NULL
         ORDER BY {key}::text LIMIT $2
        """,  # noqa: S608 - tables and columns are those above
        after,
        limit,
    )
    return {row["key"]: row["sealed"] for row in rows}


async def replace(connection: Connection, *, table: str, was: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Store what is sealed anew `now`, by the name of its row, where it is still what it `was`."""
    key, sealed = _PLACES[table]
    await connection.execute(
        f"""
        UPDATE {table} SET {sealed} = anew.now
          FROM unnest($1::text[], $2::text[], $3::text[]) AS anew (key, was, now)
         WHERE {table}.{key}::text = anew.key AND {table}.{sealed} = anew.was
        """,  # noqa: S608 - tables and columns are those above
        list(now),
        [was[name] for name in now],
        list(now.values()),
    )
