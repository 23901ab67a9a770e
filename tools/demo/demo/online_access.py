"""A customer goes online: activates an account, logs in with the code of an SMS, and changes an insurance."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol

import httpx

from demo import insurance_change
from demo.insurance_change import RELATION_NUMBER, InsuranceChange, mails_to_customer
from demo.staff import STAFF_SCOPES
from demo.steps import Step, StepError, expect, take
from demo.tokens import CALLBACK, CLIENT, PORTAL, cookies_of, token_of_session

EMAIL, MOBILE_PHONE = "j.voorbeeld@example.org", "31612345678"
"""Of the customer of the first policy that is imported."""
SOMEBODY_ELSE: Final = "100201"
PASSWORD = secrets.token_urlsafe(12)
SCOPES: Final = (
    *("account:read", "policies:read", "policies:write", "documents:read"),
    *("claims:read", "claims:write", "files:read", "files:write"),
)
_WAITING_SECONDS = 20
_LOOK_EVERY_SECONDS = 0.1
_ACTIVATION_LINK: Final = re.compile(rf"{re.escape(PORTAL)}/activate#([\w-]+)")
_CODE: Final = re.compile(r"\b(\d{6})\b")


class Services(insurance_change.Services, Protocol):
    """The running services, and what the outside world received of them."""

    @property
    def auth_url(self) -> str:
        """Where auth-svc answers."""

    async def run(self, service: str, *arguments: str) -> None:
        """Run a command of a service to its end."""


@dataclass
class Visit:
    """The customer's way so far."""

    services: Services
    client: httpx.AsyncClient
    received: Path
    link: str = ""
    login: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def steps(self) -> Sequence[tuple[str, Callable[[], Awaitable[None]]]]:
        """Return what the customer does, in order."""
        return (
            ("asks for an account and is mailed a link", self.ask_for_account),
            ("chooses a password", self.choose_password),
            ("shows it, and takes the number that is known", self.begin_login),
            ("shows the code of the SMS", self.complete_login),
            ("is given a token for the portal", self.get_token),
            ("reads the own account, and nobody else's", self.read_account),
        )

    async def ask_for_account(self) -> None:
        """Relation number and e-mail address are shown; a link comes by mail."""
        body = {"relation_number": RELATION_NUMBER, "email": EMAIL}
        answer = await self.client.post("/activations", json=body)
        expect(answer, HTTPStatus.ACCEPTED)
        self.link = await self._wait_for(
            "the mail with a link", lambda: _first(_ACTIVATION_LINK, mails_to_customer(self.received, EMAIL))
        )

    async def choose_password(self) -> None:
        """The link is followed, and a password chosen."""
        body = {"link": self.link, "password": PASSWORD}
        expect(await self.client.post("/activations/completion", json=body), HTTPStatus.CREATED)

    async def begin_login(self) -> None:
        """E-mail address and password are shown; the number we know is taken."""
        answer = await self.client.post("/logins", json={"email": EMAIL, "password": PASSWORD})
        expect(answer, HTTPStatus.OK)
        self.login = answer.json()["login"]
        body = {"login": self.login, "mobile_phone": None}
        expect(await self.client.post("/logins/phone", json=body), HTTPStatus.OK)

    async def complete_login(self) -> None:
        """The code of the SMS is shown; a session begins."""
        code = await self._wait_for("the SMS with a code", lambda: _first(_CODE, _texts(self.received)))
        answer = await self.client.post("/logins/completion", json={"login": self.login, "code": code})
        expect(answer, HTTPStatus.OK)
        self.cookies = cookies_of(answer)

    async def get_token(self) -> None:
        """The portal gets a token by a code, with PKCE."""
        self.token = await token_of_session(self.client, self.cookies, scopes=SCOPES)

    async def read_account(self) -> None:
        """The token opens the customer's own account, and nobody else's."""
        for relation_number, status in ((RELATION_NUMBER, HTTPStatus.OK), (SOMEBODY_ELSE, HTTPStatus.NOT_FOUND)):
            path = f"/accounts/{relation_number}"
            expect(await self.client.get(path, headers={"Authorization": f"Bearer {self.token}"}), status)

    async def _wait_for(self, what: str, look: Callable[[], str | None]) -> str:
        deadline = time.monotonic() + _WAITING_SECONDS
        while time.monotonic() < deadline:
            await self.services.collect_messages(self.received)
            if (found := look()) is not None:
                return found
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        raise StepError(f"{what} did not come within {_WAITING_SECONDS} s")


async def go_online(services: Services, *, received: Path) -> tuple[Sequence[Step], str]:
    """Take every step in turn; after one that failed the others are not taken. `received` holds mails and SMS.

    Return them, and the token that the customer has in the end.
    """
    await services.run(
        *("auth-svc", "clients", "add", CLIENT, "--name", "The portal of the demo"),
        *(argument for scope in (*SCOPES, *STAFF_SCOPES) for argument in ("--scope", scope)),
        *("--redirect-uri", CALLBACK, "--public"),
    )
    async with (
        httpx.AsyncClient(base_url=services.auth_url, timeout=_WAITING_SECONDS) as accounts,
        httpx.AsyncClient(base_url=services.policy_url, timeout=_WAITING_SECONDS) as insurances,
    ):
        visit = Visit(services=services, client=accounts, received=received)
        change = InsuranceChange(services, insurances, token=lambda: visit.token, output=received, email=EMAIL)
        return await take((*visit.steps(), *change.steps())), visit.token


def _first(pattern: re.Pattern[str], texts: Iterable[str]) -> str | None:
    return next((found[1] for text in texts if (found := pattern.search(text))), None)


def _texts(received: Path) -> Iterable[str]:
    """Return the SMS to the customer, the newest first."""
    path = received / "sms.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for entry in map(json.loads, reversed(lines)):
        if entry["destination"] == MOBILE_PHONE:
            yield entry["text"]
