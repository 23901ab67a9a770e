"""A customer makes an account, loses the password, and gets back what somebody else changed: by mail, SMS and HTTP.

Real services send to a mail server and an SMS centre; the customer reads what these have received.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from received import mails_sent, text_of, texts_sent
from whole_platform import WholePlatform

from demo.online_access import EMAIL, MOBILE_PHONE, RELATION_NUMBER, SOMEBODY_ELSE
from demo.platform import PORTAL

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLIENT, CALLBACK = "portal-of-the-story", f"{PORTAL}/back"
FIRST_PASSWORD, SECOND_PASSWORD = "vier woorden zonder verband", "vijf heel andere woorden samen"
THIEFS_EMAIL = "dief@example.net"
ACCOUNT = f"/accounts/{RELATION_NUMBER}"


_MOST_RETRIES = 30


def _challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Customer:
    """Somebody at a browser, with a mailbox and a phone. `cookies` are what the browser keeps."""

    whole: WholePlatform
    http: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, body: object, *, status: int, token: str | None = None) -> httpx.Response:
        """Send what a page of the portal sends."""
        answer = await self.http.post(path, json=body, headers=self._headers(token))
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def _headers(self, token: str | None) -> Mapping[str, str]:
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        return cookies | ({"Authorization": f"Bearer {token}"} if token else {})

    def texts(self) -> list[str]:
        received = texts_sent(self.whole.stack.output_dir)
        return [sms["text"] for sms in received if sms["destination"] == MOBILE_PHONE]

    async def code_after(self, seen: int) -> str:
        """Return the code in the next text message, when there were `seen` before."""
        await self.whole.until(lambda: len(self.texts()) > seen, what="a text message with a code")
        found = re.search(r"\b\d{6}\b", self.texts()[seen])
        assert found is not None
        return found[0]

    async def link_in_mail(self, page: str, *, to: str = EMAIL) -> str:
        """Return what the link to this page of the portal holds, in a mail to `to`."""
        link = re.compile(rf"{re.escape(PORTAL)}/{page}#([\w.-]+)")

        def links() -> list[str]:
            mails = [mail for mail in mails_sent(self.whole.stack.output_dir) if mail["To"] == to]
            return [found for mail in mails for found in link.findall(text_of(mail))]

        await self.whole.until(lambda: links() != [], what=f"a mail to {to} with a link to {page}")
        return links()[-1]

    async def log_in(self, password: str, *, purpose: str = "log_in") -> httpx.Response:
        """Log in by password and the code of a text message; return the last answer."""
        seen = len(self.texts())
        body = {"email": EMAIL, "password": password, "purpose": purpose}
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
            "client_id": CLIENT,
            "code": returned["code"][0],
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }
        granted = await self.http.post("/oauth/token", data=form)
        assert granted.status_code == 200, granted.text
        return str(granted.json()["access_token"])

    async def account(self, token: str, *, of: str = RELATION_NUMBER) -> httpx.Response:
        """Read an account; come back when told to: a service that has just started knows no keys for some seconds."""
        for _ in range(_MOST_RETRIES):
            answer = await self.http.get(f"/accounts/{of}", headers=self._headers(token))
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
            "client_id": CLIENT,
            "redirect_uri": CALLBACK,
            "state": "a-state",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        answer = await self.http.get("/oauth/authorize", params=asked, headers=self._headers(None))
        return parse_qs(urlsplit(answer.headers["Location"]).query)


@pytest_asyncio.fixture(loop_scope="session")
async def customer(whole: WholePlatform) -> AsyncIterator[Customer]:
    """A customer of the insurer who has no account yet, and a portal."""
    scopes = ("--scope", "account:read", "--scope", "account:write")
    added = ("auth-svc", "clients", "add", CLIENT, "--name", "A portal", "--public", "--redirect-uri", CALLBACK)
    await whole.platform.run(*added, *scopes)
    async with httpx.AsyncClient(base_url=whole.platform.auth_url, timeout=20) as http:
        yield Customer(whole, http)


async def test_a_customer_goes_online_loses_the_password_and_takes_back_what_a_thief_changed(
    customer: Customer,
) -> None:
    # An account, a first login, and a token that opens one's own account alone.
    await customer.post("/activations", {"relation_number": RELATION_NUMBER, "email": EMAIL}, status=202)
    link = await customer.link_in_mail("activate")
    await customer.post("/activations/completion", {"link": link, "password": FIRST_PASSWORD}, status=201)
    await customer.log_in(FIRST_PASSWORD)
    assert await customer.is_logged_in()
    token = await customer.token()
    assert (await customer.account(token)).status_code == 200
    assert (await customer.account(token, of=SOMEBODY_ELSE)).status_code == 404

    # A new password. The old one, and the session that began with it, are worth nothing.
    await customer.post("/password-resets", {"email": EMAIL}, status=202)
    link = await customer.link_in_mail("reset-password")
    await customer.post("/password-resets/completion", {"link": link, "password": SECOND_PASSWORD}, status=204)
    assert not await customer.is_logged_in()
    await customer.post("/logins", {"email": EMAIL, "password": FIRST_PASSWORD}, status=401)

    # A thief who has password and phone changes the address, and the mail to the old one undoes it.
    thief = Customer(customer.whole, customer.http)
    await thief.log_in(SECOND_PASSWORD)
    token = await thief.token()
    confirmed = (await thief.log_in(SECOND_PASSWORD, purpose="confirm_identity")).json()["confirmed_identity"]
    version = (await thief.account(token)).headers["ETag"]
    asked = await thief.http.put(
        f"{ACCOUNT}/email",
        json={"email": THIEFS_EMAIL, "confirmed_identity": confirmed},
        headers={"Authorization": f"Bearer {token}", "If-Match": version},
    )
    assert asked.status_code == 202, asked.text
    link = await thief.link_in_mail("email", to=THIEFS_EMAIL)
    await thief.post("/links/email", {"link": link}, status=204)
    assert (await thief.account(token)).json()["email"] == THIEFS_EMAIL

    await customer.post("/links/undo", {"link": await customer.link_in_mail("undo")}, status=204)

    assert (await customer.account(token)).json()["email"] == EMAIL
    for email in (EMAIL, THIEFS_EMAIL):
        await thief.post("/logins", {"email": email, "password": SECOND_PASSWORD}, status=401)
