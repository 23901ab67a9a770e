"""A client that asks over connections it keeps, each its next question as soon as the last is answered."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import cycle, islice

from bench.processes import RunFailedError
from devstack.process.ports import LOOPBACK

_OK = b"HTTP/1.1 200 "
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


async def ask(port: int, requests: Sequence[bytes], *, times: int, connections: int) -> Mapping[bytes, bytes]:
    """Ask the server at `port` so many `times`, each request in its turn; return the body of the answer to each.

    Raises:
        RunFailedError: something was answered with other than 200.
    """
    turns = islice(cycle(requests), times)
    bodies: dict[bytes, bytes] = {}
    await asyncio.gather(*(_ask_on_one_connection(port, turns, bodies) for _ in range(connections)))
    return bodies


async def _ask_on_one_connection(port: int, turns: Iterator[bytes], bodies: dict[bytes, bytes]) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    with closing(writer):
        for request in turns:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            bodies[request] = await reader.readexactly(int(length[1]) if length else 0)
            if not head.startswith(_OK):
                status = head.splitlines()[0].decode()
                raise RunFailedError(f"what was to be measured answered {status}: {bodies[request].decode()}")
