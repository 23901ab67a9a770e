"""Deletes, every hour and in small steps, what nobody can use any more."""

from __future__ import annotations

import structlog

from auth_svc.repository.clean_up import TABLES, delete_what_is_over
from chassis.backoff import pause
from chassis.errors import is_transient
from chassis.service import Runtime

log = structlog.get_logger(__name__)

EVERY_SECONDS, AGAIN_SECONDS = 3_600.0, 60.0
"""Usually, and after a failure."""
_ROWS_AT_ONCE = 1_000


async def clean_up(runtime: Runtime) -> None:
    """Clean up every hour until the service is to stop. An outage is waited out."""
    trouble = runtime.trouble("clean-up")
    wait = EVERY_SECONDS
    while not await pause(runtime.stopping, wait):
        try:
            await clean_up_once(runtime)
        except Exception as error:
            if not is_transient(error):
                raise
            trouble.failed(error)
            wait = AGAIN_SECONDS
        else:
            trouble.recovered()
            wait = EVERY_SECONDS


async def clean_up_once(runtime: Runtime) -> None:
    """Delete all that is over by now."""
    for table in TABLES:
        total, found = 0, _ROWS_AT_ONCE
        while found == _ROWS_AT_ONCE and not runtime.stopping.is_set():
            async with runtime.transaction() as work:
                found = await delete_what_is_over(work.connection, table=table, now=work.now, limit=_ROWS_AT_ONCE)
            total += found
        if total:
            log.info("clean_up.deleted", table=table, rows=total)
