"""The end of standard input is how a process of ours learns that its launcher has gone."""

import asyncio
import json
import signal
import sys


def announce_ready() -> None:
    """Tell the launcher that this process serves."""
    print(json.dumps({"ready": True}), flush=True)


async def until_told_to_end() -> None:
    """Wait for SIGTERM or for the end of standard input, whichever comes first."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    watching = asyncio.create_task(_set_at_end(reader, ended))
    await ended.wait()
    watching.cancel()
    transport.close()


async def _set_at_end(reader: asyncio.StreamReader, ended: asyncio.Event) -> None:
    await reader.read()
    ended.set()
