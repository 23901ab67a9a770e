"""A client that asks over connections it keeps, each its next question as soon as the last is answered."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice

from bench.processes import RunFailedError

_OK = b"HTTP/1.1 200 "
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


async def ask(port: int, requests: Sequence[bytes], *, times: int, connections: int) -> bytes:
    """Ask the server at `port` so many `times`, each request in turn; return the body of the last answer.

    Raises:
        RunFailedError: something was answered with other than 200.
    """
    turns = islice(_in_turn(requests), times)
    bodies = await asyncio.gather(*(_ask_on_one_connection(port, turns) for _ in range(connections)))
    return bodies[0]


def _in_turn(requests: Sequence[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests


async def _ask_on_one_connection(port: int, turns: Iterator[bytes]) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b""
    with closing(writer):
        for request in turns:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            if not head.startswith(_OK):
                raise RunFailedError(
                    f"the door was asked and answered {head.splitlines()[0].decode()}: {body.decode()}"
                )
    return body
