"""How the demo's portal gets tokens for who has a session, as any client of OAuth does: by a code, with PKCE."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import httpx

from demo.steps import StepError, expect

PORTAL = "https://mijn.example.org"
CLIENT, CALLBACK = "demo-portal", f"{PORTAL}/callback"


def cookies_of(answer: httpx.Response) -> dict[str, str]:
    """Return the cookies that an answer sets."""
    pairs = (cookie.partition(";")[0].partition("=") for cookie in answer.headers.get_list("set-cookie"))
    return {name: value for name, _, value in pairs}


async def token_of_session(
    accounts: httpx.AsyncClient, cookies: Mapping[str, str], *, scopes: Iterable[str], client: str = CLIENT
) -> str:
    """Return an access token for whoever has the session of these cookies, at the portal that is this client.

    Raises:
        StepError: auth-svc answered otherwise.
    """
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": CALLBACK,
        "scope": " ".join(scopes),
        "state": secrets.token_hex(8),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    answer = await accounts.get("/oauth/authorize", params=asked, headers={"Cookie": cookie})
    expect(answer, HTTPStatus.FOUND)
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    if "code" not in back or back.get("state") != [asked["state"]]:
        raise StepError(f"the portal got {sorted(back)} back instead of a code")
    form = {
        "grant_type": "authorization_code",
        "client_id": client,
        "code": back["code"][0],
        "redirect_uri": CALLBACK,
        "code_verifier": verifier,
    }
    answer = await accounts.post("/oauth/token", data=form)
    expect(answer, HTTPStatus.OK)
    return str(answer.json()["access_token"])
