"""Runs a coroutine to its end from code that is not asynchronous."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def run_blocking(work: Coroutine[object, object, Result]) -> Result:
    """Return the result of `work`, also where an event loop is already running in this thread."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
