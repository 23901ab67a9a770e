"""Connections to the service's database."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

from chassis.service import Service
from chassis.testing import harness


async def test_a_dead_relay_is_noticed_by_the_server_long_before_the_default_of_two_hours(service: Service) -> None:
    async with harness(service) as running, running.pool.acquire() as connection:
        idle = await connection.fetchval("SELECT current_setting('tcp_keepalives_idle')::int")

    assert 0 < idle <= 60, "the advisory lock of a relay whose host died is held until the server notices"


async def test_giving_a_connection_back_costs_no_round_trip(service: Service) -> None:
    async with harness(service) as running, running.pool.acquire() as watching:
        async with running.pool.acquire() as connection:
            session = await connection.fetchval("SELECT pg_backend_pid()")

        last = await watching.fetchval("SELECT query FROM pg_stat_activity WHERE pid = $1", session)

    assert last == "SELECT pg_backend_pid()"


async def test_only_the_first_connection_asks_for_an_array_of_postgresql(service: Service) -> None:
    asked: list[str] = []
    async with harness(service) as running, running.pool.acquire() as one, running.pool.acquire() as other:
        await one.fetch("SELECT $1::uuid[], $2::bigint[]", [], [])
        with other.query_logger(lambda query: asked.append(query.query)):
            (row,) = await other.fetch("SELECT $1::uuid[], $2::bigint[]", [UUID(int=7)], [7])

    assert tuple(row) == ([UUID(int=7)], [7])
    assert asked == ["SELECT $1::uuid[], $2::bigint[]"]


async def test_each_connection_asks_for_the_types_of_its_own_database(service: Service) -> None:
    async with harness(service) as running, running.pool.acquire() as one, running.pool.acquire() as other:
        await one.execute("CREATE TYPE place AS (seat integer)")
        assert tuple(await one.fetchval("SELECT row(1)::place")) == (1,)
        await one.execute("ALTER TYPE place ADD ATTRIBUTE beside text")

        assert tuple(await other.fetchval("SELECT row(1, 'window')::place")) == (1, "window")


def test_nobody_changes_a_session_of_the_pool_whose_changes_nobody_would_undo() -> None:
    """The relay and a migration have a connection of their own."""
    repository = Path(__file__).parents[2]
    sources = [*repository.glob("chassis/chassis/**/*.py"), *repository.glob("services/*/*_svc/**/*.py")]
    changing = {path.name for path in sources if _CHANGES_A_SESSION.search(path.read_text(encoding="utf-8"))}

    assert changing == {"relay.py", "runner.py"}


_CHANGES_A_SESSION = re.compile(
    r"""["';]\s*(SET(?!\ LOCAL)|LISTEN|PREPARE|LOAD|DISCARD)\s
        |set_config\(|pg_(try_)?advisory_lock(_shared)?\(|\bWITH\s+HOLD\b|\bTEMP(ORARY)?\s+(TABLE|VIEW|SEQUENCE)\b
        |\.(add_listener|add_log_listener|set_type_codec|set_builtin_type_codec)\(""",
    re.VERBOSE,
)
