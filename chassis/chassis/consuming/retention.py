"""Forgets inbox rows that no topic can deliver any more, in small steps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from chassis.backoff import pause
from chassis.consuming import inbox
from chassis.errors import is_transient
from chassis.telemetry import metrics

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from chassis.consuming.consumer import Consumer
    from chassis.unit_of_work import WorkFactory

log = structlog.get_logger(__name__)

EVERY_SECONDS = 600.0
ROWS_AT_ONCE = 1_000
MARGIN = timedelta(days=7)
COMPACTED_TOPIC_MEMORY = timedelta(days=365)
"""A compacted topic can deliver an old record again; versions protect state there, the inbox only saves work."""


async def clean_up_inbox(consumers: Sequence[Consumer[Any]], *, work: WorkFactory, stopping: asyncio.Event) -> None:
    """Work until the service is to stop."""
    while not await pause(stopping, EVERY_SECONDS):
        try:
            for consumer in consumers:
                memory = (consumer.topic.retention or COMPACTED_TOPIC_MEMORY) + MARGIN
                await _forget(consumer.group(work.service), memory=memory, work=work, stopping=stopping)
        except Exception as error:
            if not is_transient(error):
                raise
            metrics.RETRIES.labels("housekeeping").inc()


async def _forget(consumer: str, *, memory: timedelta, work: WorkFactory, stopping: asyncio.Event) -> None:
    deleted = ROWS_AT_ONCE
    while deleted == ROWS_AT_ONCE and not stopping.is_set():
        async with work.pool.acquire() as connection:
            before = work.clock.now() - memory
            deleted = await inbox.delete_older(connection, consumer=consumer, before=before, limit=ROWS_AT_ONCE)
        if deleted:
            log.info("inbox rows forgotten", consumer=consumer, rows=deleted)
