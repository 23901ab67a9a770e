"""A customer goes online: activates an account, logs in with the code of an SMS, and reads the account with a token."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx

from demo.steps import Step, StepError, expect, take

RELATION_NUMBER, EMAIL, MOBILE_PHONE = "123456", "j.voorbeeld@example.org", "31612345678"
"""The customer of the first policy that is imported."""
SOMEBODY_ELSE: Final = "100201"
PORTAL = "https://mijn.example.org"
PASSWORD = secrets.token_urlsafe(12)
CLIENT, CALLBACK, SCOPE = "demo-portal", f"{PORTAL}/callback", "account:read"
_WAITING_SECONDS = 20
_LOOK_EVERY_SECONDS = 0.1
_ACTIVATION_LINK: Final = re.compile(rf"{re.escape(PORTAL)}/activate#([\w-]+)")
_CODE: Final = re.compile(r"\b(\d{6})\b")


class Services(Protocol):
    """The running services, and what the outside world received of them."""

    @property
    def auth_url(self) -> str:
        """Where auth-svc answers."""

    async def run(self, service: str, *arguments: str) -> None:
        """Run a command of a service to its end."""

    async def collect_messages(self, directory: Path) -> None:
        """Let `directory` hold every mail and SMS received so far."""


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
            "the mail with a link", lambda: _first(_ACTIVATION_LINK, _mails(self.received))
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
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value

    async def get_token(self) -> None:
        """The portal gets a token by a code, with PKCE."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
            "state": secrets.token_hex(8),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self.client.get("/oauth/authorize", params=asked, headers={"Cookie": cookie})
        expect(answer, HTTPStatus.FOUND)
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        if "code" not in back or back.get("state") != [asked["state"]]:
            raise StepError(f"the portal got {sorted(back)} back instead of a code")
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT,
            "code": back["code"][0],
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }
        answer = await self.client.post("/oauth/token", data=form)
        expect(answer, HTTPStatus.OK)
        self.token = answer.json()["access_token"]

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


async def go_online(services: Services, *, received: Path) -> Sequence[Step]:
    """Take every step in turn; after one that failed the others are not taken. `received` holds mails and SMS."""
    await services.run(
        *("auth-svc", "clients", "add", CLIENT, "--name", "The portal of the demo"),
        *("--scope", SCOPE, "--redirect-uri", CALLBACK, "--public"),
    )
    async with httpx.AsyncClient(base_url=services.auth_url, timeout=_WAITING_SECONDS) as client:
        return await take(Visit(services=services, client=client, received=received).steps())


def _first(pattern: re.Pattern[str], texts: Iterable[str]) -> str | None:
    return next((found[1] for text in texts if (found := pattern.search(text))), None)


def _mails(received: Path) -> Iterable[str]:
    """Return the text of each mail to the customer, the newest first."""
    for path in sorted((received / "mailbox").glob("*.eml"), reverse=True):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        if EMAIL in str(mail["To"]) and body is not None:
            yield str(body.get_content())


def _texts(received: Path) -> Iterable[str]:
    """Return the SMS to the customer, the newest first."""
    path = received / "sms.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for entry in map(json.loads, reversed(lines)):
        if entry["destination"] == MOBILE_PHONE:
            yield entry["text"]
