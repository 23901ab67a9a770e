"""An SMS centre that keeps what it is sent and misbehaves on request; real SMPP 3.4 on a real port."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import smpp34
from pause import Pause

_BIND_TRANSCEIVER, _SUBMIT, _IS_RESPONSE = 0x09, 0x04, 0x80000000
_HEADER = struct.Struct(">IIII")
DROP = -1
KEEP_SILENT = -2
THROTTLED, QUEUE_FULL, INVALID_DESTINATION = 0x58, 0x14, 0x0B


@dataclass
class SmsCentre:
    """`answers` are given to the next messages, in order: a command status, `DROP` or `KEEP_SILENT`; after that 0.

    The next sessions pause at their login, each for one of `login_pauses`.
    """

    port: int = 0
    answers: list[int] = field(default_factory=list)
    login_pauses: list[Pause] = field(default_factory=list)
    messages: list[smpp34.SubmitSm] = field(default_factory=list)
    sessions: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """What it was sent, where that is plain ASCII."""
        return [message.short_message.decode("ascii", "replace") for message in self.messages]

    async def hang_up(self) -> None:
        """End all sessions, and return when the other side must have noticed."""
        for writer in self.writers:
            writer.close()
            await writer.wait_closed()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(_HEADER.size)
                length, command, _, sequence = _HEADER.unpack(head)
                if command == _BIND_TRANSCEIVER and self.login_pauses:
                    await self.login_pauses.pop(0).reach()
                self._answer(writer, head + await reader.readexactly(length - _HEADER.size), command, sequence)
        writer.close()

    def _answer(self, writer: asyncio.StreamWriter, pdu: bytes, command: int, sequence: int) -> None:
        status, body = 0, b""
        if command == _BIND_TRANSCEIVER:
            self.sessions += 1
            body = b"centre\0"
        elif command == _SUBMIT:
            message = smpp34.decode(pdu)
            assert isinstance(message, smpp34.SubmitSm)
            self.messages.append(message)
            status, body = (self.answers.pop(0) if self.answers else 0), b"id\0"
        if status == DROP:
            writer.transport.abort()
        elif status != KEEP_SILENT:
            writer.write(_HEADER.pack(_HEADER.size + len(body), command | _IS_RESPONSE, status, sequence) + body)


@asynccontextmanager
async def sms_centre() -> AsyncIterator[SmsCentre]:
    state = SmsCentre()
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for writer in state.writers:
            writer.transport.abort()
        await server.wait_closed()
