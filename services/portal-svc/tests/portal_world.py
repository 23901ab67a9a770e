"""The portal with stand-ins for the services, and a browser without a window or scripts: cookies, links, forms."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

import httpx
from pydantic import SecretStr
from stand_ins import StandIn, stand_ins
from typing_extensions import override

from chassis.clock import Clock, SettableClock
from chassis.testing import Harness, harness
from contracts.access import Role
from devstack.outside.issuer import Issuer
from devstack.process.ports import free_port
from portal_svc.app import build
from portal_svc.clients.oauth import Tokens
from portal_svc.clients.services import ServiceName
from portal_svc.keys import PortalKeys, digest_of, new_secret
from portal_svc.repository import sessions
from portal_svc.settings import Settings
from portal_svc.web import cookies

RELATION_NUMBER = "123456"
SUBJECT = str(UUID(int=7))
PORTAL_KEY = base64.b64encode(bytes(range(32))).decode()
PHONE = "088 123 45 67"


@dataclass
class Control:
    name: str
    value: str
    kind: str
    is_chosen: bool


@dataclass
class FormOnPage:
    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    @property
    def values(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self.controls:
            if one.kind not in {"checkbox", "radio"} or one.is_chosen:
                found.setdefault(one.name, []).append(one.value)
        return found


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormOnPage] = []
        self._select: str | None = None
        self._area: str | None = None

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(FormOnPage(given.get("action", ""), given.get("method", "get")))
        if not self.forms or (tag in {"input", "button"} and not given.get("name")):
            return
        if tag == "input" and given.get("type") not in {"submit", "file", "image"}:
            chosen = "checked" in given
            default = "on" if given.get("type") in {"checkbox", "radio"} else ""
            self._add(given["name"], given.get("value", default), given.get("type", "text"), chosen)
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, given.get("value", ""), "select", chosen=True)
        elif tag == "textarea":
            self._area = given["name"]
            self._add(self._area, "", "textarea", chosen=True)

    def _add(self, name: str, value: str, kind: str, chosen: bool) -> None:  # noqa: FBT001
        self.forms[-1].controls.append(Control(name, value, kind, chosen))

    @override
    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].controls[-1].value += data

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._select = None


def forms_on(page: httpx.Response) -> Sequence[FormOnPage]:
    parser = _Forms()
    parser.feed(page.text)
    return parser.forms


class Browser:
    """Keeps cookies as browsers do, and follows no redirect by itself."""

    def __init__(self, client: httpx.AsyncClient, origin: str) -> None:
        self._client = client
        self.origin = origin
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self._send("GET", path, headers=headers)

    async def follow(self, path: str) -> httpx.Response:
        """Go to a page, and on to where it leads."""
        answer = await self.get(path)
        return await self.to_the_end(answer)

    async def to_the_end(self, answer: httpx.Response) -> httpx.Response:
        for _ in range(6):
            if not answer.has_redirect_location:
                return answer
            answer = await self.get(answer.headers["location"].removeprefix(self.origin))
        raise AssertionError("it leads round in circles")

    async def post(
        self,
        path: str,
        values: Mapping[str, str | Sequence[str]],
        *,
        headers: Mapping[str, str] | None = None,
        files: Sequence[tuple[str, tuple[str, bytes, str]]] = (),
    ) -> httpx.Response:
        sent = {"origin": self.origin, "sec-fetch-site": "same-origin", **(headers or {})}
        return await self._send("POST", path, headers=sent, data=values, files=list(files) or None)

    async def submit(
        self,
        page: httpx.Response,
        values: Mapping[str, str | Sequence[str]] | None = None,
        *,
        action: str = "",
        files: Sequence[tuple[str, tuple[str, bytes, str]]] = (),
    ) -> httpx.Response:
        """Fill in the form on `page` whose action ends with `action`, the last one without it, and send it."""
        forms = [one for one in forms_on(page) if one.method == "post" and one.action.endswith(action)]
        assert forms, f"no form to {action} on the page: {[one.action for one in forms_on(page)]}"
        form = forms[-1]
        path = form.action or page.request.url.path
        return await self.post(path, {**form.values, **(values or {})}, files=files)

    async def _send(self, method: str, path: str, *, headers: Mapping[str, str], **sent: Any) -> httpx.Response:  # noqa: ANN401
        known = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with_cookies = {**headers, **({"cookie": known} if known else {})}
        answer = await self._client.request(method, path, headers=with_cookies, **sent)
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer


@dataclass
class Portal:
    """The portal under test."""

    running: Harness
    origin: str
    services: Mapping[ServiceName, StandIn]
    client: httpx.AsyncClient
    clock: SettableClock

    @property
    def policy(self) -> StandIn:
        return self.services[ServiceName.POLICY]

    @property
    def claims(self) -> StandIn:
        return self.services[ServiceName.CLAIMS]

    @property
    def weather(self) -> StandIn:
        return self.services[ServiceName.WEATHER]

    @property
    def auth(self) -> StandIn:
        return self.services[ServiceName.AUTH]

    @property
    def notify(self) -> StandIn:
        return self.services[ServiceName.NOTIFY]

    def browser(self) -> Browser:
        return Browser(self.client, self.origin)

    async def logged_in(
        self, role: Role = Role.CUSTOMER, *, subject: str = SUBJECT, relation_number: str = RELATION_NUMBER
    ) -> Browser:
        """Return a browser in which somebody is logged in, without the way there."""
        browser = self.browser()
        browser.cookies[cookies.SESSION] = await self.begin_session(
            role, subject=subject, relation_number=relation_number
        )
        return browser

    async def begin_session(
        self, role: Role = Role.CUSTOMER, *, subject: str = SUBJECT, relation_number: str = RELATION_NUMBER
    ) -> str:
        """Return what the cookie of a new session holds. Its access token is good for a day."""
        secret = new_secret()
        tokens = Tokens(
            access_token="access",
            refresh_token="refresh",
            access_ends_at=self.clock.at + timedelta(days=1),
            subject=subject,
            role=role,
            relation_number=relation_number if role is Role.CUSTOMER else None,
        )
        async with self.running.runtime.transaction() as work:
            await sessions.add(
                work.connection,
                digest=digest_of(secret),
                sealed=PortalKeys(PORTAL_KEY).seal_for(secret, tokens.as_json()),
                now=self.clock.at,
            )
        return secret


def access_token(role: Role = Role.CUSTOMER, *, relation_number: str | None = RELATION_NUMBER) -> str:
    """Return something that the portal reads as auth-svc's access token."""
    claims = {"sub": SUBJECT, "role": role.value, "relation_number": relation_number}
    told = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{told}.c2ln"


@asynccontextmanager
async def portal_answering(database: str, issuer: Issuer, *, clock: Clock | None = None) -> AsyncIterator[Portal]:
    services = stand_ins()
    settable = clock if isinstance(clock, SettableClock) else SettableClock(datetime.now(UTC).replace(microsecond=0))
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    settings = Settings.model_validate(
        {
            "kafka_bootstrap_servers": "unused.invalid:9092",
            "database_url": database,
            "api_port": port,
            "api_issuer": issuer.name,
            "api_jwks_url": issuer.jwks_url,
            "api_concurrency_per_address": 64,
            "portal_url": origin,
            "portal_keys": PORTAL_KEY,
            "client_secret": SecretStr("a-secret"),
            "insurer_phone": PHONE,
            **{f"{name}_url": f"http://{name}.invalid" for name in ServiceName},
        }
    )
    service = build(settings, transport_of=lambda name: httpx.MockTransport(services[name].handle))
    async with (
        harness(replace(service, clock=settable)) as running,
        running.answering() as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        yield Portal(running, origin, services, client, settable)
