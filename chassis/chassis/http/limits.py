"""What one request, one address and all together may cost. What is too much is refused before it costs anything."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import (
    MALFORMED,
    RETRY_SOON,
    TOO_LARGE,
    TOO_MANY_REQUESTS,
    TOO_SLOW,
    UNAVAILABLE,
    Problem,
)
from chassis.settings import ServiceSettings

CLOSE: Mapping[str, str] = {"Connection": "close"}
"""For an answer to a body that is not read to its end."""
_BITS_OF_A_SUBSCRIBER = 64
_BOTH_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})
"""A proxy may go by the other one than we do, and take what follows for the request of somebody else."""


class Limits:
    """Goes around the routes.

    A body is too large by the length it announces, or as soon as more has arrived. Time runs from behind the headers
    to the last of the answer: when it is over, the handler is cancelled and its transaction rolled back.
    """

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self._app = app
        self._body_bytes = settings.api_body_bytes
        self._seconds = settings.api_request_seconds
        self._concurrency = settings.api_concurrency
        self._concurrency_per_address = settings.api_concurrency_per_address
        self._under_way = 0
        self._under_way_by_address: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = address_of(scope)
        if refusal := self._refusal(scope, address):
            await refusal.response()(scope, receive, send)
            return
        self._under_way += 1
        self._under_way_by_address[address] += 1
        try:
            await self._answer_in_time(scope, _Body(receive, most_bytes=self._body_bytes), send)
        finally:
            self._under_way -= 1
            self._under_way_by_address[address] -= 1
            if not self._under_way_by_address[address]:
                del self._under_way_by_address[address]

    def _refusal(self, scope: Scope, address: str) -> Problem | None:
        """Return why this is too much, known before anything of the body is read."""
        if self._under_way_by_address[address] >= self._concurrency_per_address:
            return Problem(TOO_MANY_REQUESTS, headers={**RETRY_SOON, **CLOSE})
        if self._under_way >= self._concurrency:
            return Problem(UNAVAILABLE, headers={**RETRY_SOON, **CLOSE})
        if {name for name, _ in scope["headers"]} >= _BOTH_LENGTHS:
            return Problem(MALFORMED, "Send either Content-Length or Transfer-Encoding.", headers=CLOSE)
        for name, value in scope["headers"]:
            if name == b"content-length" and int(value) > self._body_bytes:
                return _too_large(self._body_bytes)
        return None

    async def _answer_in_time(self, scope: Scope, body: _Body, send: Send) -> None:
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        allowed = asyncio.timeout(self._seconds)
        try:
            async with allowed:
                await self._app(scope, body.receive, send_and_note)
        except TimeoutError:
            if has_begun or not allowed.expired():
                raise
            late = TOO_SLOW if body.is_awaited else UNAVAILABLE
            await Problem(late, headers={**RETRY_SOON, **CLOSE}).response()(scope, body.receive, send)


class _Body:
    """The body of one request, as it arrives."""

    def __init__(self, receive: Receive, *, most_bytes: int) -> None:
        self._receive = receive
        self._most_bytes = most_bytes
        self._bytes = 0
        self.is_awaited = False

    async def receive(self) -> Message:
        """Pass on what arrives; raise `Problem` (413) when it becomes too much."""
        self.is_awaited = True
        message = await self._receive()
        self.is_awaited = False
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._most_bytes:
            raise _too_large(self._most_bytes)
        return message


def _too_large(most_bytes: int) -> Problem:
    return Problem(TOO_LARGE, f"Send at most {most_bytes} bytes at once.", headers=CLOSE)


def address_of(scope: Scope) -> str:
    """Return from where a request comes, one name for all addresses of one IPv6 subscriber."""
    host: str = scope["client"][0] if scope["client"] else ""
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host  # a proxy may name a caller as it likes
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), _BITS_OF_A_SUBSCRIBER), strict=False))
