"""The order in which a request is looked at: the first that says no answers, before anything behind it is done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID, uuid4

import pytest
from door.at_the_door import client_of
from door.test_problems import assert_problem
from httpx import AsyncClient
from specimen.access import NAME, READ_NOTES, WRITE_NOTES
from specimen.api import NoteId, api, owner_of_note
from specimen.app import Settings, build

from chassis.http.api import Api
from chassis.http.key_set import KeySet
from chassis.http.tokens import Verifier
from chassis.http.values import RelationNumber
from chassis.service import Service
from chassis.testing import harness
from chassis.unit_of_work import WorkFactory
from contracts.access import Role
from devstack.outside.issuer import Issuer

MINE, THEIRS = "123456", "654321"


@asynccontextmanager
async def door_of(api: Api, *, service: Service, work: WorkFactory, issuer: Issuer) -> AsyncIterator[AsyncClient]:
    """A client of `api`, whose tokens `issuer` makes."""
    verifier = Verifier(KeySet(issuer.jwks_url), issuer=issuer.name, audience=NAME)
    async with client_of(api.app(settings=service.settings, work=work, verifier=verifier)) as client:
        yield client


@pytest.fixture
async def guarded(service: Service, issuer: Issuer) -> AsyncIterator[AsyncClient]:
    async with (
        harness(service) as running,
        door_of(api, service=service, work=running.runtime.work, issuer=issuer) as client,
    ):
        yield client


def _of_customer(issuer: Issuer, *scopes: str) -> Mapping[str, str]:
    token = issuer.token(audience=NAME, role=Role.CUSTOMER, scopes=scopes, relation_number=MINE)
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}


class Body:
    """A body that notes whether it was asked for."""

    def __init__(self) -> None:
        self.was_read = False

    async def parts(self) -> AsyncIterator[bytes]:
        self.was_read = True
        yield b"{}"


async def test_who_may_not_ask_is_refused_before_the_body_is_read(guarded: AsyncClient, issuer: Issuer) -> None:
    body = Body()

    for headers, relation_number, status in [
        ({}, MINE, 401),
        (_of_customer(issuer, READ_NOTES.scope), MINE, 403),
        (_of_customer(issuer, WRITE_NOTES.scope), THEIRS, 404),
    ]:
        answer = await guarded.post(f"/customers/{relation_number}/notes", content=body.parts(), headers=headers)

        assert answer.status_code == status
        assert not body.was_read

    allowed = _of_customer(issuer, WRITE_NOTES.scope)
    assert_problem(
        await guarded.post(f"/customers/{MINE}/notes", content=body.parts(), headers=allowed), 422, "invalid"
    )
    assert body.was_read


async def test_what_is_invalid_is_refused_without_the_database(database: str, issuer: Issuer) -> None:
    service = build(Settings(database_url=database, database_connections=2))
    async with harness(service) as running, AsyncExitStack() as taken:
        for _ in range(2):
            await taken.enter_async_context(running.pool.acquire())
        async with door_of(api, service=service, work=running.runtime.work, issuer=issuer) as client:
            headers = _of_customer(issuer, WRITE_NOTES.scope)
            answers = [
                await client.post(f"/customers/{MINE}/notes", json={"text": ""}, headers=headers),
                await client.delete("/notes/no-id", headers=headers),
            ]

    assert [answer.status_code for answer in answers] == [422, 422]


async def test_what_a_handler_says_of_its_answer_is_said(guarded: AsyncClient, issuer: Issuer) -> None:
    headers = _of_customer(issuer, WRITE_NOTES.scope, READ_NOTES.scope)
    written = await guarded.post(f"/customers/{MINE}/notes", json={"text": "The roof leaks"}, headers=headers)
    read = await guarded.get(written.headers["location"], headers=headers)
    taken_back = await guarded.delete(written.headers["location"], headers=headers)

    assert written.status_code == 201
    assert written.headers["content-type"] == "application/json"
    assert read.json() == written.json()
    assert (taken_back.status_code, taken_back.content) == (204, b"")
    assert "content-type" not in taken_back.headers
    assert_problem(await guarded.get(written.headers["location"], headers=headers), 404, "not-found")


_nested = Api(title="specimen", version="1", access=(READ_NOTES,))


@_nested.get("/customers/{relation_number}/notes/{note_id}", operation=READ_NOTES, owner=owner_of_note)
async def read_nested(relation_number: RelationNumber, note_id: NoteId) -> str:
    """Tell what was asked for."""
    return f"{note_id} of {relation_number}"


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.CLAIMS_HANDLER])
async def test_a_thing_below_the_relation_number_of_another_is_not_found(
    service: Service, issuer: Issuer, role: Role
) -> None:
    token = issuer.token(audience=NAME, role=role, scopes=(READ_NOTES.scope,), relation_number=MINE)
    headers = {"Authorization": f"Bearer {token}"}
    async with harness(service) as running:
        mine, theirs = [await _note_of(running.runtime.work, owner) for owner in (MINE, THEIRS)]
        async with door_of(_nested, service=service, work=running.runtime.work, issuer=issuer) as client:
            answers = [
                await client.get(f"/customers/{MINE}/notes/{note_id}", headers=headers) for note_id in (mine, theirs)
            ]

    assert [answer.status_code for answer in answers] == [200, 404]


async def _note_of(work: WorkFactory, relation_number: str) -> UUID:
    note_id = uuid4()
    async with work.connection() as connection:
        await connection.execute(
            "INSERT INTO note (note_id, relation_number, text) VALUES ($1, $2, 'A note')", note_id, relation_number
        )
    return note_id
