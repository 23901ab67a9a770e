"""A client that a tool made from the description alone is let in by a token, and understands what it is told."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from door.client_generator import generate_client
from door.served import DESCRIPTION, served
from specimen.access import NAME, READ_NOTES, WRITE_NOTES

from contracts.access import Role
from devstack.outside.issuer import RELATION_NUMBER, Issuer

PACKAGE = "client_of_the_specimen"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("generated")
    generate_client(DESCRIPTION, package=PACKAGE, directory=directory)
    return directory


@pytest.fixture
def client(generated: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(generated)
    return importlib.import_module(PACKAGE)


def operation(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.api.default.{name}")


async def test_it_notes_something_once_and_reads_it(client: Any, database: str, issuer: Issuer) -> None:
    token = issuer.token(audience=NAME, role=Role.CUSTOMER, scopes=[READ_NOTES.scope, WRITE_NOTES.scope])
    models = importlib.import_module(f"{PACKAGE}.models")
    key = str(uuid4())
    async with (
        served(database, issuer) as specimen,
        client.AuthenticatedClient(specimen.url, token=token, raise_on_unexpected_status=True) as caller,
    ):
        written, repeated = [
            await operation("write_note").asyncio_detailed(
                RELATION_NUMBER, client=caller, body=models.Text("The roof leaks"), idempotency_key=key
            )
            for _ in range(2)
        ]
        page = await operation("read_notes").asyncio(RELATION_NUMBER, client=caller)

    assert (written.status_code, repeated.status_code) == (201, 201)
    assert repeated.headers["Idempotent-Replayed"] == "true"
    assert page.items == [written.parsed]
    assert written.parsed == repeated.parsed == models.Note(written.parsed.note_id, "The roof leaks")


async def test_a_problem_comes_as_one_with_its_type(client: Any, database: str, issuer: Issuer) -> None:
    token = issuer.token(audience=NAME, role=Role.OPERATOR, scopes=[READ_NOTES.scope])
    async with (
        served(database, issuer) as specimen,
        client.AuthenticatedClient(specimen.url, token=token, raise_on_unexpected_status=True) as caller,
    ):
        problem = await operation("read_notes").asyncio(RELATION_NUMBER, client=caller)

    assert problem.type_ == "/problems/forbidden"
    assert problem.status == 403
