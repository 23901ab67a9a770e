"""The loop of a sender: it looks for what is to be done, waits out outages of the database, and ends with its tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

from chassis.backoff import Backoff, pause
from chassis.errors import is_transient
from chassis.service import Runtime

_STOPPING_PAUSE_SECONDS = 0.2


class SenderLoop:
    """Looks again whenever `changed` is set; `part` is how trouble names the sender."""

    def __init__(self, runtime: Runtime, *, part: str, changed: asyncio.Event) -> None:
        self._stopping = runtime.stopping
        self._part = part
        self._trouble = runtime.trouble(part)
        self._changed = changed
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    async def run(
        self, look: Callable[[], Awaitable[float]], *, is_busy: Callable[[], bool], on_stop: Callable[[], None]
    ) -> None:
        """Look until the service stops and nothing is busy any more; a defect in a task ends it, too.

        `look` returns for how many seconds there is nothing to do. `on_stop` lets nothing new come and sets `changed`.
        """
        backoff = Backoff(self._stopping)
        waker = asyncio.create_task(self._call_at_stop(on_stop), name=f"{self._part}'s waker")
        try:
            while not self._stopping.is_set() or is_busy():
                if self._failure is not None:
                    raise self._failure
                try:
                    self._changed.clear()
                    with self._trouble.attempt():
                        seconds = await look()
                except Exception as error:
                    if not is_transient(error):
                        raise
                    await self.wait_out(error, backoff)
                else:
                    self._trouble.recovered()
                    backoff.reset()
                    if seconds > 0:
                        await pause(self._changed, seconds)
        finally:
            on_stop()
            waker.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(waker, *self._tasks, return_exceptions=True)

    def start(self, sending: Coroutine[None, None, None], *, name: str) -> None:
        """Start a task that ends with the loop."""
        task = asyncio.create_task(sending, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    async def wait_out(self, error: Exception, backoff: Backoff) -> None:
        """Wait before the next try, not for long once the service is to stop."""
        self._trouble.failed(error)
        await (asyncio.sleep(_STOPPING_PAUSE_SECONDS) if self._stopping.is_set() else backoff.wait())

    async def _call_at_stop(self, on_stop: Callable[[], None]) -> None:
        await self._stopping.wait()
        on_stop()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failure = error
            self._changed.set()
