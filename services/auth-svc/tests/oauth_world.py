"""auth-svc as the issuer of the tokens that it verifies itself, with somebody who is logged in."""

from __future__ import annotations

import argparse
import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

from auth_world import World, settings, world
from httpx import Response

from auth_svc.domain.parameters import SESSION_TOTAL
from auth_svc.domain.secrets import new_secret
from auth_svc.parts import Parts
from auth_svc.repository import sessions
from auth_svc.repository.sessions import Session
from auth_svc.workers.keys import look_after_keys
from chassis.clock import host_time
from devstack.process.ports import LOOPBACK, free_port

CALLBACK = "https://mijn.example.org/callback?of=portal"
VERIFIER = "a-verifier-of-somebody-who-began-this-login-42"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SESSIONS = "/accounts/123456/sessions"


@dataclass(frozen=True, kw_only=True)
class LoggedIn:
    """Somebody's session. `cookie` is the header of their browser."""

    account_id: UUID
    session_id: UUID
    secret: str

    @property
    def cookie(self) -> Mapping[str, str]:
        return {"Cookie": f"__Host-session={self.secret}"}


@asynccontextmanager
async def issuing(database: str, **changes: Any) -> AsyncIterator[World]:  # noqa: ANN401 - any setting
    """Run auth-svc as its own issuer, at the time of this host, by which its door looks at tokens."""
    port = free_port()
    address = f"http://{LOOPBACK}:{port}"
    own = {
        "api_port": port,
        "api_issuer": address,
        "api_jwks_url": f"{address}/.well-known/jwks.json",
        "api_concurrency": 300,
        "api_open_requests": 300,
        "api_concurrency_per_address": 300,
    }
    async with world(database, **{**own, **changes}) as running:
        running.clock.at = host_time() - timedelta(hours=1)
        await look_after_keys(running.running.runtime, parts_of(database))
        running.clock.at = host_time()
        for arguments in (
            ("portal", "--redirect-uri", CALLBACK, "--public", *_scopes("account:read", "sessions:end", "audit:read")),
            ("app", "--redirect-uri", CALLBACK, "--public", *_scopes("account:read")),
        ):
            assert await command(running, "clients", "add", "--name", "A program", *arguments) == 0
        yield running


def parts_of(database: str) -> Parts:
    return Parts.of(settings(database))


def _scopes(*scopes: str) -> Sequence[str]:
    return [word for scope in scopes for word in ("--scope", scope)]


async def command(running: World, name: str, *arguments: str) -> int:
    """Run one of the service's commands; return its exit code."""
    (found,) = [one for one in running.running.service.commands if one.name == name]
    parser = argparse.ArgumentParser()
    found.add_arguments(parser)
    return await found.run(parser.parse_args(arguments), running.running.runtime)


async def log_in(running: World, *, relation_number: str = "123456", role: str = "customer") -> LoggedIn:
    """Begin a session; of a new account when there is none."""
    number = relation_number if role == "customer" else None
    account_id = uuid4()
    secret = new_secret()
    async with running.running.runtime.transaction() as work:
        account_id = await work.connection.fetchval(
            """
            INSERT INTO account (account_id, role, relation_number, customer_id, email, activated_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING account_id
            """,
            account_id,
            role,
            number,
            uuid4() if number else None,
            f"{number or role}@example.org",
            work.now,
        )
        session = Session(
            session_id=uuid4(),
            account_id=account_id,
            device_id=None,
            methods=["password", "sms"],
            address="192.0.2.1",
            began_at=work.now,
            last_used_at=work.now,
            expires_at=work.now + SESSION_TOTAL,
        )
        await sessions.add(work.connection, session=session, digest=secret.digest)
    return LoggedIn(account_id=account_id, session_id=session.session_id, secret=secret.text)


async def authorize(running: World, somebody: LoggedIn | None, **changes: str | None) -> Response:
    """Let a browser go to the end point; what is changed to None is left out."""
    asked = {
        "client_id": "portal",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "account:read sessions:end",
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    parameters = {name: value for name, value in asked.items() if value is not None}
    headers = somebody.cookie if somebody else {}
    return await running.client.get("/oauth/authorize", params=parameters, headers=headers)


def sent_back_with(answer: Response) -> Mapping[str, str]:
    """Return the parameters with which a browser is sent back to the portal."""
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(f"{CALLBACK}&")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def code_of(running: World, somebody: LoggedIn, **changes: str | None) -> str:
    """Get a code."""
    return sent_back_with(await authorize(running, somebody, **changes))["code"]


async def redeem(running: World, code: str, **changes: str | None) -> Response:
    """Ask for tokens with a code."""
    form = {
        "grant_type": "authorization_code",
        "client_id": "portal",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return await ask_for_tokens(running, {**form, **changes})


async def refresh(running: World, token: str, **changes: str | None) -> Response:
    """Ask for tokens with a refresh token."""
    form = {"grant_type": "refresh_token", "client_id": "portal", "refresh_token": token}
    return await ask_for_tokens(running, {**form, **changes})


async def ask_for_tokens(
    running: World, form: Mapping[str, str | None], *, auth: tuple[str, str] | None = None
) -> Response:
    """Ask for tokens in any way; what is None is left out."""
    data = {name: value for name, value in form.items() if value is not None}
    if auth is None:
        return await running.client.post("/oauth/token", data=data)
    return await running.client.post("/oauth/token", data=data, auth=auth)


async def tokens_of(running: World, somebody: LoggedIn) -> Mapping[str, Any]:
    """Get tokens."""
    told: Mapping[str, Any] = (await redeem(running, await code_of(running, somebody))).json()
    return told


async def at_once(*, times: int, ask: Callable[[], Awaitable[Response]]) -> Sequence[Response]:
    """Ask so many times at the same time."""
    return await asyncio.gather(*(ask() for _ in range(times)))


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def recorded(running: World) -> Sequence[str]:
    """Return what stands on the audit trail about accounts and clients, in order."""
    rows = await running.rows("SELECT what FROM audit_trail ORDER BY event_id")
    return [row["what"] for row in rows if row["what"] != "key_rotated"]
