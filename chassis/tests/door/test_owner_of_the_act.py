"""Promise: what somebody acts on is theirs until the act is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from door.at_the_door import client_of
from door.test_problems import assert_problem
from httpx import AsyncClient
from specimen.access import NAME, WRITE_NOTES
from specimen.api import GATE, Text
from specimen_driver import until
from starlette.responses import Response

from chassis.database import Pool
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.key_set import KeySet
from chassis.http.tokens import Verifier
from chassis.service import Service
from chassis.testing import harness
from chassis.unit_of_work import Work
from devstack.outside.issuer import Issuer

MINE, THEIRS = "111111", "222222"

api = Api(title="specimen", version="1", access=(WRITE_NOTES,))


async def owner_of_note(note_id: UUID, reading: Reading) -> str | None:
    """Whose a note is, and stays."""
    owner: str | None = await reading.connection.fetchval(
        "SELECT relation_number FROM note WHERE note_id = $1 FOR UPDATE", note_id
    )
    return owner


async def count(note_id: UUID, work: Work) -> Response | None:
    """Count a try."""
    await work.connection.execute(
        "INSERT INTO note (note_id, relation_number, text) VALUES (gen_random_uuid(), $1, 'a try')", str(note_id)[:6]
    )
    return None


@api.put("/notes/{note_id}", operation=WRITE_NOTES, owner=owner_of_note)
async def change_slowly(note_id: UUID, body: Text, work: Work) -> None:
    """Change a note when the gate is open."""
    await work.connection.execute("SELECT pg_advisory_xact_lock_shared($1)", GATE)
    await work.connection.execute("UPDATE note SET text = $2 WHERE note_id = $1", note_id, body.text)


@api.post("/notes/{note_id}/end", operation=WRITE_NOTES, owner=owner_of_note)
async def end(note_id: UUID, work: Work) -> None:
    """Delete a note."""
    await work.connection.execute("DELETE FROM note WHERE note_id = $1", note_id)


@api.delete("/notes/{note_id}", operation=WRITE_NOTES, owner=owner_of_note, beforehand=count)
async def delete(note_id: UUID, work: Work) -> None:
    """Delete a note."""
    await work.connection.execute("DELETE FROM note WHERE note_id = $1", note_id)


@pytest.fixture
async def pool_and_client(service: Service, issuer: Issuer) -> AsyncIterator[tuple[Pool, AsyncClient]]:
    verifier = Verifier(KeySet(issuer.jwks_url), issuer=issuer.name, audience=NAME)
    token = issuer.token(audience=NAME, scopes=[WRITE_NOTES.scope], relation_number=MINE)
    one_connection_for_requests = service.settings.model_copy(update={"database_connections": 2})
    async with harness(service) as running:
        app = api.app(settings=one_connection_for_requests, work=running.runtime.work, verifier=verifier)
        async with client_of(app) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            yield running.pool, client


async def _note_of(pool: Pool, relation_number: str) -> UUID:
    note_id = uuid4()
    await pool.execute(
        "INSERT INTO note (note_id, relation_number, text) VALUES ($1, $2, 'The roof leaks')", note_id, relation_number
    )
    return note_id


async def test_nothing_becomes_somebody_elses_between_the_look_at_its_owner_and_the_act(
    pool_and_client: tuple[Pool, AsyncClient], database: str
) -> None:
    pool, client = pool_and_client
    note_id = await _note_of(pool, MINE)
    gate = await asyncpg.connect(database)
    await gate.execute("SELECT pg_advisory_lock($1)", GATE)
    changing = asyncio.create_task(client.put(f"/notes/{note_id}", json={"text": "It is dry"}))

    async def it_waits_at_the_gate() -> bool:
        return bool(await gate.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))

    await until(it_waits_at_the_gate, what="the handler waits at the gate")
    await gate.execute("SET lock_timeout = '100ms'")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await gate.execute("UPDATE note SET relation_number = $2 WHERE note_id = $1", note_id, THEIRS)
    await gate.close()

    assert (await changing).status_code == 204
    assert await pool.fetchval("SELECT relation_number FROM note WHERE text = 'It is dry'") == MINE


async def test_who_does_not_own_it_does_nothing_beforehand_either(pool_and_client: tuple[Pool, AsyncClient]) -> None:
    pool, client = pool_and_client
    mine, theirs = await _note_of(pool, MINE), await _note_of(pool, THEIRS)

    refused = await client.delete(f"/notes/{theirs}")
    nothing_done = await pool.fetchval("SELECT count(*) FROM note WHERE text = 'a try'")
    done = await client.delete(f"/notes/{mine}")

    assert_problem(refused, 404, "not-found")
    assert (nothing_done, done.status_code) == (0, 204)
    assert await pool.fetchval("SELECT string_agg(relation_number, ' ') FROM note WHERE text <> 'a try'") == THEIRS


async def test_an_answer_is_given_again_to_the_owner_alone(pool_and_client: tuple[Pool, AsyncClient]) -> None:
    pool, client = pool_and_client
    note_id = await _note_of(pool, MINE)
    key = {"Idempotency-Key": "once"}
    path = f"/notes/{note_id}/end"

    ended = await client.post(path, headers=key)
    await pool.execute("INSERT INTO note (note_id, relation_number, text) VALUES ($1, $2, 'new')", note_id, THEIRS)

    assert ended.status_code == 204
    assert_problem(await client.post(path, headers=key), 404, "not-found")
