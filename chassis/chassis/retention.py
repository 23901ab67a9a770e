"""Deletes, in small steps, what may not or need not be kept: old inbox rows, dead letters and answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from chassis.backoff import pause
from chassis.consuming import dead_letters, inbox
from chassis.consuming.consumer import Consumer
from chassis.consuming.inbox import COMPACTED_TOPIC_RETENTION
from chassis.errors import is_transient
from chassis.http import kept_answers
from chassis.telemetry import metrics
from chassis.telemetry.trouble import Trouble
from chassis.timers.clock_guard import ClockGuard
from chassis.unit_of_work import WorkFactory

log = structlog.get_logger(__name__)

EVERY_SECONDS = 600.0
_ROWS_AT_ONCE = 1_000
_MARGIN = timedelta(days=7)


async def clean_up(
    consumers: Sequence[Consumer[Any]],
    *,
    every_seconds: float = EVERY_SECONDS,
    dead_letter_retention: timedelta,
    work: WorkFactory,
    guard: ClockGuard,
    stopping: asyncio.Event,
    trouble: Trouble,
) -> None:
    """Delete what is too old every ten minutes, until the service is to stop; nothing while the clock is in doubt.

    What it fails by is reported to `trouble`.
    """
    while not await pause(stopping, every_seconds):
        try:
            if await _trusts_clock(guard, work):
                await clean_up_inbox(consumers, work=work, stopping=stopping)
                await clean_up_dead_letters(retention=dead_letter_retention, work=work, stopping=stopping)
                await clean_up_kept_answers(work=work, stopping=stopping)
        except Exception as error:
            if not is_transient(error):
                raise
            metrics.RETRIES.labels(trouble.part).inc()
            trouble.failed(error)
        else:
            trouble.recovered()


async def _trusts_clock(guard: ClockGuard, work: WorkFactory) -> bool:
    """Whether rows are as old as they look: the database compares them with a clock that may have jumped."""
    async with work.connection() as connection:
        return await guard.trusts(await work.clock.now(connection), connection)


async def clean_up_inbox(consumers: Sequence[Consumer[Any]], *, work: WorkFactory, stopping: asyncio.Event) -> None:
    """Delete inbox rows of events that no topic can deliver any more."""
    for consumer in consumers:
        retention = (consumer.topic.retention or COMPACTED_TOPIC_RETENTION) + _MARGIN
        emptied: set[int] = set()
        delete = partial(inbox.delete_older, consumer=consumer.group(work.service), age=retention, emptied=emptied)
        rows = await _step_by_step(delete, work=work, stopping=stopping)
        if rows:
            async with work.connection() as connection:
                await inbox.summarize_again(connection, ranges=emptied)
            log.info("inbox.cleaned_up", consumer=consumer.group(work.service), rows=rows)


async def clean_up_dead_letters(*, retention: timedelta, work: WorkFactory, stopping: asyncio.Event) -> None:
    """Delete dead letters that are closed and older than `retention`, and erase the contents of those still open."""
    deleted = await _step_by_step(partial(dead_letters.delete_closed, age=retention), work=work, stopping=stopping)
    erased = await _step_by_step(partial(dead_letters.erase_older, age=retention), work=work, stopping=stopping)
    if deleted or erased:
        log.info("dead_letters.cleaned_up", deleted=deleted, erased=erased)


async def clean_up_kept_answers(*, work: WorkFactory, stopping: asyncio.Event) -> None:
    """Delete answers of requests that nobody repeats any more; their keys may be used for other requests then."""
    deleted = await _step_by_step(
        partial(kept_answers.delete_older, age=kept_answers.RETENTION), work=work, stopping=stopping
    )
    await _step_by_step(
        partial(kept_answers.delete_older_counts, age=kept_answers.RETENTION), work=work, stopping=stopping
    )
    if deleted:
        log.info("kept_answers.cleaned_up", rows=deleted)


async def _step_by_step(step: Callable[..., Awaitable[int]], *, work: WorkFactory, stopping: asyncio.Event) -> int:
    """Repeat a step, each in a transaction of its own, until it finds less than it could; return the sum."""
    total, found = 0, _ROWS_AT_ONCE
    while found == _ROWS_AT_ONCE and not stopping.is_set():
        async with work.connection() as connection:
            found = await step(connection, limit=_ROWS_AT_ONCE)
        total += found
    return total
