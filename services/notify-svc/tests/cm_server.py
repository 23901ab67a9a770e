"""CM.com as its interface is documented, on a real port: it keeps what it is sent and misbehaves on request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

CUT = "cut"
SILENT = "silent"
SLOW = "slow"
PRODUCT_TOKEN = "c2f1-token"


def accepted(message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "to": message["to"][0]["number"],
        "status": "Accepted",
        "reference": message["reference"],
        "parts": 1,
        "messageDetails": None,
        "messageErrorCode": 0,
    }


@dataclass
class CmServer:
    """`answers` are given to the next requests: a status with a body, or one of the ways to misbehave."""

    port: int = 0
    answers: list[str | tuple[int, object]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1.0/message"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
                body = await reader.readexactly(int(fields[b"content-length"]))
                await self._answer(writer, head, json.loads(body))

    async def _answer(self, writer: asyncio.StreamWriter, head: bytes, asked: Mapping[str, Any]) -> None:
        if not head.startswith(b"POST /v1.0/message HTTP/1.1\r\n"):
            return _write(writer, HTTPStatus.NOT_FOUND, {})
        if asked["messages"]["authentication"]["producttoken"] != PRODUCT_TOKEN:
            return _write(writer, HTTPStatus.UNAUTHORIZED, {"details": "who are you", "errorCode": 103, "messages": []})
        messages = asked["messages"]["msg"]
        answer = self.answers.pop(0) if self.answers else (200, None)
        if not (isinstance(answer, tuple) and answer[0] >= HTTPStatus.BAD_REQUEST):
            self.messages += messages
        body = {
            "details": f"Created {len(messages)} message(s)",
            "errorCode": 0,
            "messages": [accepted(message) for message in messages],
        }
        if answer == CUT:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n{")
            writer.close()
        elif answer == SLOW:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            with suppress(ConnectionError):
                while not writer.is_closing():
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.05)
        elif isinstance(answer, tuple):
            _write(writer, answer[0], body if answer[1] is None else answer[1])
        return None


def _write(writer: asyncio.StreamWriter, status: int, body: object) -> None:
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(octets)}\r\n\r\n"
    writer.write(head.encode() + octets)


@asynccontextmanager
async def cm_server() -> AsyncIterator[CmServer]:
    state = CmServer()
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for writer in state.writers:
            writer.transport.abort()
        await server.wait_closed()
