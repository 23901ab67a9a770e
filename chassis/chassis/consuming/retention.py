"""Deletes inbox rows of events that no topic can deliver any more, in small steps."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog

from chassis.backoff import pause
from chassis.consuming import inbox
from chassis.consuming.consumer import Consumer
from chassis.errors import is_transient
from chassis.telemetry import metrics
from chassis.unit_of_work import WorkFactory

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 600.0
_ROWS_AT_ONCE = 1_000
_MARGIN = timedelta(days=7)
COMPACTED_TOPIC_RETENTION = timedelta(days=365)
"""A compacted topic can deliver an old record again; versions protect state there, the inbox only saves work."""


async def clean_up_inbox(consumers: Sequence[Consumer[Any]], *, work: WorkFactory, stopping: asyncio.Event) -> None:
    """Delete what is too old every ten minutes, until the service is to stop."""
    while not await pause(stopping, _EVERY_SECONDS):
        try:
            await clean_up_once(consumers, work=work, stopping=stopping)
        except Exception as error:
            if not is_transient(error):
                raise
            metrics.RETRIES.labels("inbox clean-up").inc()


async def clean_up_once(consumers: Sequence[Consumer[Any]], *, work: WorkFactory, stopping: asyncio.Event) -> None:
    """Delete what is too old now."""
    for consumer in consumers:
        retention = (consumer.topic.retention or COMPACTED_TOPIC_RETENTION) + _MARGIN
        await _delete_older(consumer.group(work.service), retention=retention, work=work, stopping=stopping)


async def _delete_older(consumer: str, *, retention: timedelta, work: WorkFactory, stopping: asyncio.Event) -> None:
    deleted = _ROWS_AT_ONCE
    while deleted == _ROWS_AT_ONCE and not stopping.is_set():
        async with work.pool.acquire() as connection:
            deleted = await inbox.delete_older(connection, consumer=consumer, age=retention, limit=_ROWS_AT_ONCE)
        if deleted:
            log.info("inbox.cleaned_up", consumer=consumer, rows=deleted)
