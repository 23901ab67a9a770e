"""Start and end of a sink's process: it reports that it is ready, and ends when its launcher stops it or dies."""

import asyncio
import json
import signal
import sys


def report_ready() -> None:
    """Send the launcher the message that this process serves."""
    print(json.dumps({"ready": True}), flush=True)


async def wait_for_stop() -> None:
    """Wait for SIGTERM or for the end of standard input, a pipe that the kernel closes when the launcher dies."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    watching = asyncio.create_task(_set_at_end(reader, stopped))
    await stopped.wait()
    watching.cancel()
    transport.close()


async def _set_at_end(reader: asyncio.StreamReader, stopped: asyncio.Event) -> None:
    await reader.read()
    stopped.set()
