"""Runs all senders as a process of its own, as deployed, until it is killed: storm_process.py MOMENT."""

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


async def main(moment: str) -> None:
    service = replace(build(load_settings(Settings)), clock=SettableClock(datetime.fromisoformat(moment)))
    async with open_runtime(service) as runtime:
        await asyncio.gather(*(worker.run(runtime) for worker in service.workers))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
