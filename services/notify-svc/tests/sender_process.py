"""Runs one channel's sender as a process of its own, until it is killed: sender_process.py CHANNEL MOMENT."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import datetime

from chassis.clock import SettableClock
from chassis.lifecycle import open_runtime
from chassis.settings import load_settings
from notify_svc.app import build
from notify_svc.settings import Settings


async def main(channel: str, moment: str) -> None:
    service = replace(build(load_settings(Settings)), clock=SettableClock(datetime.fromisoformat(moment)))
    worker = next(one for one in service.workers if one.name == f"{channel}-sender")
    async with open_runtime(service) as runtime:
        await worker.run(runtime)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
