"""Each database has its own owner, and no other role can enter it."""

from collections.abc import Callable

import asyncpg
import pytest

from devstack.postgres.databases import create_database, drop_database, url_of
from devstack.stack import Stack


async def test_the_owner_may_do_everything_in_his_database(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("CREATE EXTENSION btree_gist")
        await connection.execute("CREATE TABLE rain (station integer, tenths_mm integer)")
        await connection.execute("INSERT INTO rain VALUES (377, 402)")
        assert await connection.fetchval("SELECT sum(tenths_mm) FROM rain") == 402
    finally:
        await connection.close()


async def test_a_role_cannot_connect_to_the_database_of_another(make_database: Callable[[], str]) -> None:
    mine, yours = make_database(), make_database()
    login, your_name = mine.rpartition("/")[0], yours.rpartition("/")[2]

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await asyncpg.connect(f"{login}/{your_name}")


async def test_a_role_cannot_connect_to_the_maintenance_database(database: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(database.rpartition("/")[0] + "/postgres")


async def test_a_database_that_is_created_again_keeps_its_data(stack: Stack) -> None:
    first = await create_database(admin_url=stack.database_url, name="again", role="again", password="one")
    connection = await asyncpg.connect(first)
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS answer")
    await connection.close()

    second = await create_database(admin_url=stack.database_url, name="again", role="again", password="two")

    connection = await asyncpg.connect(second)
    assert await connection.fetchval("SELECT answer FROM kept") == 1
    await connection.close()
    await drop_database(admin_url=stack.database_url, name="again", role="again")
    with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)):
        await asyncpg.connect(second)


def test_a_password_may_hold_any_character() -> None:
    url = url_of(
        admin_url="postgresql://postgres:secret@127.0.0.1:5432/postgres?ssl=disable",
        name="claims",
        role="claims",
        password="a/b:c@d'e",
    )
    assert url == "postgresql://claims:a%2Fb%3Ac%40d%27e@127.0.0.1:5432/claims?ssl=disable"
