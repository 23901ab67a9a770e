"""Copies of a database that was filled once: each test has its own, and none finds what another has left."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from devstack.postgres.copies import Copies, Template
from devstack.stack import Stack


@dataclass
class Filling:
    """Fills a table; counts how often, and fails at first if it is told to."""

    name: str = "rain of one station"
    failures: int = 0
    times: int = field(default=0, init=False)

    async def fill(self, url: str) -> None:
        await execute(url, "CREATE TABLE rain AS SELECT 377 AS station")
        self.times += 1
        if self.times <= self.failures:
            raise RuntimeError("failed by the test")

    @property
    def template(self) -> Template:
        return Template(self.name, self.fill)


async def execute(url: str, statement: str) -> Any:  # noqa: ANN401 - one value
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.fixture
def copies(stack: Stack) -> Iterator[Copies]:
    made = Copies(admin_url=stack.database_url, kept=False)
    yield made
    made.close()


async def templates(stack: Stack) -> int:
    count: int = await execute(stack.database_url, "SELECT count(*) FROM pg_database WHERE datname LIKE 'template\\_%'")
    return count


async def test_each_copy_holds_what_was_filled_in_once_and_nothing_that_became_of_another(copies: Copies) -> None:
    filling = Filling()
    first = copies.make(filling.template)
    await execute(first, "INSERT INTO rain VALUES (350)")

    second = copies.make(filling.template)

    assert await execute(second, "SELECT array_agg(station) FROM rain") == [377]
    assert filling.times == 1


def test_another_name_is_another_template(copies: Copies) -> None:
    copies.make(Filling().template)
    other = Filling(name="rain of another station")

    copies.make(other.template)

    assert other.times == 1


async def test_what_failed_half_way_is_filled_again(copies: Copies) -> None:
    filling = Filling(failures=1)
    with pytest.raises(RuntimeError):
        copies.make(filling.template)

    again = copies.make(filling.template)

    assert await execute(again, "SELECT count(*) FROM rain") == 1


async def test_the_owner_of_a_copy_may_change_it_and_enters_nothing_of_others(
    copies: Copies, make_database: Callable[[], str]
) -> None:
    mine, yours = copies.make(Filling().template), make_database()

    await execute(mine, "ALTER TABLE rain ADD COLUMN tenths_mm integer")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await execute(f"{mine.rpartition('/')[0]}/{yours.rpartition('/')[2]}", "SELECT 1")
    login, name = yours.rpartition("/")[0], mine.rpartition("/")[2]
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await execute(f"{login}/{name}", "SELECT 1")


async def test_copies_are_made_and_dropped_by_a_server_that_was_started_again(stack: Stack, copies: Copies) -> None:
    filling = Filling()
    before = copies.make(filling.template)
    stack.postgres.kill()
    stack.postgres.start()

    after = copies.make(filling.template)
    copies.drop(before)

    assert await execute(after, "SELECT count(*) FROM rain") == 1
    assert filling.times == 1
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await execute(before, "SELECT 1")


async def test_templates_go_at_the_end_unless_they_are_kept_for_who_comes_next(stack: Stack) -> None:
    before, kept, filling = await templates(stack), Filling(name="kept for others"), Filling()
    for one, is_kept in ((filling, False), (kept, True), (kept, True)):
        copies = Copies(admin_url=stack.database_url, kept=is_kept)
        copies.drop(copies.make(one.template))
        copies.close()

    assert (filling.times, kept.times) == (1, 1)
    assert await templates(stack) == before + 1
