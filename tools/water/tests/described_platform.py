"""A platform that answers what the descriptions of the services give as examples, unless a test says otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from water.__main__ import run
from water.access import DEFAULTS

DESCRIPTIONS = Path(__file__).parents[3] / "contracts" / "generated" / "openapi"
TOKEN = "operators-token"
Json = dict[str, Any]


@cache
def _paths(service: str) -> Json:
    described: Json = json.loads((DESCRIPTIONS / f"{service}.json").read_text(encoding="utf-8"))["paths"]
    return described


def example(service: str, path: str, method: str = "get") -> Json:
    """Return what the description of a service shows as its answer."""
    shown: Json = _paths(service)[path][method]["responses"]["200"]["content"]["application/json"]["example"]
    return deepcopy(shown)


class DescribedPlatform:
    """Every service, as described. `answers` replace what one answers by its path, `away` are not reached."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Callable[[httpx.Request], httpx.Response]] = {}
        self.away: set[str] = set()
        self.asked: list[httpx.Request] = []
        self.token = TOKEN
        """The access token that services take."""
        for service in DEFAULTS:
            self.answer(service, "/operations/dead-letters", {"items": [], "next_cursor": None})

    def answer(self, service: str, path: str, told: Json, *, status: int = 200) -> None:
        """Let a service answer this from now on."""
        self.answers[service, path] = lambda _: httpx.Response(status, json=told)

    def run(self, *words: str) -> int:
        """Run the command line against it."""
        return run(words, transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        address = f"{request.url.scheme}://{request.url.host}:{request.url.port}"
        service = next(name for name, default in DEFAULTS.items() if default == address)
        if service in self.away:
            raise httpx.ConnectError("refused", request=request)
        if request.headers.get("authorization") != f"Bearer {self.token}" and not _is_about_tokens(request):
            return httpx.Response(401, json={"detail": "Send a token."})
        if (answer := self.answers.get((service, request.url.path))) is not None:
            return answer(request)
        method = request.method.lower()
        for path, operations in _paths(service).items():
            if method in operations and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), request.url.path):
                return httpx.Response(200, json=example(service, path, method))
        return httpx.Response(404, json={"detail": "Check the path."})


def _is_about_tokens(request: httpx.Request) -> bool:
    """Whether somebody logs in or is given a token, and so need have none."""
    return request.url.path.startswith(("/logins", "/oauth/"))
