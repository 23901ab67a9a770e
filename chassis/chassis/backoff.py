"""Waiting longer after every failure, so that an outage is not answered with a busy loop."""

from __future__ import annotations

import asyncio
import random

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 5.0


class Backoff:
    """Waits between attempts: from 0.1 s doubling to 5 s, half of it at random."""

    def __init__(self, stopping: asyncio.Event) -> None:
        self._stopping = stopping
        self.failures = 0

    def reset(self) -> None:
        self.failures = 0

    async def wait(self) -> bool:
        """Wait the next time, or until the service is to stop; whether it is."""
        seconds = min(LONGEST_SECONDS, FIRST_SECONDS * 2**self.failures)
        self.failures = min(self.failures + 1, 16)
        return await pause(self._stopping, seconds * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, hides nothing


async def pause(event: asyncio.Event, seconds: float) -> bool:
    """Wait until `event` is set, for at most `seconds`; whether it is set."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True
