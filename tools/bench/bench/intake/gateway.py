"""Asks over connections that it keeps, as what stands in front of a service does: the service itself speaks no TLS."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from typing import Final

from typing_extensions import override

from devstack.process.ports import LOOPBACK

_HEAD: Final = re.compile(rb"HTTP/1\.1 (\d{3}) .*?\r\n\r\n", re.DOTALL)
_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


class _Connection(asyncio.Protocol):
    """One connection, on which one request is answered after the other."""

    _transport: asyncio.Transport
    _answer: asyncio.Future[int]

    def __init__(self) -> None:
        self._received = b""

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - as that of TCP is
        self._transport = transport

    async def ask(self, request: bytes) -> int:
        """Return the status of the answer. Raise `EOFError` when there is none."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await self._answer
        except BaseException:
            self.close()  # the answer may still come, and is not that of the next request
            raise

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        if (head := _HEAD.match(self._received)) is None:
            return
        length = _LENGTH.search(head[0])
        if len(self._received) >= head.end() + (int(length[1]) if length else 0):
            self._received = b""
            if not self._answer.done():
                self._answer.set_result(int(head[1]))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if hasattr(self, "_answer") and not self._answer.done():
            self._answer.set_exception(EOFError())

    def close(self) -> None:
        self._transport.close()


class Gateway:
    """Passes requests on to the server at `port`, over so many connections; who finds none free waits in front."""

    def __init__(self, port: int, *, connections: int) -> None:
        self._port = port
        self._places = asyncio.Semaphore(connections)
        self._kept: deque[_Connection] = deque()

    async def ask(self, request: bytes) -> int:
        """Return the status of the answer.

        Raises:
            OSError: there is no connection.
            EOFError: it was closed without an answer.
        """
        async with self._places:
            connection = await self._connection()
            status = await connection.ask(request)
            self._kept.append(connection)
        return status

    async def _connection(self) -> _Connection:
        """Return the one that was not used for longest, so that the server finds none idle; a new one if need be."""
        while self._kept:
            if (kept := self._kept.popleft()).is_open:
                return kept
        _, opened = await asyncio.get_running_loop().create_connection(_Connection, LOOPBACK, self._port)
        return opened

    def close(self) -> None:
        """Close the connections that nobody uses."""
        for connection in self._kept:
            connection.close()
