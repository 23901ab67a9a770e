"""What a handler reads in several statements is of one moment where it asks for that."""

from __future__ import annotations

from contextlib import AsyncExitStack

import asyncpg
import pytest

from chassis.clock import DatabaseClock
from chassis.http.handler import Reading


async def test_what_others_commit_meanwhile_is_not_seen_before_the_next_moment(database: str) -> None:
    async with AsyncExitStack() as open_connections:
        reader, writer = await asyncpg.connect(database), await asyncpg.connect(database)
        open_connections.push_async_callback(reader.close)
        open_connections.push_async_callback(writer.close)
        await writer.execute("CREATE TABLE told (word text)")
        reading = Reading(reader, DatabaseClock())
        seen = []

        async with reading.one_moment():
            for word in ("first", "second"):
                seen.append(await reader.fetchval("SELECT count(*) FROM told"))
                await writer.execute("INSERT INTO told VALUES ($1)", word)

        assert seen == [0, 0]
        assert await reader.fetchval("SELECT count(*) FROM told") == 2
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            async with reading.one_moment():
                await reader.execute("INSERT INTO told VALUES ('third')")
