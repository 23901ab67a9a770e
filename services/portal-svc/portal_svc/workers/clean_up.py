"""Deletes, every hour, sessions and what is half filled in to which nobody can come back."""

from __future__ import annotations

from typing import Final

from chassis.backoff import pause
from chassis.errors import is_transient
from chassis.service import Runtime
from portal_svc.domain.lifetimes import DRAFT_KEPT, ENDED_KEPT, IDLE, LONGEST
from portal_svc.repository import drafts, sessions

EVERY_SECONDS: Final = 3_600.0


async def clean_up(runtime: Runtime) -> None:
    """Clean up every hour until the service is to stop. An outage is waited out."""
    trouble = runtime.trouble("clean-up")
    while not await pause(runtime.stopping, EVERY_SECONDS):
        try:
            await clean_up_once(runtime)
        except Exception as error:
            if not is_transient(error):
                raise
            trouble.failed(error)
        else:
            trouble.recovered()


async def clean_up_once(runtime: Runtime) -> None:
    """Delete what is over by now."""
    async with runtime.transaction() as work:
        await sessions.delete_older(
            work.connection,
            used_before=work.now - IDLE - ENDED_KEPT,
            began_before=work.now - LONGEST - ENDED_KEPT,
        )
        await drafts.delete_older(work.connection, before=work.now - DRAFT_KEPT)
