"""Old claims in the tables: copies of claims that the services have just handled, so that every size is a real one.

The columns are read from the catalogue: a migration that adds one needs nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from bench.report import Json

PATTERN_CLAIMS = 2_000
"""So many claims are handled and then copied."""
_NOT_OF_A_CLAIM = frozenset(
    {
        "public.applied_migration",
        # What KNMI published, its stations, and when it is asked.
        "public.raw_reply",
        "public.publication",
        "public.statement",
        "public.counting_block",
        "public.missing_hours",
        "public.gauge_day",
        "public.station_register",
        "public.station_period",
        "public.poll",
        "public.request_count",
        "public.left_out_station",
        # One for all claims that ask the same.
        "public.question",
        # Queues and what is in hand: of an old claim nothing is left there.
        "public.policy_change",
        "public.wait",
        "public.stale_assessment",
        "public.changed_hours",
        "public.changed_stations",
        "public.lease",
        "messaging.outbox",
        "messaging.timer",
        "messaging.dead_letter",
        "messaging.consumer_position",
        "messaging.consumer_gap",
        "messaging.lease",
        "messaging.clock_confirmation",
        # The tree grows leaf by leaf: what is not appended by the service is no tree.
        "public.proof_to_append",
        "public.proof_leaf",
        "public.proof_node",
        "public.proof_root",
    }
)
_SHARED = frozenset({"question_id"})
_NUMBERED = frozenset({"policy_number", "claim_reference"})
"""Texts that name one policy or claim."""
_MINUTES_APART = 20
_MILLISECONDS_APART = _MINUTES_APART * 60_000
_TOLD_TIMES = 5

# A UUID of version 7 begins with the milliseconds of its moment: an older one sorts in front, as it would have.
_OLDER = f"""
    CREATE FUNCTION pg_temp.older(id uuid, copy integer) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS
    $$ SELECT CASE WHEN substr(id::text, 15, 1) = '7'
                   THEN (lpad(to_hex(('x' || left(digits, 12))::bit(48)::bigint - copy * {_MILLISECONDS_APART}::bigint),
                              12, '0') || right(digits, 20))::uuid
                   ELSE md5(digits || copy)::uuid END
         FROM replace(id::text, '-', '') AS digits $$
"""  # noqa: S608 - our own number
_COLUMNS = """
    SELECT format('%I.%I', nspname, relname) AS table_name, quote_ident(attname) AS name, typname AS type
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
      JOIN pg_type ON pg_type.oid = atttypid
     WHERE relkind = 'r' AND nspname IN ('public', 'messaging') AND attnum > 0 AND NOT attisdropped
       AND attidentity = '' AND attgenerated = ''
     ORDER BY table_name, attnum
"""


@dataclass
class _Table:
    """A table whose rows are copied; `columns` are their types by name."""

    name: str
    pattern: str
    columns: dict[str, str] = field(default_factory=dict)
    ids_in_texts: frozenset[str] = frozenset()

    def copying(self) -> str:
        """Return the statement that adds copy number $1 of the pattern."""
        values = ", ".join(self._copied(name, kind) for name, kind in self.columns.items())
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) SELECT {values} FROM {self.pattern}"  # noqa: S608

    def _copied(self, name: str, kind: str) -> str:
        if kind == "uuid" and name not in _SHARED:
            return f"pg_temp.older({name}, $1)"
        if name in self.ids_in_texts:
            return f"pg_temp.older({name}::uuid, $1)::text"
        if name in _NUMBERED:
            return f"{name} || '-' || $1::integer"
        if kind == "timestamptz":
            return f"{name} - $1 * interval '{_MINUTES_APART} minutes'"
        if kind == "int8range":
            earlier = f"$1::integer * {_MINUTES_APART} / 60"
            return f"int8range(lower({name}) - {earlier}, upper({name}) - {earlier})"
        return name


async def fill(connection: asyncpg.Connection, *, copies: int, label: str) -> dict[str, Json]:
    """Add `copies` of all that stands there about claims, the oldest first; return the rows of each table.

    An administrator's `connection` leaves triggers and foreign keys aside, which would look at every row by itself.
    """
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("SET synchronous_commit = off")
    await connection.execute(_OLDER)
    tables = await _tables(connection)
    for number, copy in enumerate(range(copies, 0, -1), start=1):
        for table in tables:
            await connection.execute(table.copying(), copy)
        if number % max(copies // _TOLD_TIMES, 1) == 0:
            print(f"old claims: {label} {number} of {copies} copies", flush=True)
    return {table.name: await connection.fetchval(f"SELECT count(*) FROM {table.name}") for table in tables}  # noqa: S608


async def _tables(connection: asyncpg.Connection) -> Sequence[_Table]:
    """Return the tables that hold something about claims, each with its rows set aside as a pattern."""
    tables: dict[str, _Table] = {}
    for row in await connection.fetch(_COLUMNS):
        name: str = row["table_name"]
        if name not in _NOT_OF_A_CLAIM:
            table = tables.setdefault(name, _Table(name, f"pattern_{len(tables)}"))
            table.columns[row["name"]] = row["type"]
    filled = [table for table in tables.values() if await connection.fetchval(f"SELECT EXISTS (TABLE {table.name})")]
    for table in filled:
        await connection.execute(f"CREATE TEMPORARY TABLE {table.pattern} AS TABLE {table.name}")
        texts = [name for name, kind in table.columns.items() if kind == "text"]
        table.ids_in_texts = frozenset([name for name in texts if await _holds_ids(connection, table.pattern, name)])
    return filled


async def _holds_ids(connection: asyncpg.Connection, table: str, column: str) -> bool:
    is_id = f"{column} ~ '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$'"
    return bool(await connection.fetchval(f"SELECT bool_and({is_id}) FROM {table}"))  # noqa: S608 - our own names
