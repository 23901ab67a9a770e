from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from auth_world import World
from oauth_world import command, issuing

from contracts.auth import SecurityEvent, SecurityEventRecorded

WEB = ("web", "--name", "A web site", "--scope", "account:read", "--redirect-uri", "https://web.example.org/back")


@pytest.fixture
async def own(database: str) -> AsyncIterator[World]:
    async with issuing(database) as running:
        await running.running.published()
        yield running


async def test_a_secret_is_printed_once_and_replaced_by_another(own: World, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert await command(own, "clients", "add", *WEB) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[-1])["client_secret"]
    assert await _is_authenticated(own, first)

    assert await command(own, "clients", "rotate-secret", "web") == 0
    second = json.loads(capsys.readouterr().out.splitlines()[-1])["client_secret"]
    assert await _is_authenticated(own, second)
    assert not await _is_authenticated(own, first)

    capsys.readouterr()
    assert await command(own, "clients", "list") == 0
    listed = capsys.readouterr().out
    assert first not in listed
    assert second not in listed
    assert [json.loads(line)["client_id"] for line in listed.splitlines()] == ["app", "portal", "web"]


async def _is_authenticated(own: World, secret: str) -> bool:
    answer = await own.client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=("web", secret))
    assert answer.json()["error"] in {"unauthorized_client", "invalid_client"}
    return bool(answer.status_code == 400)


async def test_changes_of_a_client_are_published_as_its_own(own: World) -> None:
    await command(own, "clients", "add", *WEB)
    await command(own, "clients", "disable", "web")

    (client,) = await own.rows("SELECT subject_id, disabled_at FROM client WHERE client_id = 'web'")
    events = [event for event in await own.running.published() if isinstance(event, SecurityEventRecorded)]
    assert client["disabled_at"] == own.clock.at
    assert [(event.subject_id, event.what) for event in events] == [
        (client["subject_id"], SecurityEvent.CLIENT_CHANGED)
    ] * 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("Web", *WEB[1:]), "an id has"),
        ((*WEB[:3], "--scope", "all:things", *WEB[5:]), "no operation has the scope all:things"),
        ((*WEB[:-1], "http://web.example.org/back"), "is no https:// address"),
        ((*WEB[:-1], "https://web.example.org/back#here"), "is no https:// address"),
        ((*WEB[:-1], "javascript:alert(1)"), "is no https:// address"),
        ((*WEB[:5], "--role", "partner"), "the role partner may do nothing"),
        ((*WEB[:5], "--role", "partner", "--public"), "needs a secret"),
        (("portal", *WEB[1:]), "there is a client portal already"),
    ],
)
async def test_a_client_that_cannot_be_right_is_not_added(
    own: World, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], why: str
) -> None:
    assert await command(own, "clients", "add", *arguments) == 1

    assert why in capsys.readouterr().err


@pytest.mark.parametrize("action", ["disable", "rotate-secret"])
async def test_who_is_no_client_cannot_be_changed(own: World, action: str) -> None:
    assert await command(own, "clients", action, "nobody") == 1


async def test_a_public_client_has_no_secret_to_replace(own: World) -> None:
    assert await command(own, "clients", "rotate-secret", "portal") == 1
