"""Sees to it that there is always a key to sign with, and the next one in time."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from auth_svc.flows.keys import current_key, keep_supplied
from auth_svc.parts import Parts
from chassis.errors import CannotStartError, is_transient
from chassis.sealing import CannotOpenError
from chassis.service import Runtime

NAME = "keys"
_SECONDS_BETWEEN = 60.0


async def keep_keys_supplied(runtime: Runtime, parts: Parts) -> None:
    """Look after the keys every minute. Several instances may: they take turns.

    Raises:
        CannotStartError: STORAGE_KEYS cannot open the key that signs now; without it no token could be issued.
    """
    trouble = runtime.trouble(NAME)
    while not runtime.stopping.is_set():
        try:
            await look_after_keys(runtime, parts)
        except Exception as error:  # the database may be away for a while
            if not is_transient(error):
                raise
            trouble.failed(error, server="PostgreSQL")
        else:
            trouble.recovered()
        with suppress(TimeoutError):
            await asyncio.wait_for(runtime.stopping.wait(), _SECONDS_BETWEEN)


async def look_after_keys(runtime: Runtime, parts: Parts) -> None:
    """Do it once."""
    async with runtime.transaction() as work:
        await keep_supplied(work, parts)
        try:
            await current_key(work, parts)
        except CannotOpenError:
            raise CannotStartError(
                "STORAGE_KEYS does not open the key that signs tokens; add the key it was sealed by"
            ) from None
