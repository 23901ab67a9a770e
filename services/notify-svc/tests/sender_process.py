"""Runs one channel's sender as a process of its own, until it is killed: sender_process.py CHANNEL MOMENT [DECISION].

A DECISION, as JSON, is consumed while the sender runs.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import datetime

from chassis.clock import SettableClock
from chassis.lifecycle import open_runtime
from chassis.settings import load_settings
from chassis.testing import Harness
from contracts.claims import DECISION_MADE, DecisionMade
from contracts.codec import from_json
from notify_svc.app import build
from notify_svc.settings import Settings


async def main(channel: str, moment: str, *decisions: str) -> None:
    service = replace(build(load_settings(Settings)), clock=SettableClock(datetime.fromisoformat(moment)))
    worker = next(one for one in service.workers if one.name == f"{channel}-sender")
    async with open_runtime(service) as runtime:
        sending = asyncio.ensure_future(worker.run(runtime))
        for decision in decisions:
            await Harness(service, runtime).deliver(DECISION_MADE, from_json(DecisionMade, decision))
        await sending


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
