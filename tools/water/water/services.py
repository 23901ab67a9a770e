"""The services, asked by HTTP. One that does not answer is a part of the answer that is missing, not the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, TypeVar

import httpx
from typing_extensions import override

from water.access import variable_of

LETTERS: Final = "/operations/dead-letters"
Told: TypeAlias = dict[str, Any]
"""The JSON of an answer."""
A = TypeVar("A")
_SECONDS: Final = 15.0
_MOST_PAGES: Final = 50
_TOKEN_REFUSED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a service gave no answer, and what to do. `status` is what it refused with; None: it was not reached."""

    service: str
    reason: str
    status: int | None = None

    @property
    def is_not_found(self) -> bool:
        """Whether it answered that there is no such thing."""
        return self.status == HTTPStatus.NOT_FOUND

    @property
    def is_refusal(self) -> bool:
        """Whether it answered, and would not do what was asked, whoever asks."""
        return (
            self.status is not None
            and self.status < HTTPStatus.INTERNAL_SERVER_ERROR
            and (self.status not in _TOKEN_REFUSED)
        )

    def told(self) -> Mapping[str, str]:
        """Return it for programs."""
        return {"service": self.service, "missing": self.reason}


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of a service, as far as it was read. `more`: there are others behind the last of `items`."""

    items: Sequence[Told]
    more: bool


class _Bearer(httpx.Auth):
    """Asks for the token at each request: what takes long outlasts one."""

    def __init__(self, token: Callable[[], Awaitable[str]]) -> None:
        self._token = token

    @override
    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {await self._token()}"
        yield request


class Services:
    """Asks as whom `token` is of at the moment. An answer is its JSON, or why there is none."""

    def __init__(
        self,
        addresses: Mapping[str, str],
        *,
        token: Callable[[], Awaitable[str]],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.names = tuple(addresses)
        self._addresses = addresses
        self._client = httpx.AsyncClient(auth=_Bearer(token), timeout=_SECONDS, transport=transport, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, service: str, path: str, **query: str) -> Told | Missing:
        """Ask one service."""
        return await self._ask("GET", service, path, query=query)

    async def post(self, service: str, path: str, body: Mapping[str, str] | None = None) -> Told | Missing:
        """Let one service do something."""
        return await self._ask("POST", service, path, body=body)

    async def get_all(self, service: str, path: str, **query: str) -> Listed | Missing:
        """Ask for a list, page by page, no further than five thousand items."""
        items: list[Told] = []
        pages = 0
        async for page in self.pages(service, path, **query):
            if isinstance(page, Missing):
                return page
            if (pages := pages + 1) > _MOST_PAGES:
                return Listed(items, more=True)
            items += page
        return Listed(items, more=False)

    async def pages(self, service: str, path: str, **query: str) -> AsyncIterator[Sequence[Told] | Missing]:
        """Yield a list page by page to its end; a page that is missing is the last."""
        asked = {"limit": "100", **query}
        while True:
            page = await self.get(service, path, **asked)
            if isinstance(page, Missing):
                yield page
                return
            yield page["items"]
            if page["next_cursor"] is None:
                return
            asked["cursor"] = page["next_cursor"]

    async def of_each(self, path: str, *, of: Collection[str] = ()) -> Mapping[str, Told | Missing]:
        """Ask several services, all unless `of` names some, the same at once."""
        return await _at_once({name: self.get(name, path) for name in of or self.names})

    async def lists_of_each(
        self, path: str, *, of: Collection[str] = (), **query: str
    ) -> Mapping[str, Listed | Missing]:
        """The same for lists."""
        return await _at_once({name: self.get_all(name, path, **query) for name in of or self.names})

    async def _ask(
        self,
        method: str,
        service: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
    ) -> Told | Missing:
        address = self._addresses[service]
        try:
            answer = await self._client.request(method, f"{address}{path}", params=query, json=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Missing(
                service,
                f"{service} cannot be reached at {address} ({type(error).__name__}): "
                f"does it run, and is {variable_of(service)} right?",
            )
        try:
            told = answer.json()
        except ValueError:
            told = None
        if not isinstance(told, dict):
            told = {}
        return told if answer.is_success and told else _refused(service, answer, told)


async def _at_once(asked: Mapping[str, Coroutine[None, None, A]]) -> Mapping[str, A]:
    return dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))


def _refused(service: str, answer: httpx.Response, problem: Told) -> Missing:
    detail = problem.get("detail") or problem.get("title") or f"it answered {answer.status_code}"
    if answer.status_code in _TOKEN_REFUSED:
        detail = f"{detail} Get a new token for an operator: tools/water/README.md says how."
    return Missing(service, f"{service}: {detail}", answer.status_code)
