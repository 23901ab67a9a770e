"""The one place from which requests to KNMI leave. Each is counted before it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

import httpx

from weather_svc.sources.port import Failure, Problem

MOST_BYTES = 32 * 1_048_576
"""Fifteen times the largest file that KNMI publishes for a station."""
_SILENT_SECONDS = 30.0
"""How long KNMI may send nothing, or take to connect."""
_PROBLEMS = {
    HTTPStatus.UNAUTHORIZED: Failure(Problem.KEY, "KNMI does not accept the key; correct or renew it"),
    HTTPStatus.FORBIDDEN: Failure(Problem.KEY, "KNMI does not accept the key; correct or renew it"),
    HTTPStatus.NOT_FOUND: Failure(Problem.NOT_FOUND, "KNMI does not know this"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Failure(Problem.TOO_MUCH_DATA, "KNMI finds that too much at once"),
    HTTPStatus.TOO_MANY_REQUESTS: Failure(Problem.QUOTA, "KNMI's quota is used up; it is asked again in the next hour"),
}


class Received(NamedTuple):
    """A reply with a status of success, or NOT_MODIFIED without a body. `at` is the moment when its last byte came."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes
    at: datetime


@asynccontextmanager
async def open_client() -> AsyncIterator[httpx.AsyncClient]:
    """A client that follows nobody elsewhere and takes nothing from its environment: both could carry a key away."""
    async with httpx.AsyncClient(
        timeout=_SILENT_SECONDS, follow_redirects=False, trust_env=False, headers={"Accept-Encoding": "identity"}
    ) as client:
        yield client


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Sends requests within one budget. `spend` counts one, and returns False when none is left in this hour."""

    client: httpx.AsyncClient
    spend: Callable[[], Awaitable[bool]]
    now: Callable[[], Awaitable[datetime]]
    timeout_seconds: float
    """For a whole reply, from asking to its last byte."""

    async def send(self, request: httpx.Request) -> Received | Failure:
        """Send `request` and read its reply to the end."""
        if not await self.spend():
            return Failure(
                Problem.BUDGET, "the budget of requests for this hour is used up; it is asked in the next one"
            )
        try:
            async with asyncio.timeout(self.timeout_seconds):
                received = await self._receive(request)
        except (httpx.HTTPError, TimeoutError) as error:
            return Failure(Problem.UNREACHABLE, f"KNMI gave no whole reply: {type(error).__name__}")
        if isinstance(received, Failure):
            return received
        return Received(*received, at=await self.now())

    async def _receive(self, request: httpx.Request) -> tuple[HTTPStatus, Mapping[str, str], bytes] | Failure:
        response = await self.client.send(request, stream=True)
        try:
            if response.headers.get("content-encoding", "identity") != "identity":
                # Unpacking what we did not ask for could take any amount of memory.
                return Failure(Problem.UNREADABLE, "the reply is compressed although we accept no compression")
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > MOST_BYTES:
                    return Failure(Problem.UNREADABLE, f"the reply is longer than {MOST_BYTES} bytes")
        finally:
            await response.aclose()
        return _judged(response, bytes(body))


def _judged(response: httpx.Response, body: bytes) -> tuple[HTTPStatus, Mapping[str, str], bytes] | Failure:
    status = response.status_code
    if status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        return HTTPStatus(status), response.headers, body
    if status in {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED} and b"quota" in body[:1_000].lower():
        return _PROBLEMS[HTTPStatus.TOO_MANY_REQUESTS]
    if status in _PROBLEMS:
        return _PROBLEMS[HTTPStatus(status)]
    if response.has_redirect_location:
        return Failure(Problem.UNREACHABLE, f"KNMI sends us elsewhere (status {status}); correct the address")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Failure(Problem.UNREACHABLE, f"KNMI's server fails with status {status}")
    return Failure(Problem.ERROR_BODY, f"KNMI answers with status {status}")
