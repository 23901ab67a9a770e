"""Somebody at a browser, with a mailbox and a phone: what pages of the portal do for customers and staff."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from received import mails_sent, text_of, texts_sent
from whole_platform import WholePlatform

from demo.platform import PORTAL

CALLBACK = f"{PORTAL}/back"
_MOST_RETRIES = 30


def _challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def at_home(url: str, *, address: str) -> httpx.AsyncClient:
    """Return a client with an address of its own: limits are those of a network, and all stories share one machine."""
    return httpx.AsyncClient(base_url=url, timeout=20, transport=httpx.AsyncHTTPTransport(local_address=address))


@dataclass
class Person:
    """`cookies` are what the browser keeps, `client` is the portal's id. Staff have neither number."""

    whole: WholePlatform
    http: httpx.AsyncClient
    client: str
    email: str
    relation_number: str = ""
    mobile_phone: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, body: object, *, status: int, token: str | None = None) -> httpx.Response:
        """Send what a page of the portal sends."""
        answer = await self.http.post(path, json=body, headers=self.headers(token))
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def headers(self, token: str | None) -> Mapping[str, str]:
        """Return what the browser sends of itself."""
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        return cookies | ({"Authorization": f"Bearer {token}"} if token else {})

    def texts(self) -> list[str]:
        """Return the text messages received so far."""
        received = texts_sent(self.whole.stack.output_dir)
        return [sms["text"] for sms in received if sms["destination"] == self.mobile_phone]

    async def code_after(self, seen: int) -> str:
        """Return the code in the next text message, when there were `seen` before."""
        await self.whole.until(lambda: len(self.texts()) > seen, what="a text message with a code")
        found = re.search(r"\b\d{6}\b", self.texts()[seen])
        assert found is not None
        return found[0]

    async def link_in_mail(self, page: str, *, to: str = "") -> str:
        """Return what the link to this page of the portal holds, in a mail to `to`, the own address if left out."""
        link, address = re.compile(rf"{re.escape(PORTAL)}/{page}#([\w.-]+)"), to or self.email

        def links() -> list[str]:
            mails = [mail for mail in mails_sent(self.whole.stack.output_dir) if mail["To"] == address]
            return [found for mail in mails for found in link.findall(text_of(mail))]

        await self.whole.until(lambda: links() != [], what=f"a mail to {address} with a link to {page}")
        return links()[-1]

    async def log_in(self, password: str, *, purpose: str = "log_in") -> httpx.Response:
        """Log in by password and the code of a text message; return the last answer."""
        seen = len(self.texts())
        body = {"email": self.email, "password": password, "purpose": purpose}
        begun = (await self.post("/logins", body, status=200)).json()
        if begun["next"] == "choose_phone":
            await self.post("/logins/phone", {"login": begun["login"], "mobile_phone": None}, status=200)
        code = await self.code_after(seen)
        return await self.post("/logins/completion", {"login": begun["login"], "code": code}, status=200)

    async def token(self) -> str:
        """Get an access token by a code and PKCE, with the session that the browser has."""
        verifier = secrets.token_urlsafe(48)
        returned = await self._sent_back(_challenge_of(verifier))
        assert (returned["state"], returned["iss"]) == (["a-state"], [self.whole.platform.auth_url])
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client,
            "code": returned["code"][0],
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }
        granted = await self.http.post("/oauth/token", data=form)
        assert granted.status_code == 200, granted.text
        return str(granted.json()["access_token"])

    async def account(self, token: str, *, of: str = "") -> httpx.Response:
        """Read an account; come back when told to: a service that has just started knows no keys for some seconds."""
        for _ in range(_MOST_RETRIES):
            answer = await self.http.get(f"/accounts/{of or self.relation_number}", headers=self.headers(token))
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            await asyncio.sleep(int(answer.headers["Retry-After"]))
        pytest.fail("auth-svc knows none of its own keys")

    async def is_logged_in(self) -> bool:
        """Whether the portal would be sent back with a code rather than to its login page."""
        return "code" in await self._sent_back(_challenge_of(secrets.token_urlsafe(48)))

    async def _sent_back(self, challenge: str) -> Mapping[str, list[str]]:
        """Return what the browser is sent back to the portal with."""
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": CALLBACK,
            "state": "a-state",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        answer = await self.http.get("/oauth/authorize", params=asked, headers=self.headers(None))
        return parse_qs(urlsplit(answer.headers["Location"]).query)

    async def activate(self, password: str) -> None:
        """Make an account by the link in a mail."""
        asked = {"relation_number": self.relation_number, "email": self.email}
        await self.post("/activations", asked, status=202)
        link = await self.link_in_mail("activate")
        await self.post("/activations/completion", {"link": link, "password": password}, status=201)
