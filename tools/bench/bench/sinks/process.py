"""Process: both servers. Every line on standard input is answered with what they have counted since the last one."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from functools import partial

import uvloop

from bench.sinks.smpp import SmppSession
from bench.sinks.smtp import SmtpSession
from bench.sinks.tally import Tally
from devstack.outside.lifecycle import report_ready
from devstack.process.ports import LOOPBACK


async def serve(*, smtp_port: int, smpp_port: int, notes_moments: bool) -> None:
    """Serve until the launcher closes the standard input."""
    loop = asyncio.get_running_loop()
    mails, texts = Tally(notes_moments=notes_moments), Tally(notes_moments=notes_moments)
    await loop.create_server(partial(SmtpSession, mails), LOOPBACK, smtp_port)
    await loop.create_server(partial(SmppSession, texts), LOOPBACK, smpp_port)
    report_ready()
    requests = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    while await requests.readline():
        print(json.dumps({"email": mails.take(), "sms": texts.take()}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--smpp-port", type=int, required=True)
    parser.add_argument("--moments", action="store_true", help="tell when each was accepted, too")
    arguments = parser.parse_args()
    uvloop.run(serve(smtp_port=arguments.smtp_port, smpp_port=arguments.smpp_port, notes_moments=arguments.moments))


if __name__ == "__main__":
    main()
