"""Fires due timers in a process of its own, which a test lets die by CRASH_AT. Argument: the moment it is."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import datetime

from chassis.clock import SettableClock
from chassis.testing import harness
from claims_svc import policy_slices
from claims_svc.app import build
from claims_svc.settings import Settings


async def _fire(at: datetime) -> None:
    async with harness(replace(build(Settings()), clock=SettableClock(at))) as running:
        await running.fire_due_timers()


if __name__ == "__main__":
    policy_slices.SLICE_CLAIMS = 3
    asyncio.run(_fire(datetime.fromisoformat(sys.argv[1])))
