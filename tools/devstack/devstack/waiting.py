"""Waiting in code that is not asynchronous: for a condition, or for a coroutine to end."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

PAUSE_SECONDS = 0.02

Result = TypeVar("Result")


def wait_until(condition: Callable[[], bool], *, deadline_seconds: float, pause_seconds: float = PAUSE_SECONDS) -> bool:
    """Wait until `condition` holds; False when it did not within `deadline_seconds`."""
    deadline = time.monotonic() + deadline_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_seconds)
    return True


def run_blocking(work: Coroutine[object, object, Result]) -> Result:
    """Return the result of `work`, also where an event loop is already running in this thread."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
