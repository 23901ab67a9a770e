"""Answers by HTTP in a process of its own, which a test lets die by CRASH_AT. Argument: the moment it is.

Says where it answers by a line on standard output; ends with its standard input.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import datetime

from chassis.clock import SettableClock
from chassis.testing import harness
from claims_svc.app import build
from claims_svc.settings import Settings


async def _answer(at: datetime) -> None:
    async with (
        harness(replace(build(Settings()), clock=SettableClock(at))) as running,
        running.answering() as url,
    ):
        print(url, flush=True)  # noqa: T201 - it is read by the test
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_answer(datetime.fromisoformat(sys.argv[1])))
