"""Asks PostgreSQL about its own types once a process, not once a connection.

asyncpg 0.32.0 knows hardly an array by itself. Each connection asks for those in a statement that it has not met yet,
by two more, of which PostgreSQL plans the second for longer than it takes to run most of a batch's. There is no setting
for it (MagicStack/asyncpg#1242). PostgreSQL never changes what its own types are and by which number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import asyncpg

if TYPE_CHECKING:
    Base = asyncpg.Connection[asyncpg.Record]
else:
    Base = asyncpg.Connection

FIRST_OID_OF_A_DATABASE: Final = 10_000
"""From here on a number can mean another type in another database; all below stand in PostgreSQL's sources."""
_NOTHING_ASKED: Final = SimpleNamespace(name="nothing was asked")
"""Stands for the statement that asked. One without a name would make asyncpg prepare anew what it has replaced."""

_known: dict[int, Sequence[asyncpg.Record]] = {}


class TypesAskedOnce(Base):
    """A connection that knows what others of its process were told about PostgreSQL's own types."""

    async def _introspect_types(self, typeoids: Collection[int], timeout: float | None) -> tuple[Any, Any]:  # noqa: ASYNC109 - asyncpg's own
        unknown = [oid for oid in typeoids if oid not in _known]
        known = [row for oid in typeoids for row in _known.get(oid, ())]
        if not unknown:
            return known, _NOTHING_ASKED
        told, statement = await super()._introspect_types(unknown, timeout)  # type: ignore[misc]  # not in the stubs
        if all(row["oid"] < FIRST_OID_OF_A_DATABASE for row in told):
            _known.update(dict.fromkeys(unknown, told))
        return [*known, *told], statement
