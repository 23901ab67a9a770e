"""Asks auth-svc for tokens (RFC 6749, 7009, 7636): the portal is a client with a secret of its own."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode

import httpx

from contracts.access import Role
from portal_svc.clients.services import ServiceAwayError, ServiceName
from portal_svc.settings import Settings

AUTHORIZE_PATH: Final = "/oauth/authorize"
"""At auth-svc, and at the portal, which hands it on: browsers know one host."""
CALLBACK_PATH: Final = "/callback"


class TokensRefusedError(Exception):
    """auth-svc gives no tokens: what was sent is used up, over, or was somebody else's. One has to log in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the portal holds for who is logged in, and who that is."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_ends_at: datetime
    subject: str
    role: Role
    relation_number: str | None = field(repr=False)

    def as_json(self) -> bytes:
        """Return it as it is sealed."""
        return json.dumps(
            {
                "access_token": self.access_token,
                "refresh_token": self.refresh_token,
                "access_ends_at": self.access_ends_at.isoformat(),
                "subject": self.subject,
                "role": self.role.value,
                "relation_number": self.relation_number,
            }
        ).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Tokens:
        """Return what was sealed."""
        told = json.loads(text)
        ends_at, role = datetime.fromisoformat(told.pop("access_ends_at")), Role(told.pop("role"))
        return cls(access_ends_at=ends_at, role=role, **told)


class OAuthClient:
    """The portal at auth-svc's OAuth end points."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = client
        self.redirect_uri = f"{settings.portal_url}{CALLBACK_PATH}"

    def authorization_path(self, *, state: str, verifier: str) -> str:
        """Return where a browser asks for a code; it comes back to `CALLBACK_PATH`."""
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self.redirect_uri,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{AUTHORIZE_PATH}?{urlencode(query)}"

    def is_issuer(self, issuer: str | None) -> bool:
        """Whether an answer comes from the issuer that is asked (RFC 9207)."""
        return issuer is not None and secrets.compare_digest(
            issuer.encode(), (self._settings.api_issuer or "").encode()
        )

    async def redeem(self, *, code: str, verifier: str, now: datetime) -> Tokens:
        """Return the tokens for a code. Raise `TokensRefusedError`, or `ServiceAwayError`."""
        return await self._tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.redirect_uri,
                "code_verifier": verifier,
            },
            now=now,
        )

    async def renew(self, tokens: Tokens, *, now: datetime) -> Tokens:
        """Return new tokens; the refresh token is used up by that. Raise as `redeem`."""
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}, now=now)

    async def revoke(self, tokens: Tokens) -> None:
        """Take the refresh token back. Raise `ServiceAwayError`."""
        await self._ask("/oauth/revoke", {"token": tokens.refresh_token, "token_type_hint": "refresh_token"})

    async def _tokens(self, form: dict[str, str], *, now: datetime) -> Tokens:
        answer = await self._ask("/oauth/token", form)
        if answer.status_code != HTTPStatus.OK:
            raise TokensRefusedError
        told = answer.json()
        # It comes from auth-svc itself, over the connection on which the secret went: who it is for need not be proved.
        claims = json.loads(urlsafe_b64decode(told["access_token"].split(".")[1] + "=="))
        return Tokens(
            access_token=told["access_token"],
            refresh_token=told["refresh_token"],
            access_ends_at=now + timedelta(seconds=told["expires_in"]),
            subject=claims["sub"],
            role=Role(claims["role"]),
            relation_number=claims.get("relation_number"),
        )

    async def _ask(self, path: str, form: dict[str, str]) -> httpx.Response:
        basic = (
            quote(self._settings.client_id, safe=""),
            quote(self._settings.client_secret.get_secret_value(), safe=""),
        )
        try:
            answer = await self._client.post(path, data=form, auth=basic)
        except httpx.HTTPError:
            raise ServiceAwayError(ServiceName.AUTH) from None
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise ServiceAwayError(ServiceName.AUTH)
        return answer
