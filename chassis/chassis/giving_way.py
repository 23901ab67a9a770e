"""Long work in Python gives way to the event loop: heartbeats, timeouts and other tasks go on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Generic, TypeVar

from typing_extensions import override

T = TypeVar("T")

STEP_SECONDS = 0.02
"""How long a step may be: far below every timeout, far above what giving way costs."""


class GivingWay(AsyncIterator[T], Generic[T]):
    """Iterates over `items`, and lets other tasks run whenever a step of work on them has taken long enough."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self._time = asyncio.get_running_loop().time
        self._began = self._time()

    @override
    async def __anext__(self) -> T:
        if self._time() - self._began >= STEP_SECONDS:
            await asyncio.sleep(0)
            self._began = self._time()
        for item in self._items:
            return item
        raise StopAsyncIteration
