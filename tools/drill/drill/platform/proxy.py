"""A TCP proxy of our own that can cut, hold, slow and reset what passes through it."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from devstack.process.ports import LOOPBACK, free_port

_PIECE_BYTES = 65_536
_SLOW_SECONDS, _SLOW_BYTES = 0.15, 4_096
_STOP_SECONDS = 2.0
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: closing sends RST and not FIN."""


class Weather(StrEnum):
    """What becomes of connections and of what they carry."""

    FAIR = "fair"
    CUT = "cut"
    """Connections end, and new ones end at once."""
    HALF_OPEN = "half-open"
    """Connections stay, new ones are accepted, and nothing passes: neither side is told."""
    SLOW = "slow"
    """Every 4 KB take 150 ms."""
    RESET = "reset"
    """Every connection is reset after the first piece that passes, new ones too."""


@dataclass
class Proxy:
    """Listens on `port` and passes everything on to `target_port` of this machine, as `weather` lets it."""

    name: str
    target_port: int
    port: int = field(default_factory=free_port)
    passed_bytes: int = 0
    ended: int = 0
    """Connections that the weather ended."""
    _weather: Weather = Weather.FAIR
    _fair: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _serving: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def connections(self) -> int:
        """How many connections are open at this moment."""
        return len(self._writers) // 2

    async def start(self) -> None:
        self._fair.set()
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._weather = Weather.FAIR
        self._fair.set()
        self._end_all()
        if self._serving:
            await asyncio.wait(self._serving, timeout=_STOP_SECONDS)

    def turn(self, weather: Weather) -> None:
        """Let another weather begin."""
        self._weather = weather
        if weather is Weather.HALF_OPEN:
            self._fair.clear()
        else:
            self._fair.set()
        if weather in {Weather.CUT, Weather.RESET}:
            self._end_all()

    def end_silent_connections(self) -> None:
        """End what stood still in a half-open weather, as a router does once the way is open again."""
        self._end_all()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.current_task()
        assert serving is not None  # noqa: S101 - a coroutine that runs is in a task
        self._serving.add(serving)
        try:
            await self._join(reader, writer)
        finally:
            self._serving.discard(serving)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._weather is Weather.CUT:
            self._end(writer)
            return
        try:
            behind_reader, behind_writer = await asyncio.open_connection(LOOPBACK, self.target_port)
        except OSError:
            writer.close()
            return
        self._writers |= {writer, behind_writer}
        ways = [
            asyncio.create_task(self._pass_on(reader, behind_writer)),
            asyncio.create_task(self._pass_on(behind_reader, writer)),
        ]
        await asyncio.wait(ways)
        self._writers -= {writer, behind_writer}
        for end in (writer, behind_writer):
            end.close()
            with suppress(OSError):
                await end.wait_closed()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(_SLOW_BYTES if self._weather is Weather.SLOW else _PIECE_BYTES):
                await self._fair.wait()
                if self._weather is Weather.SLOW:
                    await asyncio.sleep(_SLOW_SECONDS)
                writer.write(piece)
                await writer.drain()
                self.passed_bytes += len(piece)
                if self._weather is Weather.RESET:
                    self._end_all()
        writer.close()

    def _end_all(self) -> None:
        for writer in self._writers:
            self._end(writer)

    def _end(self, writer: asyncio.StreamWriter) -> None:
        if self._weather is Weather.RESET:
            carrier: socket.socket = writer.get_extra_info("socket")
            with suppress(OSError):
                carrier.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()
        self.ended += 1
