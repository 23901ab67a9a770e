"""Every answer tells browsers and caches to keep their hands off it; nobody else's pages may ask."""

from __future__ import annotations

import pytest
from door.at_the_door import client_of
from httpx import AsyncClient
from specimen.api import api

from chassis.http.headers import DEFAULTS
from chassis.service import Service
from chassis.testing import harness

PORTAL = "https://portal.example"


@pytest.mark.parametrize("path", ["/greeting", "/nowhere", "/customers/1/notes", "/failures/broken"])
async def test_every_answer_carries_the_security_headers(door: AsyncClient, path: str) -> None:
    answer = await door.get(path)

    assert {name: answer.headers.get_list(name) for name, _ in DEFAULTS_AS_TEXT} == {
        name: [value] for name, value in DEFAULTS_AS_TEXT
    }


async def test_what_a_route_says_of_itself_stays(door: AsyncClient) -> None:
    answer = await door.get("/problems/not-found")

    assert answer.headers.get_list("cache-control") == ["public, max-age=86400"]


async def test_no_other_page_may_ask_unless_it_is_named(door: AsyncClient) -> None:
    answer = await door.get("/greeting", headers={"Origin": PORTAL})

    assert [name for name in answer.headers if name.startswith("access-control")] == []
    preflight = await door.options("/greeting", headers={"Origin": PORTAL, "Access-Control-Request-Method": "GET"})
    assert preflight.status_code == 405


async def test_a_page_that_is_named_may_ask(service: Service) -> None:
    settings = service.settings.model_copy(update={"api_cors_origins": f"https://app.example,{PORTAL}"})
    async with harness(service) as running:
        app = api.app(settings=settings, work=running.runtime.work, verifier=None)
        async with client_of(app) as client:
            named = await client.get("/greeting", headers={"Origin": PORTAL})
            other = await client.get("/greeting", headers={"Origin": "https://elsewhere.example"})

    assert named.headers["access-control-allow-origin"] == PORTAL
    assert "access-control-allow-credentials" not in named.headers
    assert "access-control-allow-origin" not in other.headers


DEFAULTS_AS_TEXT = [(name.decode(), value.decode()) for name, value in DEFAULTS]
