"""Process: the one address of a service that runs as several processes; each connection goes to one of them in turn.

The name of the service has an address for each process, as in a network of Docker Compose. It is asked for at each
connection, so that processes may come and go, and one that does not listen is passed over.
"""

import argparse
import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

from devstack.outside.lifecycle import report_ready, wait_for_stop
from devstack.process.ports import LOOPBACK

CONNECT_SECONDS = 3.0
PIECE_BYTES = 65_536


class Door:
    """Passes the bytes of every connection on to one of the processes that `find` finds, at the port `port`."""

    def __init__(self, find: Callable[[], Awaitable[Sequence[str]]], *, port: int) -> None:
        self._find = find
        self._port = port
        self._turn = itertools.count()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end; who finds no process is hung up on."""
        inside = await self._enter()
        if inside is None:
            await _close(writer)
            return
        inner_reader, inner_writer = inside
        try:
            await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))
        finally:
            await asyncio.gather(_close(writer), _close(inner_writer))

    async def _enter(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        addresses = await self._find()
        turn = next(self._turn) % max(1, len(addresses))
        for address in (*addresses[turn:], *addresses[:turn]):
            with suppress(OSError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection(address, self._port)
        return None


async def addresses_of(name: str) -> Sequence[str]:
    """Return every address that `name` has, in one order; none where nobody has the name."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return sorted({str(address[4][0]) for address in found})


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the end of what comes, and say that it has ended; a connection that breaks has ended, too."""
    try:
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def serve(service: str, *, ports: list[int], host: str) -> None:
    for port in ports:
        await asyncio.start_server(Door(partial(addresses_of, service), port=port).pass_on, host, port)
    report_ready()
    await wait_for_stop()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("service")
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, action="append", required=True, dest="ports")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.service, ports=arguments.ports, host=arguments.host))


if __name__ == "__main__":
    main()
