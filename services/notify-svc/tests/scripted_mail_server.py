"""A mail server that answers each command as a test says, in the pieces in which a client sends them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

SILENCE = b""
_END_OF_TEXT = b"\r\n.\r\n"
TEXT = "text"
_ANSWERS = {"EHLO": b"250 localhost\r\n", "DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}
_BYE = b"421 "


@dataclass
class ScriptedMailServer:
    """`answers` are given to the next command of each kind, or to the next `TEXT`, in order; after them the usual one.

    A connection is closed after an answer that says so. `pieces` is what arrived at once after the greeting.
    """

    port: int = 0
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    connections: int = 0
    open_connections: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until_open(self, count: int) -> None:
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: self.open_connections == count), 20)

    async def until_pieces(self, count: int) -> None:
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: len(self.pieces) >= count), 20)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_connections += 1
        writer.write(b"220 localhost\r\n")
        unread, reads_text = b"", False
        try:
            while piece := await reader.read(100_000):
                if not piece.startswith((b"EHLO", b"RSET", b"QUIT")):
                    async with self.changed:
                        self.pieces.append(piece)
                        self.changed.notify_all()
                unread += piece
                while (end := _END_OF_TEXT if reads_text else b"\r\n") in unread:
                    read, _, unread = unread.partition(end)
                    kind = TEXT if reads_text else read[:4].decode()
                    scripted = self.answers.get(kind)
                    answer = scripted.pop(0) if scripted else _ANSWERS.get(kind, b"250 OK\r\n")
                    reads_text = answer.startswith(b"354")
                    writer.write(answer)
                    if _BYE in answer:
                        return
        except ConnectionError:
            pass
        finally:
            writer.close()
            async with self.changed:
                self.open_connections -= 1
                self.changed.notify_all()


@asynccontextmanager
async def scripted_mail_server(**answers: list[bytes]) -> AsyncIterator[ScriptedMailServer]:
    state = ScriptedMailServer(answers=dict(answers))
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    async with server:
        yield state
