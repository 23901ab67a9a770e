"""PDOK's Locatieserver on this machine: a few addresses of the register, asked as it is asked, and every fault."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A reply; `sends` fewer bytes than it announces are a cut connection, `after` is how many seconds it takes."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sends: int | None = None
    after: float = 0


def address(postcode: str, number: int, point: str, *, letter: str = "", addition: str = "") -> dict[str, object]:
    """Return an address as PDOK writes it: what it does not have is left out."""
    parts = {"huisletter": letter, "huisnummertoevoeging": addition}
    return {
        "type": "adres",
        "postcode": postcode,
        "huisnummer": number,
        **{name: part for name, part in parts.items() if part},
        "centroide_ll": f"POINT({point})",
    }


def postcode_area(postcode: str, point: str) -> dict[str, object]:
    return {"type": "postcode", "postcode": postcode, "centroide_ll": f"POINT({point})"}


def found(*documents: dict[str, object]) -> Answer:
    return Answer(body=json.dumps({"response": {"numFound": len(documents), "start": 0, "docs": documents}}).encode())


@dataclass
class Pdok:
    """What it knows. Each of `faults` is answered once, before it answers as it should; `asked` are its questions."""

    documents: list[dict[str, object]] = field(default_factory=list)
    faults: deque[Answer] = field(default_factory=deque)
    asked: list[list[tuple[str, str]]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, target: str) -> Answer:
        parts = urlsplit(target)
        query = parse_qsl(parts.query)
        self.asked.append(query)
        self.paths.append(parts.path)
        if self.faults:
            return self.faults.popleft()
        filters = [tuple(value.split(":", 1)) for name, value in query if name == "fq"]
        hits = [each for each in self.documents if all(str(each.get(name)) == value for name, value in filters)]
        return found(*({name: value for name, value in hit.items() if name != "type"} for hit in hits))


@asynccontextmanager
async def pdok() -> AsyncIterator[Pdok]:
    """Serve on a free port."""
    running = Pdok()
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_serve(running, reader, writer))
        serving.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await task
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    running.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bzk/locatieserver/search/v3_1"
    try:
        yield running
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await server.wait_closed()


async def _serve(running: Pdok, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    answer = running.answer(head.split()[1])
    await asyncio.sleep(answer.after)
    given = {"Content-Length": str(len(answer.body)), "Connection": "close", **answer.headers}
    fields = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    writer.write(f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{fields}\r\n".encode())
    writer.write(answer.body if answer.sends is None else answer.body[: answer.sends])
    await writer.drain()
