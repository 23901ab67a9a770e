"""Asks a service over HTTP as somebody, and says what came of it: an answer, a refusal, or nobody there."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, TypeAlias
from uuid import UUID

import httpx

from contracts.language import Language
from portal_svc.settings import Settings

Json: TypeAlias = Mapping[str, Any]
"""An answer as its service describes it: `contracts/generated/openapi/`."""
TransportOf: TypeAlias = Callable[["ServiceName"], httpx.AsyncBaseTransport | None]
MOST_CONNECTIONS: Final = 100
_NOTHING: Final[Mapping[str, str]] = {}


class ServiceName(StrEnum):
    """Whom the portal asks."""

    AUTH = "auth"
    POLICY = "policy"
    CLAIMS = "claims"
    WEATHER = "weather"
    NOTIFY = "notify"


class ServiceAwayError(Exception):
    """A service did not answer, or answered by a failure of its own: it may answer in a moment."""

    def __init__(self, service: ServiceName) -> None:
        super().__init__(f"{service} does not answer")
        self.service = service


class ServiceRefusedError(Exception):
    """A service refused. `problem` is the name of the problem's type, `told` the whole problem, as it was sent."""

    def __init__(self, service: ServiceName, *, status: int, problem: str, told: Json) -> None:
        super().__init__(f"{service} refuses: {problem or status}")
        self.service = service
        self.status = status
        self.problem = problem
        self.told = told

    @property
    def fields(self) -> Mapping[str, str]:
        """What is wrong, by field: a JSON pointer without its first stroke, or a name."""
        return {one["field"].lstrip("/"): one["message"] for one in self.told.get("errors", ())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Asks one service for somebody. `token` tells with which access token, None without one."""

    service: ServiceName
    client: httpx.AsyncClient = field(repr=False)
    language: Language
    address: str = ""
    token: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)

    async def get(self, path: str, **query: object) -> Json:
        """Return the JSON at `path`; `query` without what is None."""
        return _json(await self.send("GET", path, params=_told(query)))

    async def get_bytes(self, path: str, **query: object) -> httpx.Response:
        """Return what is at `path` as it is: a PDF, a picture."""
        return await self.send("GET", path, params=_told(query))

    async def post(self, path: str, body: object = None, *, key: UUID | None = None) -> Json:
        """Send `body`; with `key` as `Idempotency-Key` it has its effect once, however often it is sent."""
        headers = {"Idempotency-Key": str(key)} if key else {}
        return _json(await self.send("POST", path, json=body, headers=headers))

    async def put(self, path: str, body: object = None, *, headers: Mapping[str, str] = _NOTHING) -> Json:
        """Make what is at `path` what `body` says."""
        return _json(await self.send("PUT", path, json=body, headers=headers))

    async def delete(self, path: str) -> None:
        """End what is at `path`."""
        await self.send("DELETE", path)

    async def send(self, method: str, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Return the answer to any request.

        Raises:
            ServiceAwayError: nobody answers, or with a failure.
            ServiceRefusedError: the service says no, and why.
        """
        headers = {"Accept-Language": self.language.value, **(sent.pop("headers", None) or {})}
        if self.address:
            headers["X-Forwarded-For"] = self.address
        if self.token is not None:
            headers["Authorization"] = f"Bearer {await self.token()}"
        if sent.get("json", ...) is None:
            del sent["json"]
        try:
            answer = await self.client.request(method, path, headers=headers, **sent)
        except httpx.HTTPError:
            raise ServiceAwayError(self.service) from None
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ServiceAwayError(self.service)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise refusal(self.service, answer)
        return answer


class Services:
    """A connection pool for each service."""

    def __init__(self, settings: Settings, *, transport_of: TransportOf = lambda _: None) -> None:
        self._urls = {
            ServiceName.AUTH: settings.auth_url,
            ServiceName.POLICY: settings.policy_url,
            ServiceName.CLAIMS: settings.claims_url,
            ServiceName.WEATHER: settings.weather_url,
            ServiceName.NOTIFY: settings.notify_url,
        }
        self._seconds = settings.service_seconds
        self._transport_of = transport_of
        self._clients: dict[ServiceName, httpx.AsyncClient] = {}

    def client(self, service: ServiceName) -> httpx.AsyncClient:
        """Return the pool of one service, opened when it is first asked."""
        if service not in self._clients:
            self._clients[service] = httpx.AsyncClient(
                base_url=self._urls[service],
                timeout=self._seconds,
                trust_env=False,
                follow_redirects=False,
                transport=self._transport_of(service),
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # one person's would go along with another
                limits=httpx.Limits(max_connections=MOST_CONNECTIONS, keepalive_expiry=5),
            )
        return self._clients[service]

    async def close(self) -> None:
        """Close all pools."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()


def refusal(service: ServiceName, answer: httpx.Response) -> ServiceRefusedError:
    """Return why a service refused, as far as it tells."""
    try:
        told = json.loads(answer.content)
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    problem = str(told.get("type", "")).rpartition("/problems/")[2]
    return ServiceRefusedError(service, status=answer.status_code, problem=problem, told=told)


def _json(answer: httpx.Response) -> Json:
    if not answer.content:
        return {}
    told: Json = answer.json()
    return told


def _told(query: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items() if value is not None}
