"""Closing a connection on which the client still sends, so that the client can read what it was answered.

A socket that is closed with something unread resets the connection: the client finds an error instead of the answer. So
our direction is ended first, and what still comes is thrown away, until the client closes (RFC 9112 §9.6).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from typing_extensions import override

MOST_DISCARDED_BYTES = 33_554_432
"""How much of what was refused is read all the same: a photo that is too large. Who sends more may find a reset."""


class LingeringTransport(asyncio.Transport):
    """`transport`, whose first `close` only ends our direction as long as `is_sending` says that the client sends.

    Its protocol gives what comes from then on to `discard`, and aborts when it has waited long enough.
    """

    def __init__(self, transport: asyncio.Transport, *, is_sending: Callable[[], bool]) -> None:
        super().__init__()
        self._transport = transport
        self._is_sending = is_sending
        self._lingers = False
        self._discarded_bytes = 0

    def discard(self, data: bytes) -> None:
        """Throw away what came, and the connection when it becomes too much."""
        self._discarded_bytes += len(data)
        if self._discarded_bytes > MOST_DISCARDED_BYTES:
            self.abort()

    @override
    def close(self) -> None:
        if self.is_closing() or not self._is_sending():
            self._transport.close()
        else:
            self._lingers = True
            self._transport.write_eof()
            self._transport.resume_reading()

    @override
    def is_closing(self) -> bool:
        return self._lingers or self._transport.is_closing()

    @override
    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        if not self._lingers:
            self._transport.write(data)

    @override
    def abort(self) -> None:
        self._transport.abort()

    @override
    def pause_reading(self) -> None:
        self._transport.pause_reading()

    @override
    def resume_reading(self) -> None:
        self._transport.resume_reading()

    @override
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)
