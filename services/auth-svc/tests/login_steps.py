"""The steps of a login, as a browser takes them."""

from __future__ import annotations

from collections.abc import Mapping

from accounts import EMAIL
from auth_world import PASSWORD, World
from httpx import Response

from contracts.message_requests import Occasion, SealedContents


def from_address(address: str) -> Mapping[str, str]:
    """Return the header of a proxy that is believed (`api_trusted_proxies`)."""
    return {"X-Forwarded-For": address}


async def begin(
    world: World,
    *,
    email: str = EMAIL,
    password: str = PASSWORD,
    purpose: str = "log_in",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Show the password."""
    return await world.client.post(
        "/logins", json={"email": email, "password": password, "purpose": purpose}, headers=headers
    )


async def complete(world: World, login: str, code: str | None, *, headers: Mapping[str, str] | None = None) -> Response:
    """Show the code."""
    return await world.client.post("/logins/completion", json={"login": login, "code": code}, headers=headers)


async def begun(world: World, *, purpose: str = "log_in") -> tuple[str, SealedContents]:
    """Return the secret of a login whose code was sent, and what was sent."""
    answer = await begin(world, purpose=purpose)
    assert answer.status_code == 200, answer.text
    return answer.json()["login"], await world.only_told(Occasion.LOGIN_CODE_REQUESTED)


async def log_in(world: World, *, headers: Mapping[str, str] | None = None, purpose: str = "log_in") -> Response:
    """Log in completely; whatever else is told is left to be read."""
    answer = await begin(world, headers=headers, purpose=purpose)
    assert answer.status_code == 200, answer.text
    sent = await world.only_told(Occasion.LOGIN_CODE_REQUESTED)
    return await complete(world, answer.json()["login"], sent.code, headers=headers)


def other_than(code: str | None) -> str:
    """Return a code that is wrong."""
    assert code is not None
    return f"{(int(code) + 1) % 10**6:06d}"
