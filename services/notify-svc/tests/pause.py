"""A moment at which the other end of a conversation waits until the test lets it go on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pause:
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def reach(self) -> None:
        self.reached.set()
        await self.over.wait()
