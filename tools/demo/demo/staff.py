"""Members of staff of the demo: invited by a command, logged in by password and authenticator app."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Protocol

import httpx
import pyotp

from contracts.access import Role
from demo.steps import StepError, expect
from demo.tokens import CLIENT, PORTAL, cookies_of, token_of_session

STAFF_SCOPES: Final = ("claims:read", "desk:read", "desk:write", "desk:decide")
_LINK: Final = re.compile(rf"{re.escape(PORTAL)}/staff#([\w-]+)")
_STEP_SECONDS = 30
_TOO_LATE_IN_A_STEP = 27


class Services(Protocol):
    """The running services."""

    async def printed_by(self, service: str, *arguments: str) -> str:
        """Return what a command of a service prints."""


async def log_in(
    services: Services,
    accounts: httpx.AsyncClient,
    *,
    role: Role,
    email: str,
    scopes: Iterable[str],
    client: str = CLIENT,
) -> str:
    """Invite somebody, let them make an account and log in; return their token.

    Raises:
        StepError: auth-svc answered otherwise.
    """
    cookies = await session_of(services, accounts, role=role, email=email)
    return await token_of_session(accounts, cookies, scopes=scopes, client=client)


async def session_of(services: Services, accounts: httpx.AsyncClient, *, role: Role, email: str) -> Mapping[str, str]:
    """Invite somebody, let them make an account and log in; return the cookies of their session.

    Raises:
        StepError: auth-svc answered otherwise.
    """
    account = await make_account(services, accounts, role=role, email=email)
    begun = await accounts.post("/logins", json={"email": email, "password": account.password})
    expect(begun, HTTPStatus.OK)
    completed = await accounts.post(
        "/logins/completion", json={"login": begun.json()["login"], "code": await account.code()}
    )
    expect(completed, HTTPStatus.OK)
    return cookies_of(completed)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccount:
    """What somebody logs in with."""

    email: str
    password: str = field(repr=False)
    app: pyotp.TOTP = field(repr=False)

    async def code(self) -> str:
        """Return what their app shows. A code serves once, in its thirty seconds."""
        return await _code(self.app)


async def make_account(services: Services, accounts: httpx.AsyncClient, *, role: Role, email: str) -> StaffAccount:
    """Invite somebody, and let them make an account.

    Raises:
        StepError: auth-svc answered otherwise.
    """
    printed = await services.printed_by("auth-svc", "staff", "invite", "--role", role, "--email", email)
    if (found := _LINK.search(printed)) is None:
        raise StepError("the invitation printed no link")
    password = secrets.token_urlsafe(12)
    link: Any = {"link": found[1]}
    chosen = await accounts.post("/staff-activations", json={**link, "password": password})
    expect(chosen, HTTPStatus.OK)
    app = pyotp.parse_uri(chosen.json()["uri"])
    if not isinstance(app, pyotp.TOTP):
        raise StepError("the app shows no codes by time")
    shown = {**link, "code": await _code(app, steps_ago=1)}
    expect(await accounts.post("/staff-activations/confirmation", json=shown), HTTPStatus.NO_CONTENT)
    return StaffAccount(email=email, password=password, app=app)


async def _code(app: pyotp.TOTP, *, steps_ago: int = 0) -> str:
    """Return what the app shows, or showed, so early in a step that it is still taken. A code serves once."""
    if time.time() % _STEP_SECONDS > _TOO_LATE_IN_A_STEP:
        await asyncio.sleep(_STEP_SECONDS - time.time() % _STEP_SECONDS)
    return app.at(time.time() - steps_ago * _STEP_SECONDS)
