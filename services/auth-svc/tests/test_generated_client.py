"""A client that a tool made from auth-svc's description alone gets a token here, and is let in by it."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest
from door.client_generator import generate_client
from oauth_world import CALLBACK, VERIFIER, code_of, issuing, log_in

DESCRIPTION = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "auth-svc.json"
PACKAGE = "client_of_auth_svc"


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    generate_client(DESCRIPTION, package=PACKAGE, directory=tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module(PACKAGE)


def operation(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.api.default.{name}")


async def test_it_gets_a_token_and_lists_its_customers_sessions(generated: ModuleType, database: str) -> None:
    models = importlib.import_module(f"{PACKAGE}.models")
    async with issuing(database) as own:
        somebody = await log_in(own)
        form = models.TokenForm(
            grant_type="authorization_code",
            client_id="portal",
            code=await code_of(own, somebody),
            redirect_uri=CALLBACK,
            code_verifier=VERIFIER,
        )
        address = str(own.client.base_url)
        async with generated.Client(address, raise_on_unexpected_status=True) as stranger:
            tokens = await operation("get_tokens").asyncio(client=stranger, body=form)
        async with generated.AuthenticatedClient(
            address, token=tokens.access_token, raise_on_unexpected_status=True
        ) as caller:
            listed = await operation("list_sessions").asyncio("123456", client=caller)
            others = await operation("list_sessions").asyncio("654321", client=caller)

    assert [session.session_id for session in listed.sessions] == [somebody.session_id]
    assert (others.type_, others.status) == ("/problems/not-found", 404)
