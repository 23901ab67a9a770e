"""Which errors are transient: a wrong answer retries for ever, or dead-letters what is sound."""

from __future__ import annotations

import asyncpg
import pytest

from chassis.errors import is_transient


async def test_a_value_the_database_cannot_hold_is_no_outage_whatever_words_it_contains(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        with pytest.raises(asyncpg.DataError) as caught:
            await connection.fetch("SELECT $1::text", ["windows", "closed"])
    finally:
        await connection.close()

    assert not is_transient(caught.value)


async def test_a_database_behind_a_socket_that_is_away_is_waited_for() -> None:
    with pytest.raises(OSError, match="No such file or directory") as caught:
        await asyncpg.connect("postgresql://nobody@/none?host=/nonexistent-directory")

    assert is_transient(caught.value)


async def test_an_address_that_cannot_be_read_is_no_outage_whatever_words_it_contains() -> None:
    with pytest.raises(asyncpg.ClientConfigurationError) as caught:
        await asyncpg.connect("closed://nobody@none/none")

    assert "clos" in str(caught.value)
    assert not is_transient(caught.value)


def test_a_missing_file_of_the_service_is_not_waited_for() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        open("/nonexistent-directory/stations.csv").close()  # noqa: PTH123

    assert not is_transient(caught.value)
