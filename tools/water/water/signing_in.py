"""auth-svc, asked for tokens in a person's name: by their password and second step, and a code with PKCE (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx

from water.access import UsageError, variable_of
from water.kept_login import KeptLogin

CALLBACK: Final = "http://127.0.0.1/signed-in"
"""What the client is registered with. The code is read from the answer, so nobody has to listen there."""
_SECONDS: Final = 15.0
_TRIES: Final = 3
_SESSION: Final = "__Host-session"
_NAMES_OF_STEPS: Final[Mapping[str, str]] = {
    "totp": "Code of your authenticator app: ",
    "code": "Code that was sent to {mobile_phone}: ",
}


class Person(Protocol):
    """Whoever signs in."""

    def password(self) -> str:
        """Ask for their password."""

    def code(self, question: str) -> str:
        """Ask for the code of the second step."""

    def tell(self, sentence: str) -> None:
        """Say what was wrong."""


class AuthService:
    """auth-svc at its address, which must be of this machine or by TLS: passwords and tokens go there."""

    def __init__(self, address: str, *, client: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        if not _is_safe(address):
            raise UsageError(f"{variable_of('auth-svc')} must begin with https: your password goes to {address}")
        self._address = address
        self._client_id = client
        self._transport = transport

    async def sign_in(self, email: str, person: Person) -> KeptLogin:
        """Log somebody in, by their password and their second step.

        Raises:
            UsageError: auth-svc does not let them in, or cannot be asked.
        """
        async with self._http() as http:
            session = await self._session(http, email, person)
            verifier = secrets.token_urlsafe(48)
            code = await self._code(http, session, verifier=verifier)
            return await self._tokens(
                http,
                grant_type="authorization_code",
                code=code,
                redirect_uri=CALLBACK,
                code_verifier=verifier,
            )

    async def refresh(self, login: KeptLogin) -> KeptLogin:
        """Return the same login with tokens that are good for a while.

        Raises:
            UsageError: it is over, or auth-svc cannot be asked.
        """
        async with self._http() as http:
            return await self._tokens(http, grant_type="refresh_token", refresh_token=login.refresh_token)

    async def take_back(self, login: KeptLogin) -> None:
        """Let auth-svc take the tokens back.

        Raises:
            UsageError: it does not, or cannot be asked.
        """
        async with self._http() as http:
            form = {"token": login.refresh_token, "token_type_hint": "refresh_token", "client_id": self._client_id}
            answer = await self._send(http, "POST", "/oauth/revoke", data=form)
            if answer.status_code != HTTPStatus.OK:
                raise UsageError(f"auth-svc did not take the tokens back: {_told(answer)}")

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._address, timeout=_SECONDS, transport=self._transport, trust_env=False)

    async def _send(self, http: httpx.AsyncClient, method: str, path: str, **what: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        try:
            return await http.request(method, path, **what)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UsageError(
                f"auth-svc cannot be reached at {self._address} ({type(error).__name__}): "
                f"does it run, and is {variable_of('auth-svc')} right?"
            ) from None

    async def _session(self, http: httpx.AsyncClient, email: str, person: Person) -> str:
        begun = await self._send(http, "POST", "/logins", json={"email": email, "password": person.password()})
        if begun.status_code != HTTPStatus.OK:
            raise UsageError(_told(begun))
        told = begun.json()
        if (question := _NAMES_OF_STEPS.get(told["next"])) is None:
            raise UsageError("your first login must be on the portal: the number that codes go to is confirmed there")
        for tries in range(1, _TRIES + 1):
            code = person.code(question.format(mobile_phone=told["mobile_phone"]))
            answer = await self._send(http, "POST", "/logins/completion", json={"login": told["login"], "code": code})
            if answer.status_code == HTTPStatus.OK:
                return _cookie(answer)
            if answer.status_code != HTTPStatus.UNAUTHORIZED or tries == _TRIES:
                raise UsageError(_told(answer))
            person.tell(_told(answer))
        raise AssertionError

    async def _code(self, http: httpx.AsyncClient, session: str, *, verifier: str) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": CALLBACK,
            "state": secrets.token_urlsafe(16),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        # By hand: the cookie is for TLS alone, and on this machine there is none.
        headers = {"Cookie": f"{_SESSION}={session}"}
        answer = await self._send(http, "GET", "/oauth/authorize", params=asked, headers=headers)
        back = answer.headers.get("location", "")
        if answer.status_code != HTTPStatus.FOUND or not back.startswith(f"{CALLBACK}?"):
            raise UsageError(
                f"auth-svc does not know this program: auth-svc clients add {self._client_id} --public "
                f"--redirect-uri {CALLBACK} …; tools/water/README.md has the whole line ({_told(answer)})"
            )
        given: dict[str, list[str]] = parse_qs(urlsplit(back).query)
        if given.get("state") != [asked["state"]] or "code" not in given:
            (why,) = given.get("error_description", ["it does not say why"])
            raise UsageError(f"auth-svc gave no code: {why}")
        (code,) = given["code"]
        return code

    async def _tokens(self, http: httpx.AsyncClient, **form: str) -> KeptLogin:
        asked_at = time.time()
        answer = await self._send(http, "POST", "/oauth/token", data={**form, "client_id": self._client_id})
        if answer.status_code == HTTPStatus.BAD_REQUEST:
            raise UsageError(f"you are not logged in any more: water login ({_told(answer)})")
        if answer.status_code != HTTPStatus.OK:
            raise UsageError(f"auth-svc gave no token: {_told(answer)}")
        told = answer.json()
        return KeptLogin(
            auth=self._address,
            client=self._client_id,
            access_token=told["access_token"],
            refresh_token=told["refresh_token"],
            good_until=asked_at + told["expires_in"],
        )


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "https":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def _cookie(answer: httpx.Response) -> str:
    for cookie in answer.headers.get_list("set-cookie"):
        name, _, value = cookie.partition(";")[0].partition("=")
        if name == _SESSION:
            return value
    raise UsageError("auth-svc began no session")


def _told(answer: httpx.Response) -> str:
    """Return what an answer says, in its own words: of a problem, or of a refusal of OAuth."""
    try:
        told = answer.json()
    except ValueError:
        told = {}
    for name in ("detail", "title", "error_description"):
        if isinstance(told, dict) and (sentence := told.get(name)):
            return str(sentence)
    return f"it answered {answer.status_code}"
