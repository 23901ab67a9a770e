"""What one request, one address and all together may cost. What is too much is refused before it costs anything."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import (
    RETRY_SOON,
    TOO_LARGE,
    TOO_MANY_REQUESTS,
    TOO_SLOW,
    UNAVAILABLE,
    Problem,
)
from chassis.http.transfer import Transfer, TransferOf
from chassis.settings import ServiceSettings

CLOSE: Mapping[str, str] = {"Connection": "close"}
"""For an answer to a body that is not read to its end."""
ANNOUNCE_A_BODY = frozenset({b"content-length", b"transfer-encoding"})
"""A request without either has no body (RFC 9112 §6.3), and nothing is waited for."""
_BITS_OF_A_SUBSCRIBER = 64


class Places:
    """Where handlers are at work, `most` of them at once.

    A request takes a place when its body is there and holds: one that is sent slowly must not keep others from theirs.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._taken = 0

    @property
    def are_taken(self) -> bool:
        """Whether there is none left."""
        return self._taken >= self._most

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold a place until the end of the block. Raise `Problem` (503) when there is none."""
        if self.are_taken:
            raise Problem(UNAVAILABLE, headers=RETRY_SOON)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


class Limits:
    """Goes around the routes.

    A body is too large by the length it announces, or as soon as more has arrived, and has a time of its own. That of
    a request runs from behind the headers to the last of the answer: when it is over, the handler is cancelled and its
    transaction rolled back. `transfer_of` tells which routes have limits of their own.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: ServiceSettings,
        *,
        places: Places,
        transfer_of: TransferOf = lambda _: None,
    ) -> None:
        self._app = app
        self._places = places
        self._transfer_of = transfer_of
        self._body_bytes = settings.api_body_bytes
        self._body_seconds = settings.api_body_seconds
        self._seconds = settings.api_request_seconds
        self._most_requests = settings.api_open_requests
        self._concurrency_per_address = settings.api_concurrency_per_address
        self._under_way = 0
        self._under_way_by_address: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = address_of(scope)
        transfer = self._transfer_of(scope)
        most_bytes = transfer.most_bytes if transfer and transfer.most_bytes else self._body_bytes
        if refusal := self._refusal(scope, address, most_bytes=most_bytes):
            await refusal.response()(scope, receive, send)
            return
        self._under_way += 1
        self._under_way_by_address[address] += 1
        try:
            body = self._body(scope, receive, most_bytes=most_bytes, transfer=transfer)
            await self._answer_in_time(scope, body, send, seconds=transfer.seconds if transfer else self._seconds)
        finally:
            self._under_way -= 1
            self._under_way_by_address[address] -= 1
            if not self._under_way_by_address[address]:
                del self._under_way_by_address[address]

    def _refusal(self, scope: Scope, address: str, *, most_bytes: int) -> Problem | None:
        """Return why this is too much, known before anything of the body is read."""
        if self._under_way_by_address[address] >= self._concurrency_per_address:
            return Problem(TOO_MANY_REQUESTS, headers={**RETRY_SOON, **CLOSE})
        if self._under_way >= self._most_requests or self._places.are_taken:
            return Problem(UNAVAILABLE, headers={**RETRY_SOON, **CLOSE})
        for name, value in scope["headers"]:
            if name == b"content-length" and int(value) > most_bytes:
                return _too_large(most_bytes)
        return None

    def _body(self, scope: Scope, receive: Receive, *, most_bytes: int, transfer: Transfer | None) -> _Body:
        has_none = ANNOUNCE_A_BODY.isdisjoint(name for name, _ in scope["headers"])
        seconds = transfer.seconds if transfer and transfer.most_bytes else self._body_seconds
        return _Body(receive, most_bytes=most_bytes, seconds=seconds, is_complete=has_none)

    async def _answer_in_time(self, scope: Scope, body: _Body, send: Send, *, seconds: float) -> None:
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        allowed = asyncio.timeout(seconds)
        try:
            async with allowed:
                await self._app(scope, body.receive, send_and_note)
        except TimeoutError:
            if has_begun or not allowed.expired():
                raise
            late = _too_slow() if body.is_awaited else Problem(UNAVAILABLE, headers={**RETRY_SOON, **CLOSE})
            await late.response()(scope, body.receive, send)


class _Body:
    """The body of one request, as it arrives."""

    def __init__(self, receive: Receive, *, most_bytes: int, seconds: float, is_complete: bool) -> None:
        self._receive = receive
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._bytes = 0
        self._until: float | None = None
        self._is_complete = is_complete
        self.is_awaited = False

    async def receive(self) -> Message:
        """Pass on what arrives; raise `Problem` when it becomes too much (413) or takes too long (408)."""
        if self._is_complete:
            return await self._receive()
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + self._seconds
        self.is_awaited = True
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise _too_slow() from None
        self.is_awaited = False
        self._is_complete = not message.get("more_body", False)
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._most_bytes:
            raise _too_large(self._most_bytes)
        return message


def _too_large(most_bytes: int) -> Problem:
    return Problem(TOO_LARGE, f"Send at most {most_bytes} bytes at once.", headers=CLOSE)


def _too_slow() -> Problem:
    return Problem(TOO_SLOW, headers={**RETRY_SOON, **CLOSE})


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
