"""A moment at which the other end of a conversation waits until the test lets it go on."""

from __future__ import annotations

import asyncio
import os

DEADLINE_SECONDS = float(os.environ.get("DESK_DEADLINE_SECONDS", "20"))
"""How long a test waits for what must happen. Mutants wait less: there it is expected not to."""


class Pause:
    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self._over = asyncio.Event()

    async def reach(self) -> None:
        """Wait, as the other end, until the test lets it go on."""
        self._reached.set()
        await self._over.wait()

    async def until_reached(self) -> None:
        await asyncio.wait_for(self._reached.wait(), DEADLINE_SECONDS)

    def end(self) -> None:
        self._over.set()
