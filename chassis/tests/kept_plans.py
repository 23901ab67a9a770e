"""Whether a statement's plan could be kept from when its tables were empty until they are full."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from chassis.database import Connection

_PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_WITHOUT_WHOLE_TABLES = """
    SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off
    """
_HAND_ON = frozenset({"LockRows", "Subquery Scan", "Result"})
"""Steps of a plan that read no further than they are asked to."""


async def read_whole(connection: Connection, statement: str) -> Collection[str]:
    """Return the tables that a plan made now, without scans, would read from end to end, or an index of which."""
    if not statement.lstrip().upper().startswith(_PLANNED):
        return ()
    async with connection.transaction():
        await connection.execute(_WITHOUT_WHOLE_TABLES)
        prepared = await connection.prepare(statement)
        nulls = ", ".join("NULL" for _ in prepared.get_parameters())
        execute = f"EXECUTE {prepared.get_name()}" + (f"({nulls})" if nulls else "")
        plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {execute}")
    return set(_read_whole(msgspec.json.decode(plan)[0]["Plan"]))


def _read_whole(step: Mapping[str, Any], *, table: str = "", is_limited: bool = False) -> Iterator[str]:
    kind, table = step["Node Type"], step.get("Relation Name", table)
    by_order = kind in {"Index Scan", "Index Only Scan"} and not is_limited
    if kind == "Seq Scan" or ((by_order or kind == "Bitmap Index Scan") and "Index Cond" not in step):
        yield table
    is_limited = kind == "Limit" or (is_limited and kind in _HAND_ON)
    for part in step.get("Plans", ()):
        yield from _read_whole(part, table=table, is_limited=is_limited)
